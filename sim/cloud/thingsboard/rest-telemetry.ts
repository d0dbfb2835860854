/**
 * REST: attributes and time series of devices (section 5, telemetry).
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { queryOf } from "../http/server";
import { keyList } from "./device-api";
import type { Rest } from "./rest-common";
import { bytesOf } from "./rest-common";
import { aggregations } from "./series";
import type { Aggregation, SeriesQuery } from "./series";
import type { Device } from "./state";
import { refuse, scopes } from "./types";
import type { Result, Scope, Stamped } from "./types";
import { jsonText, parseAttributes, parseTelemetry } from "./values";

interface OfEntity {
  Params: { type: string; id: string };
}

interface OfScope {
  Params: { type: string; id: string; scope: string };
}

type Request = FastifyRequest<OfEntity>;

const base = "/api/plugins/telemetry/:type/:id";
const forever = Number.MAX_SAFE_INTEGER;

export function addTelemetryRoutes(rest: Rest): void {
  const { app } = rest.http;
  const { data } = rest.model;
  app.get<OfEntity>(`${base}/values/timeseries`, (request, reply) => withDevice(rest, request, reply, (device) => series(rest, request, reply, device)));
  app.get<OfEntity>(`${base}/values/attributes`, (request, reply) => withDevice(rest, request, reply, (device) => attributes(rest, request, reply, device, undefined)));
  app.get<OfScope>(`${base}/values/attributes/:scope`, (request, reply) =>
    withScope(rest, request, reply, (device, scope) => attributes(rest, request, reply, device, scope)),
  );
  app.get<OfEntity>(`${base}/keys/timeseries`, (request, reply) => withDevice(rest, request, reply, (device) => reply.send([...device.series.keys()])));
  app.get<OfEntity>(`${base}/keys/attributes`, (request, reply) =>
    withDevice(rest, request, reply, (device) => reply.send([...new Set(data.attributes(device, {}).map(({ key }) => key))])),
  );
  app.get<OfScope>(`${base}/keys/attributes/:scope`, (request, reply) =>
    withScope(rest, request, reply, (device, scope) => reply.send(data.attributes(device, { scope }).map(({ key }) => key))),
  );
  for (const path of [`${base}/attributes/:scope`, `${base}/:scope`]) {
    app.post<OfScope>(path, (request, reply) => withScope(rest, request, reply, (device, scope) => rest.answer(request, reply, writeAttributes(rest, request, device, scope))));
  }
  app.post<OfScope>(`${base}/timeseries/:scope`, (request, reply) =>
    withDevice(rest, request, reply, (device) => {
      const points = parseTelemetry(bytesOf(request), rest.host.now(), rest.model.limits);
      return rest.answer(request, reply, points.ok ? data.writeSeries(device, points.value) : points);
    }),
  );
  app.delete<OfEntity>(`${base}/timeseries/delete`, (request, reply) => withDevice(rest, request, reply, (device) => rest.answer(request, reply, deleteSeries(rest, request, device))));
  app.delete<OfScope>(`${base}/:scope`, (request, reply) =>
    withScope(rest, request, reply, (device, scope) => {
      const keys = keyList(queryOf(request).get("keys"));
      return rest.answer(request, reply, keys === undefined ? refuse("badRequest", "Keys are empty!") : data.deleteAttributes(device, scope, keys), () => undefined);
    }),
  );
}

function withDevice(rest: Rest, request: Request, reply: FastifyReply, act: (device: Device) => FastifyReply): FastifyReply {
  return rest.withUser(request, reply, (who) => {
    if (request.params.type !== "DEVICE") return rest.http.fail(request, reply, 404, "Requested item wasn't found!");
    const device = rest.model.core.deviceFor(who, request.params.id);
    return device.ok ? act(device.value) : rest.refuse(request, reply, device);
  });
}

function withScope(rest: Rest, request: FastifyRequest<OfScope>, reply: FastifyReply, act: (device: Device, scope: Scope) => FastifyReply): FastifyReply {
  return withDevice(rest, request, reply, (device) => {
    const scope = scopes.find((one) => one === request.params.scope);
    return scope === undefined ? rest.http.fail(request, reply, 400, `Invalid scope: it is one of ${scopes.join(", ")}`) : act(device, scope);
  });
}

/** A value with its type, as JSON text: numbers keep the form that the platform gave them. */
function attributes(rest: Rest, request: Request, reply: FastifyReply, device: Device, scope: Scope | undefined): FastifyReply {
  const keys = keyList(queryOf(request).get("keys"));
  const found = rest.model.data.attributes(device, { ...(scope === undefined ? {} : { scope }), ...(keys === undefined ? {} : { keys }) });
  const texts = found.map(({ key, ts, value }) => `{"lastUpdateTs":${ts},"key":${JSON.stringify(key)},"value":${jsonText(value)}}`);
  return reply.type("application/json").send(`[${texts.join(",")}]`);
}

/** The latest values, or with `startTs` and `endTs` a range of them. */
function series(rest: Rest, request: Request, reply: FastifyReply, device: Device): FastifyReply {
  const query = queryOf(request);
  const keys = keyList(query.get("keys")) ?? [...device.series.keys()];
  if (query.has("startTs") && query.has("endTs")) return rest.answer(request, reply, rest.model.data.read(device, keys, seriesQuery(query)), (found) => found);
  const latest = rest.model.data.latest(device, keys);
  const valueOf = (stamped: Stamped | undefined): object => (stamped === undefined ? { ts: rest.host.now(), value: null } : { ts: stamped.ts, value: stamped.value.text });
  return reply.send(Object.fromEntries(keys.map((key) => [key, [valueOf(latest.get(key))]])));
}

function seriesQuery(query: URLSearchParams): SeriesQuery {
  const number = (name: string, otherwise: number): number => (query.has(name) ? Number(query.get(name)) : otherwise);
  const agg = aggregations.find((one) => one === query.get("agg")) as Aggregation | undefined;
  return {
    startTs: number("startTs", 0),
    endTs: number("endTs", forever),
    interval: number("interval", 0),
    limit: number("limit", 100),
    agg: agg ?? "NONE",
    order: query.get("orderBy") === "ASC" ? "ASC" : "DESC",
  };
}

function writeAttributes(rest: Rest, request: FastifyRequest<OfScope>, device: Device, scope: Scope): Result<void> {
  if (scope === "CLIENT_SCOPE") return refuse("badRequest", "Invalid scope: applications write SHARED_SCOPE or SERVER_SCOPE");
  const values = parseAttributes(bytesOf(request), rest.model.limits);
  return values.ok ? rest.model.data.writeAttributes(device, scope, values.value) : values;
}

function deleteSeries(rest: Rest, request: Request, device: Device): Result<void> {
  const query = queryOf(request);
  const keys = keyList(query.get("keys"));
  if (keys === undefined) return refuse("badRequest", "Keys are empty!");
  const isAll = query.get("deleteAllDataForKeys") === "true";
  const [startTs, endTs] = isAll ? [0, forever] : [Number(query.get("startTs") ?? NaN), Number(query.get("endTs") ?? NaN)];
  if (!Number.isSafeInteger(startTs) || !Number.isSafeInteger(endTs)) return refuse("badRequest", "Give startTs and endTs, or deleteAllDataForKeys=true");
  return rest.model.data.deleteSeries(device, keys, startTs, endTs);
}
