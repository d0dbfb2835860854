/**
 * REST: entity and alarm queries, with the bodies that the WebSocket commands have (section 5; TB-61).
 */
import type { FastifyReply, FastifyRequest } from "fastify";
import { isRecord, plainJson } from "./json";
import { findEntities, latestBody, matching, parseEntityQuery, parseFilter } from "./query";
import { alarmDataBody, countAlarms, findAlarms, parseAlarmFilter, parseAlarmQuery } from "./query-alarms";
import { newLookup } from "./query-keys";
import type { DeviceFilter } from "./query-keys";
import type { Rest } from "./rest-common";
import { done, refuse } from "./types";
import type { Principal, Result } from "./types";
import { entityId } from "./wording";

type Ask = (rest: Rest, who: Principal, body: unknown) => Result<unknown>;

const asks: Readonly<Record<string, Ask>> = {
  "/api/entitiesQuery/find": ({ model }, who, body) => {
    const query = parseEntityQuery(body);
    if (!query.ok) return query;
    const { entityFields, latestValues } = query.value;
    const page = findEntities(model, who, query.value);
    const lookup = newLookup(model);
    const row = (device: (typeof page.data)[number]): object => ({ entityId: entityId("DEVICE", device.info.id), latest: latestBody(device, [...entityFields, ...latestValues], lookup), timeseries: {}, aggLatest: {} });
    return done({ ...page, data: page.data.map(row) });
  },
  "/api/entitiesQuery/count": ({ model }, who, body) => {
    const filter = parseFilter(body);
    return filter.ok ? done(matching(model, who, filter.value).length) : filter;
  },
  "/api/alarmsQuery/find": ({ model }, who, body) => {
    const query = parseAlarmQuery(body);
    if (!query.ok) return query;
    const page = findAlarms(model, matching(model, who, query.value.entities), query.value);
    return done({ ...page, data: page.data.map((alarm) => alarmDataBody(model, alarm, query.value)) });
  },
  "/api/alarmsQuery/count": ({ model }, who, body) => {
    if (!isRecord(body)) return refuse("badRequest", "Query must be specified.");
    const alarms = parseAlarmFilter(body);
    if (!alarms.ok) return alarms;
    const isOfAll = body["entityFilter"] === undefined || body["entityFilter"] === null;
    const entities: Result<DeviceFilter | undefined> = isOfAll ? done(undefined) : parseFilter(body);
    return entities.ok ? done(countAlarms(model, who, { entities: entities.value, alarms: alarms.value })) : entities;
  },
};

export function addQueryRoutes(rest: Rest): void {
  for (const [path, ask] of Object.entries(asks)) {
    rest.http.app.post(path, (request: FastifyRequest, reply: FastifyReply) =>
      rest.withUser(request, reply, (who) => rest.answer(request, reply, ask(rest, who, plainJson(request.body ?? "")), (value) => value)),
    );
  }
}
