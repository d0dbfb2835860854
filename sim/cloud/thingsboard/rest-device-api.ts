/**
 * The device API over HTTP (section 4.4): what MQTT and CoAP offer, with long polls in place of subscriptions.
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { queryOf } from "../http/server";
import { answerCall, answerDevice, attributeUpdate, callText, keyList, postAttributes, postTelemetry, readAttributes } from "./device-api";
import type { Rest } from "./rest-common";
import { bytesOf } from "./rest-common";
import type { Device } from "./state";

interface OfDevice {
  Params: { token: string };
}

interface OfCall {
  Params: { token: string; id: string };
}

const pollMsDefault = 60000;
const pollMsMax = 300000;

/** Starts to listen; `done` with the text of what came. The answer stops it. */
type Begin = (done: (text: string) => void) => () => void;

export function addDeviceApiRoutes(rest: Rest): void {
  const { model, http } = rest;
  const { app } = http;
  app.post("/api/v1/provision", (request, reply) => {
    const body = model.provision.provision(bytesOf(request));
    rest.host.log({ event: "provision", via: "http", status: body.status });
    if (body.status !== "SUCCESS") http.refused(request);
    return reply.send(body);
  });
  app.post<OfDevice>("/api/v1/:token/telemetry", (request, reply) =>
    withDevice(rest, request, reply, (device) => rest.answer(request, reply, postTelemetry(model, device, bytesOf(request)))),
  );
  app.post<OfDevice>("/api/v1/:token/attributes", (request, reply) =>
    withDevice(rest, request, reply, (device) => rest.answer(request, reply, postAttributes(model, device, bytesOf(request)))),
  );
  app.post<OfDevice>("/api/v1/:token/claim", (request, reply) =>
    withDevice(rest, request, reply, (device) => rest.answer(request, reply, model.provision.offer(device, bytesOf(request)))),
  );
  app.get<OfDevice>("/api/v1/:token/attributes", (request, reply) =>
    withDevice(rest, request, reply, (device) => {
      const query = queryOf(request);
      model.presence.active(device);
      const text = readAttributes(model, device, { client: keyList(query.get("clientKeys")), shared: keyList(query.get("sharedKeys")) });
      return reply.type("application/json").send(text);
    }),
  );
  app.post<OfDevice>("/api/v1/:token/rpc", (request, reply) =>
    withDevice(rest, request, reply, (device) => {
      const answer = answerDevice(model, device, bytesOf(request));
      return answer.ok ? reply.type("application/json").send(answer.value) : rest.refuse(request, reply, answer);
    }),
  );
  app.post<OfCall>("/api/v1/:token/rpc/:id", (request, reply) =>
    withDevice(rest, request, reply, (device) => {
      const { id } = request.params;
      if (!/^\d{1,10}$/.test(id)) return http.fail(request, reply, 400, "The id of a call is a number");
      return rest.answer(request, reply, answerCall(model, device, Number(id), bytesOf(request)));
    }),
  );
  addPolls(rest);
}

function withDevice<T>(rest: Rest, request: FastifyRequest<OfDevice>, reply: FastifyReply, act: (device: Device) => T): T | FastifyReply {
  const device = rest.model.devices.byToken(request.params.token);
  return device === undefined ? rest.http.fail(request, reply, 401, "Unknown access token") : act(device);
}

function addPolls(rest: Rest): void {
  const { model, http } = rest;
  const { app } = http;
  let polls = 0;
  const poll = async (request: FastifyRequest<OfDevice>, reply: FastifyReply, begin: (device: Device) => Begin): Promise<FastifyReply> =>
    withDevice(rest, request, reply, async (device) => {
      model.presence.active(device);
      if (polls >= http.limits.streamsMax) return http.fail(request, reply, 503, "Too many polls");
      polls += 1;
      try {
        const text = await awaited(rest, request, begin(device));
        return text === undefined ? reply.code(408).send() : reply.type("application/json").send(text);
      } finally {
        polls -= 1;
      }
    });

  app.get<OfDevice>("/api/v1/:token/attributes/updates", (request, reply) =>
    poll(request, reply, ({ info }) => (done) =>
      model.bus.watch(info.id, (change) => {
        const text = attributeUpdate(change);
        if (text !== undefined) done(text);
      }),
    ),
  );
  app.get<OfDevice>("/api/v1/:token/rpc", (request, reply) =>
    poll(request, reply, ({ info }) => (done) => {
      let taken = false;
      return model.rpc.listen(info.id, (call) => {
        if (taken) return false;
        taken = true;
        done(callText(call, true));
        return true;
      });
    }),
  );
}

/** What comes until the time is over, or the client leaves: then undefined. */
function awaited(rest: Rest, request: FastifyRequest, begin: Begin): Promise<string | undefined> {
  const asked = Number(queryOf(request).get("timeout") ?? pollMsDefault);
  const ms = Number.isFinite(asked) ? Math.min(Math.max(asked, 0), pollMsMax) : pollMsDefault;
  return new Promise((resolve) => {
    let stop = (): void => undefined;
    let isOver = false;
    const end = (text: string | undefined): void => {
      isOver = true;
      socket.off("close", gone);
      stop();
      cancel();
      resolve(text);
    };
    const cancel = rest.host.after(ms, () => end(undefined));
    const gone = (): void => end(undefined);
    const { socket } = request.raw;
    socket.once("close", gone);
    stop = begin(end);
    if (isOver) stop();
  });
}
