/**
 * REST for devices: activate, write, read, subscribe, and the server's clock (sections 3 to 6).
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { queryOf } from "../http/server";
import { formatDate } from "./dates";
import { parseKeepAlive } from "./query";
import { written } from "./rest-common";
import type { Rest } from "./rest-common";
import { isRecord, parseBody } from "./values";

interface ThingPath {
  Params: { token: string };
}

interface ResourcePath {
  Params: { token: string; key: string };
}

export function addDeviceRoutes(rest: Rest): void {
  const { app } = rest.http;
  app.post("/v2/things", (request, reply) => activate(rest, request, reply));
  app.post<ThingPath>("/v2/things/:token", (request, reply) => {
    const result = rest.model.write(request.params.token, request.body ?? "", { via: "rest" });
    return result.ok ? reply.code(201).send(written) : rest.refuse(request, reply, result);
  });
  app.get<ResourcePath>("/v2/things/:token/resources/:key", (request, reply) => {
    const result = rest.model.read(request.params.token, request.params.key, queryOf(request));
    return result.ok ? reply.send(result.elements) : rest.refuse(request, reply, result);
  });
  let streams = 0;
  app.get<ThingPath>("/v2/things/:token", (request, reply) => {
    if (streams >= rest.http.limits.streamsMax) return rest.http.fail(request, reply, 503, "Too many subscriptions");
    return subscribe(rest, request, reply, request.params.token, (change) => (streams += change));
  });
  app.get("/v2/utils/date", (request, reply) => serverDate(rest, request, reply));
}

/** The answer to a write, letter case as the platform documents it (A6). */
function activate(rest: Rest, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body = parseBody(request.body ?? "");
  if (!body.ok) return rest.refuse(request, reply, body);
  const result = rest.model.activate(isRecord(body.json) ? body.json["activationCode"] : undefined);
  rest.host.log({ event: "activation", via: "rest", created: result.ok });
  if (result.ok) return reply.code(201).send({ status: "created", thingToken: result.thingToken });
  if (result.passing === true) return rest.http.fail(request, reply, 503, result.message);
  rest.http.refused(request);
  return rest.http.fail(request, reply, 400, result.message);
}

/** A stream of JSON texts, one in each chunk: "subscribed", then `{}` to keep alive and an array for each write (6.3). */
function subscribe(rest: Rest, request: FastifyRequest, reply: FastifyReply, token: string, count: (change: 1 | -1) => void): FastifyReply {
  if (!rest.model.hasThing(token)) return rest.http.fail(request, reply, 401, "Unknown thing token");
  const keepAlive = parseKeepAlive(queryOf(request));
  if (!keepAlive.ok) return rest.refuse(request, reply, keepAlive);
  reply.hijack();
  const stream = reply.raw;
  // What goes wrong with a stream concerns its reader alone, and always ends in "close".
  stream.on("error", () => undefined);
  const send = (json: unknown): void => {
    if (stream.destroyed) return;
    if (stream.writableLength > rest.http.limits.unreadBytesMax) stream.destroy();
    else stream.write(JSON.stringify(json));
  };
  stream.writeHead(200, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  send({ status: "success", message: "subscribed" });
  const unwatch = rest.model.watch(token, send);
  let cancel = (): void => undefined;
  const tick = (): void => {
    cancel = rest.host.after(keepAlive.ms, () => {
      tick();
      send({});
    });
  };
  tick();
  count(1);
  stream.once("close", () => {
    count(-1);
    cancel();
    unwatch?.();
  });
  return reply;
}

/** The clock, for devices without one: an array whose last object ends in the date (section 2). */
function serverDate(rest: Rest, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const query = queryOf(request);
  if (!rest.model.hasThing(query.get("thingToken") ?? "")) return rest.http.fail(request, reply, 401, "Unknown thing token");
  const now = rest.host.now();
  const format = query.get("format") ?? "UTC";
  if (format !== "UTC" && format !== "unix_timestamp") return rest.http.fail(request, reply, 400, "format must be UTC or unix_timestamp");
  return reply.send([{ key: "date", value: format === "UTC" ? formatDate(now) : Math.floor(now / 1000) }]);
}
