/**
 * Alarm queries: which alarms of which devices, in which order, on which page (section 3.4, 3.5).
 */
import { isSeverity, statusOf } from "./alarms";
import { isRecord, newRecord, textIn } from "./json";
import type { Thingsboard } from "./model";
import { pageOf } from "./paging";
import type { Page } from "./paging";
import { latestBody, matching, parseFilter, parsePageLink } from "./query";
import type { PageLink } from "./query";
import { newLookup, parseKeys } from "./query-keys";
import type { DeviceFilter, Key } from "./query-keys";
import type { Device } from "./state";
import { done, refuse } from "./types";
import type { Alarm, Principal, Refused, Result } from "./types";
import { alarmBody, entityId } from "./wording";

/** What an alarm itself must be. */
export type AlarmFilter = (alarm: Alarm, now: number) => boolean;

export interface AlarmQuery extends PageLink {
  readonly entities: DeviceFilter;
  readonly alarms: AlarmFilter;
  readonly alarmFields: readonly Key[];
  readonly latest: readonly Key[];
}

const statuses = ["ANY", "ACTIVE", "CLEARED", "ACK", "UNACK"];

/** The lists and times of an alarm query, or of its page link; absent ones limit nothing (C3). */
export function parseAlarmFilter(json: Record<string, unknown>): Result<AlarmFilter> {
  const { startTs, endTs, timeWindow, typeList, statusList, severityList, assigneeId } = json;
  const lists = [typeList, statusList, severityList].map((list) => list ?? []);
  if (!lists.every((list) => Array.isArray(list) && list.length <= 1000)) return refuse("badRequest", "typeList, statusList and severityList are lists of 1000 at most");
  const [types, states, severities] = lists as [unknown[], unknown[], unknown[]];
  if (!states.every((one) => statuses.includes(textIn(one)))) return refuse("badRequest", `statusList may hold ${statuses.join(", ")}`);
  if (!severities.every(isSeverity)) return refuse("badRequest", "severityList holds an unknown severity");
  const [start, end, span] = [startTs, endTs, timeWindow].map((one) => (typeof one === "number" && one > 0 ? one : 0)) as [number, number, number];
  const assignee = isRecord(assigneeId) ? assigneeId["id"] : undefined;
  const only = (one: string, other: string): boolean => states.includes(one) && !states.includes(other) && !states.includes("ANY");
  return done((alarm, now) => {
    if (types.length > 0 && !types.includes(alarm.type)) return false;
    if (severities.length > 0 && !severities.includes(alarm.severity)) return false;
    if ((only("ACTIVE", "CLEARED") && alarm.cleared) || (only("CLEARED", "ACTIVE") && !alarm.cleared)) return false;
    if ((only("ACK", "UNACK") && !alarm.acknowledged) || (only("UNACK", "ACK") && alarm.acknowledged)) return false;
    if (assignee !== undefined && alarm.assignee !== assignee) return false;
    if (span > 0) return alarm.createdTime >= (start > 0 ? start : now - span);
    return alarm.createdTime >= start && (end === 0 || alarm.createdTime <= end);
  });
}

export function parseAlarmQuery(json: unknown): Result<AlarmQuery> {
  if (!isRecord(json)) return refuse("badRequest", "Query must be specified.");
  const entities = parseFilter(json);
  const link = parsePageLink(json["pageLink"]);
  const alarms = parseAlarmFilter(isRecord(json["pageLink"]) ? json["pageLink"] : {});
  const alarmFields = parseKeys(json["alarmFields"]);
  const entityFields = parseKeys(json["entityFields"]);
  const latestValues = parseKeys(json["latestValues"]);
  const refused = [entities, link, alarms, alarmFields, entityFields, latestValues].find((one): one is Refused => !one.ok);
  if (refused !== undefined || !entities.ok || !link.ok || !alarms.ok || !alarmFields.ok || !entityFields.ok || !latestValues.ok) return refused as Refused;
  const latest = [...entityFields.value, ...latestValues.value];
  return done({ ...link.value, entities: entities.value, alarms: alarms.value, alarmFields: alarmFields.value, latest });
}

/** Alarms of the devices of a query. */
export function alarmsOf(model: Thingsboard, devices: readonly Device[], filter: AlarmFilter): Alarm[] {
  const { state, host } = model.core;
  const all = devices.flatMap(({ info }) => [...(state.alarmsOf.get(info.id) ?? [])]);
  return all.map((id) => state.alarms.get(id) as Alarm).filter((alarm) => filter(alarm, host.now()));
}

/** Alarms that `who` may count without naming entities, or with a filter of them. */
export function countAlarms(model: Thingsboard, who: Principal, query: { readonly entities: DeviceFilter | undefined; readonly alarms: AlarmFilter }): number {
  const { entities, alarms } = query;
  if (entities !== undefined) return alarmsOf(model, matching(model, who, entities), alarms).length;
  return model.alarms.all(who).filter((alarm) => alarms(alarm, model.core.host.now())).length;
}

/** `devices`: those that the query's filter means. */
export function findAlarms(model: Thingsboard, devices: readonly Device[], query: AlarmQuery): Page<Alarm> {
  const found = alarmsOf(model, devices, query.alarms).filter(
    (alarm) => query.textSearch === "" || [alarm.type, alarm.severity, statusOf(alarm), nameOf(model, alarm)].some((text) => text.toLowerCase().includes(query.textSearch)),
  );
  const { sort } = query;
  if (sort !== undefined) {
    const turn = sort.direction === "DESC" ? -1 : 1;
    found.sort((a, b) => turn * (compare(sortValue(model, a, sort.key), sortValue(model, b, sort.key)) || (a.id < b.id ? -1 : 1)));
  }
  return pageOf(found, query.page);
}

function nameOf(model: Thingsboard, { originator }: Alarm): string {
  return model.state.devices.get(originator.id)?.info.name ?? "";
}

/** An alarm's own field, or a value of its originator. */
function sortValue(model: Thingsboard, alarm: Alarm, key: Key): number | string {
  if (key.type === "ALARM_FIELD") {
    const value = alarmField(model, alarm, key.key);
    return typeof value === "number" ? value : String(value ?? "");
  }
  const device = model.state.devices.get(alarm.originator.id);
  return device === undefined ? "" : (newLookup(model)(device, key)?.value.text ?? "");
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function alarmField(model: Thingsboard, alarm: Alarm, name: string): unknown {
  if (name === "originator") return nameOf(model, alarm);
  if (name === "startTime" || name === "endTime" || name === "ackTime" || name === "clearTime") return alarm[name.replace("Time", "Ts") as "startTs"];
  return alarmBody(alarm, model.state)[name];
}

/** An alarm as a query gives it: with its entity, and the keys that were asked for (C6). */
export function alarmDataBody(model: Thingsboard, alarm: Alarm, query: Pick<AlarmQuery, "alarmFields" | "latest">): object {
  const device = model.state.devices.get(alarm.originator.id);
  const latest = device === undefined ? {} : latestBody(device, query.latest, newLookup(model));
  for (const { key } of query.alarmFields) {
    const value = alarmField(model, alarm, key);
    (latest["ALARM_FIELD"] ??= newRecord())[key] = { ts: alarm.createdTime, value: typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "") };
  }
  return { ...alarmBody(alarm, model.state), entityId: entityId("DEVICE", alarm.originator.id), latest };
}
