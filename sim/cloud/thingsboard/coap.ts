/**
 * The CoAP front end of ThingsBoard: paths to calls of the model and back (section 4.3).
 */
import type { CoapRequest, CoapResponse, CoapService, Observation, Observer } from "../coap/service";
import type { Cancel, Host } from "../host";
import { answerCall, answerDevice, attributeUpdate, callText, endsConnections, keyList, postAttributes, postTelemetry, readAttributes, sharedAttributes } from "./device-api";
import type { Thingsboard } from "./model";
import type { Device } from "./state";
import type { Refusal, Result } from "./types";

const jsonFormat = 50;
const codes: Readonly<Record<Refusal, string>> = { badRequest: "4.00", unauthorized: "4.01", forbidden: "4.03", notFound: "4.04", unavailable: "5.03" };

type Feature = "attributes" | "rpc";

interface Front {
  readonly host: Host;
  readonly model: Thingsboard;
  /** Device and feature to what ends its observation: one of each at a time. */
  readonly observed: Map<string, Observation>;
}

export function thingsboardCoap(host: Host, model: Thingsboard): CoapService {
  const front: Front = { host, model, observed: new Map() };
  return {
    links: [{ path: "/api/v1/provision", attributes: { ct: String(jsonFormat) } }],
    contentFormats: [jsonFormat],
    request: (request, respond) => respond(answer(front, request)),
  };
}

function json(code: string, text: string): CoapResponse {
  return { code, payload: Buffer.from(text), contentFormat: jsonFormat };
}

function of(result: Result<unknown>): CoapResponse {
  return { code: result.ok ? "2.01" : codes[result.reason] };
}

function answer(front: Front, request: CoapRequest): CoapResponse {
  const [api, version, token, feature, last] = request.path;
  const isPost = request.method === "0.02";
  if (api !== "api" || version !== "v1" || token === undefined || request.path.length > 5) return { code: "4.00" };
  if (token === "provision" && feature === undefined) return isPost ? provision(front, request) : { code: "4.00" };
  const device = front.model.devices.byToken(token);
  if (device === undefined) return { code: "4.01" };
  if (isPost) return post(front, device, feature, last, request.payload);
  if (request.method !== "0.01") return { code: "4.00" };
  const isUpdates = feature === "attributes" && last === "updates";
  if (last !== undefined && !isUpdates) return { code: "4.00" };
  if (feature === "attributes") return getAttributes(front, device, request, isUpdates);
  return feature === "rpc" && request.observe !== undefined ? observeRpc(front, device, request) : { code: "4.00" };
}

function provision(front: Front, request: CoapRequest): CoapResponse {
  const body = front.model.provision.provision(request.payload);
  front.host.log({ event: "provision", via: "coap", status: body.status });
  return json(body.status === "SUCCESS" ? "2.01" : "4.00", JSON.stringify(body));
}

function post(front: Front, device: Device, feature: string | undefined, last: string | undefined, payload: Buffer): CoapResponse {
  const { model } = front;
  if (feature === "rpc" && last !== undefined) return /^\d{1,10}$/.test(last) ? of(answerCall(model, device, Number(last), payload)) : { code: "4.00" };
  if (last !== undefined) return { code: "4.00" };
  if (feature === "telemetry") return of(postTelemetry(model, device, payload));
  if (feature === "attributes") return of(postAttributes(model, device, payload));
  if (feature === "claim") return of(model.provision.offer(device, payload));
  if (feature !== "rpc") return { code: "4.00" };
  const answered = answerDevice(model, device, payload);
  return answered.ok ? json("2.05", answered.value) : of(answered);
}

function getAttributes(front: Front, device: Device, request: CoapRequest, isUpdates: boolean): CoapResponse {
  const { model } = front;
  model.presence.active(device);
  if (request.observe === 0) {
    const watch = (observation: Observation): Cancel =>
      model.bus.watch(device.info.id, (change) => {
        const text = attributeUpdate(change);
        if (text !== undefined) observation.notify(json("2.05", text), request.confirmable);
      });
    return { ...json("2.05", sharedAttributes(model, device)), observer: observer(front, device, "attributes", watch) };
  }
  if (request.observe === 1) return json("2.05", "{}");
  if (isUpdates) return { code: "4.00" };
  const named = (name: string): readonly string[] | undefined => keyList(request.query.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1));
  const text = readAttributes(model, device, { client: named("clientKeys"), shared: named("sharedKeys") });
  return text === "{}" ? { code: "4.04" } : json("2.05", text);
}

function observeRpc(front: Front, device: Device, request: CoapRequest): CoapResponse {
  front.model.presence.active(device);
  if (request.observe === 1) return { code: "2.05" };
  const listen = (observation: Observation): Cancel =>
    front.model.rpc.listen(device.info.id, (call) => {
      observation.notify(json("2.05", callText(call, true)), request.confirmable);
      return true;
    });
  return { code: "2.03", observer: observer(front, device, "rpc", listen) };
}

/** One observation of a feature per device: a second one, under another token, ends the first with 2.02. */
function observer(front: Front, device: Device, feature: Feature, begin: (observation: Observation) => Cancel): Observer {
  const name = `${feature} ${device.info.id}`;
  let own: Observation | undefined;
  let stops: readonly Cancel[] = [];
  const over = (): void => {
    for (const stop of stops) stop();
    if (front.observed.get(name) === own) front.observed.delete(name);
  };
  return {
    began: (observation) => {
      const before = front.observed.get(name);
      before?.notify({ code: "2.02" }, false);
      own = {
        notify: (response, confirmable) => {
          observation.notify(response, confirmable);
          if (response.code !== "2.02") return;
          observation.end();
          over();
        },
        end: () => observation.end(),
      };
      front.observed.set(name, own);
      const gone = front.model.bus.watch(device.info.id, (change) => {
        if (endsConnections(change)) observation.notify({ code: "4.01" }, true);
      });
      stops = [begin(observation), gone];
    },
    ended: over,
  };
}
