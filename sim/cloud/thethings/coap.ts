/**
 * The CoAP front end of thethings.iO: paths to calls of the model and back (sections 3 to 6, 7, 9).
 *
 * Activate, Write, Read and Subscribe under the paths of REST [CO-3]. Real clients differ in how they write a path:
 * an empty last segment and a query inside the last segment are both understood (section 9 a, b).
 */
import type { CoapRequest, CoapResponse, CoapService, Observation, Observer } from "../coap/service";
import type { Cancel, Host } from "../host";
import type { Thethings } from "./model";
import { parseKeepAlive } from "./query";
import type { Element, Refusal, Refused } from "./types";

export interface CoapFrontOptions {
  /** Notifications are confirmable unless this says otherwise (A21). */
  readonly confirmable?: boolean;
}

const jsonFormat = 50;
/** Absent, text/plain, octet-stream and JSON: clients that cannot say better send the former three (section 9 e). */
const bodyFormats: readonly (number | undefined)[] = [undefined, 0, 42, jsonFormat];

type Params = readonly (readonly [name: string, text: string])[];

/** Where a request goes. */
type Route =
  | { readonly kind: "things" }
  | { readonly kind: "thing"; readonly token: string }
  | { readonly kind: "resource"; readonly token: string; readonly key: string };

interface Front {
  readonly host: Host;
  readonly model: Thethings;
  readonly confirmable: boolean;
}

export function thethingsCoap(host: Host, model: Thethings, options: CoapFrontOptions = {}): CoapService {
  const front: Front = { host, model, confirmable: options.confirmable ?? true };
  return {
    links: [
      { path: "/v2/things", attributes: { rt: "thethings.activate", ct: "50" } },
    ],
    contentFormats: [jsonFormat],
    request: (request, respond) => respond(answer(front, request)),
  };
}

function json(code: string, body: unknown): CoapResponse {
  return { code, payload: Buffer.from(JSON.stringify(body)), contentFormat: jsonFormat };
}

function failure(code: string, message: string): CoapResponse {
  return json(code, { status: "error", message });
}

const codes: Readonly<Record<Refusal, string>> = {
  badRequest: "4.00",
  unauthorized: "4.01",
  notFound: "4.04",
  unavailable: "5.03",
};

function refusal(refused: Refused): CoapResponse {
  return failure(codes[refused.reason], refused.message);
}

/** Path segments and parameters, with the habits of real clients taken out. */
function readTarget(request: CoapRequest): { readonly path: readonly string[]; readonly params: Params } {
  const path = [...request.path];
  const query = [...request.query];
  const last = path.at(-1) ?? "";
  const split = last.indexOf("?");
  if (split >= 0) {
    path[path.length - 1] = last.slice(0, split);
    query.unshift(...last.slice(split + 1).split("&").filter((part) => part !== "").map(unescape));
  }
  if (path.at(-1) === "") path.pop();
  return { path, params: query.map(readParam) };
}

/** A query that came inside a path was written as in a URL. */
function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readParam(text: string): readonly [string, string] {
  const split = text.indexOf("=");
  return split < 0 ? [text, ""] : [text.slice(0, split), text.slice(split + 1)];
}

function route(path: readonly string[]): Route | undefined {
  const [version, things, token, resources, key] = path;
  if (version !== "v2" || things !== "things") return undefined;
  if (path.length === 2) return { kind: "things" };
  if (path.length === 3 && token !== undefined) return { kind: "thing", token };
  if (path.length === 5 && token !== undefined && resources === "resources" && key !== undefined) {
    return { kind: "resource", token, key };
  }
  return undefined;
}

function answer(front: Front, request: CoapRequest): CoapResponse {
  const { path, params } = readTarget(request);
  const to = route(path);
  const isGet = request.method === "0.01";
  const isPost = request.method === "0.02";
  if (to === undefined) return failure("4.04", "Not found");
  if (isPost && !bodyFormats.includes(request.contentFormat)) return failure("4.15", "The body must be JSON");
  if (to.kind === "things" && isPost) return activate(front, request.payload);
  if (to.kind === "thing" && isPost) return write(front, to.token, request.payload);
  if (to.kind === "thing" && isGet) return subscribe(front, to.token, params, request.observe);
  if (to.kind === "resource" && isGet) return read(front, to.token, to.key, params);
  return failure("4.05", "Method not allowed");
}

/** A body that cannot be read, and a code that is unknown or used, have one and the same answer [CO-11]. */
function activate(front: Front, payload: Buffer): CoapResponse {
  const activation = front.model.activate(activationCode(payload));
  front.host.log({ event: "activation", via: "coap", created: activation.ok });
  if (!activation.ok) return failure(activation.passing === true ? "5.03" : "4.00", activation.message);
  return json("2.01", { status: "created", thingToken: activation.thingToken });
}

function activationCode(payload: Buffer): unknown {
  try {
    const body: unknown = JSON.parse(payload.toString("utf8"));
    return typeof body === "object" && body !== null && "activationCode" in body ? body.activationCode : undefined;
  } catch {
    return undefined;
  }
}

function write(front: Front, token: string, payload: Buffer): CoapResponse {
  const result = front.model.write(token, payload, { via: "coap" });
  return result.ok ? json("2.01", { status: "Success", message: "Created" }) : refusal(result);
}

function read(front: Front, token: string, key: string, params: Params): CoapResponse {
  const result = front.model.read(token, key, params);
  return result.ok ? json("2.05", result.elements) : refusal(result);
}

function subscribe(front: Front, token: string, params: Params, observe: 0 | 1 | undefined): CoapResponse {
  if (!front.model.hasThing(token)) return failure("4.01", "Unknown thing token");
  if (observe === 1) return json("2.05", { status: "success", message: "unsubscribed" });
  if (observe === undefined) return failure("4.00", "Observe option required");
  const keepAlive = parseKeepAlive(params);
  if (!keepAlive.ok) return refusal(keepAlive);
  const observer = newObserver(front, token, keepAlive.ms);
  return { ...json("2.05", { status: "success", message: "subscribed" }), observer };
}

/** Each write is a notification with an array [CO-24]; `{}` goes out at every keep-alive (A21). */
function newObserver(front: Front, token: string, keepAliveMs: number): Observer {
  let stopTimer: Cancel = () => undefined;
  let stopWatch: Cancel = () => undefined;
  const keepAlive = (observation: Observation): void => {
    stopTimer = front.host.after(keepAliveMs, () => {
      keepAlive(observation);
      observation.notify(json("2.05", {}), front.confirmable);
    });
  };
  return {
    began: (observation) => {
      const listener = (elements: readonly Element[]): void => {
        observation.notify(json("2.05", elements), front.confirmable);
      };
      stopWatch = front.model.watch(token, listener) ?? stopWatch;
      keepAlive(observation);
    },
    ended: () => {
      stopTimer();
      stopWatch();
    },
  };
}
