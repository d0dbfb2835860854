/**
 * What can be watched on ThingsBoard: "motet/watch/thingsboard". Each function makes a source for `watch`; an app links those that
 * it calls. Facts: ThingsBoard documentation, "WebSocket API".
 *
 * Devices are chosen by `allDevices`, `devicesNamed`, `devicesOfType` and `device`, which answer an entity filter.
 */
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import type { JsonReader } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { jsonString } from "../../base/json-write";
import { ValueKind } from "../profile";
import type { Source, WatchedSink } from "../realtime";

const MESSAGE_BYTES_MAX = 4096;
/** Devices of one source whose values are told: the first page. */
const ENTITIES_MAX = 10;

/** An entity filter, made by the functions below. */
export type Devices = string;

/** Every device that the user may see. */
export function allDevices(): Devices {
  return '"entityFilter":{"type":"entityType","entityType":"DEVICE"}';
}

/** Devices whose names begin so, in any case. */
export function devicesNamed(prefix: string): Devices {
  return '"entityFilter":{"type":"entityName","entityType":"DEVICE","entityNameFilter":' + jsonString(prefix) + "}";
}

/** Devices of a type. */
export function devicesOfType(type: string): Devices {
  return '"entityFilter":{"type":"deviceType","deviceTypes":[' + jsonString(type) + '],"deviceNameFilter":""}';
}

/** One device, by its id. */
export function device(id: string): Devices {
  return '"entityFilter":{"type":"singleEntity","singleEntity":{"entityType":"DEVICE","id":' + jsonString(id) + "}}";
}

/** Which alarms count: those that have one of each list. An absent list is every one. */
export interface Alarms {
  /** ANY, ACTIVE, CLEARED, ACK or UNACK. */
  readonly status?: readonly string[];
  /** CRITICAL, MAJOR, MINOR, WARNING or INDETERMINATE. */
  readonly severity?: readonly string[];
  readonly type?: readonly string[];
}

/** `"name":["a","b"]`. */
function listOf(name: string, items: readonly string[]): string {
  let text = "";
  for (const item of items) text += (text === "" ? "" : ",") + jsonString(item);
  return '"' + name + '":[' + text + "]";
}

function reader(message: string): JsonReader {
  return jsonOpen(message, { bytesMax: MESSAGE_BYTES_MAX, depthMax: 10, keyBytesMax: 512 });
}

/** Tells the member `key` of a message. */
function readMember(message: string, key: string, sink: WatchedSink): boolean {
  const json = reader(message);
  if (jsonNext(json) !== JsonToken.openObject) return false;
  while (jsonNext(json) === JsonToken.key) {
    const wanted = json.text === key;
    const token = jsonSkip(json);
    if (!wanted) continue;
    if (token !== JsonToken.number && token !== JsonToken.boolean) return false;
    sink.value(token === JsonToken.number ? ValueKind.number : ValueKind.boolean, json.text, "");
    return true;
  }
  return false;
}

/**
 * What of alarms a query asks for, after `devices`.
 * @cold
 */
function alarmQuery(devices: Devices, alarms: Alarms | undefined): string {
  let text = devices;
  const lists = [];
  if (alarms !== undefined && alarms.status !== undefined) lists.push(listOf("statusList", alarms.status));
  if (alarms !== undefined && alarms.severity !== undefined) lists.push(listOf("severityList", alarms.severity));
  if (alarms !== undefined && alarms.type !== undefined) lists.push(listOf("typeList", alarms.type));
  for (const list of lists) text += (text === "" ? "" : ",") + list;
  return text;
}

/**
 * How many alarms there are; a number. With `devices`, of these, and told at once; else of all, and looked at once a minute.
 * Written out where an app calls it, `alarms` would stay in memory with the app's callbacks, whose scope it would be in.
 * @cold
 */
export function alarmCount(alarms?: Alarms, devices?: Devices): Source {
  return { request: '"type":"ALARM_COUNT","query":{' + alarmQuery(devices ?? "", alarms) + "}", key: "count", read: readMember };
}

/** Whether a device has an alarm that is not cleared; a truth value. Of `alarms`, severity and type count. */
export function alarmActive(id: string, alarms?: Alarms): Source {
  const types = alarms === undefined || alarms.type === undefined ? '"typeList":null' : listOf("typeList", alarms.type);
  const severities = alarms === undefined || alarms.severity === undefined ? '"severityList":null' : listOf("severityList", alarms.severity);
  return { request: '"type":"ALARM_STATUS","originatorId":{"entityType":"DEVICE","id":' + jsonString(id) + "}," + types + "," + severities, key: "active", read: readMember };
}

/** How many devices there are; a number. */
export function deviceCount(devices: Devices): Source {
  return { request: '"type":"ENTITY_COUNT","query":{' + devices + "}", key: "count", read: readMember };
}

/** How many notifications the user has not read; a number. */
export function unreadCount(): Source {
  return { request: '"type":"NOTIFICATIONS_COUNT"', key: "totalUnreadCount", read: readMember };
}

/** Passes over the tokens up to the member `key` of the object that is open; false when it has none. */
function toMember(json: JsonReader, key: string): boolean {
  let token = jsonNext(json);
  while (token === JsonToken.key) {
    if (json.text === key) return true;
    jsonSkip(json);
    token = jsonNext(json);
  }
  return false;
}

/** `{"data":{key:[[time,"value"],...]}}`: the value that stands first is the newest. */
function readSeries(message: string, key: string, sink: WatchedSink): boolean {
  const json = reader(message);
  if (jsonNext(json) !== JsonToken.openObject || !toMember(json, "data") || jsonNext(json) !== JsonToken.openObject) return false;
  // A thing without a value yet is told of by an empty list, or by none.
  if (!toMember(json, key)) return true;
  if (jsonNext(json) !== JsonToken.openArray) return false;
  const first = jsonNext(json);
  if (first === JsonToken.closeArray) return true;
  if (first !== JsonToken.openArray || jsonNext(json) !== JsonToken.number || jsonNext(json) !== JsonToken.string) return false;
  // A value that was deleted is told of as one without text.
  if (json.text !== "") sink.value(ValueKind.string, json.text, "");
  return true;
}

/** The latest telemetry of one device under one key; what it is, the declaration says: the platform tells texts. */
export function telemetry(id: string, key: string): Source {
  const request = '"type":"TIMESERIES","entityType":"DEVICE","entityId":' + jsonString(id) + ',"scope":"LATEST_TELEMETRY","keys":' + jsonString(key);
  return { request, key, read: readSeries };
}

/** An attribute of one device. `scope` is CLIENT_SCOPE, SHARED_SCOPE or SERVER_SCOPE; absent, the newest of all. */
export function attribute(id: string, key: string, scope?: string): Source {
  const where = scope === undefined ? "" : ',"scope":' + jsonString(scope);
  return { request: '"type":"ATTRIBUTES","entityType":"DEVICE","entityId":' + jsonString(id) + where + ',"keys":' + jsonString(key), key, read: readSeries };
}

/** Containers that are open around a key of `latest`: in the first answer, which is a page, and in later ones. */
const PAGE_DEPTH = 6;
const UPDATE_DEPTH = 5;

/** `{"data":{"data":[{"entityId":{..,"id":".."},"latest":{type:{key:{"ts":..,"value":".."}}}}]}}`, or `"update"` with the list in it. */
function readLatest(message: string, key: string, sink: WatchedSink): boolean {
  const json = reader(message);
  let keyDepth = 0;
  let inKey = false;
  let from = "";
  let token = jsonNext(json);
  while (token !== JsonToken.end && token !== JsonToken.error) {
    if (token === JsonToken.key) {
      const name = json.text;
      const depth = json.outer.length;
      if (depth === 1) keyDepth = name === "data" ? PAGE_DEPTH : name === "update" ? UPDATE_DEPTH : 0;
      else if (depth === keyDepth) inKey = name === key;
      else if (depth === keyDepth - 1 && name === "id") {
        if (jsonNext(json) === JsonToken.string) from = json.text;
      } else if (depth === keyDepth + 1 && inKey && name === "value") {
        // A value that was deleted is told of as one without text.
        if (jsonNext(json) === JsonToken.string && json.text !== "") sink.value(ValueKind.string, json.text, from);
      }
    }
    token = jsonNext(json);
  }
  return token === JsonToken.end;
}

/**
 * The latest telemetry of several devices under one key, of the first ten by name; `from` is the device's id. With `type`, an attribute:
 * ATTRIBUTE (the newest of all scopes), CLIENT_ATTRIBUTE, SHARED_ATTRIBUTE or SERVER_ATTRIBUTE.
 */
export function latest(devices: Devices, key: string, type?: string): Source {
  const wanted = '{"type":' + jsonString(type ?? "TIME_SERIES") + ',"key":' + jsonString(key) + "}";
  const page = '"pageLink":{"pageSize":' + ENTITIES_MAX + ',"page":0,"dynamic":true,"sortOrder":{"key":{"type":"ENTITY_FIELD","key":"name"},"direction":"ASC"}}';
  return { request: '"type":"ENTITY_DATA","query":{' + devices + "," + page + ',"latestValues":[' + wanted + ']},"latestCmd":{"keys":[' + wanted + "]}", key, read: readLatest };
}

/** The member `key` of the object that is open; "" where it is nothing. */
function readRow(json: JsonReader, key: string, sink: WatchedSink): boolean {
  let kind = ValueKind.string;
  let text = "";
  let token = jsonNext(json);
  while (token === JsonToken.key) {
    const wanted = json.text === key;
    const value = jsonSkip(json);
    if (wanted && (value === JsonToken.string || value === JsonToken.number || value === JsonToken.boolean)) {
      kind = value as number as ValueKind;
      text = json.text;
    }
    token = jsonNext(json);
  }
  if (token === JsonToken.closeObject) sink.value(kind, text, "");
  return token === JsonToken.closeObject;
}

/**
 * A member of what stands first in `{"data":{"data":[{..}]}}`, `{"notifications":[{..}]}` or `{"update":..}`, which is one or a list of one; ""
 * for an empty list. Where all of these are null, only the count has changed.
 */
function readFirst(message: string, key: string, sink: WatchedSink): boolean {
  const json = reader(message);
  if (jsonNext(json) !== JsonToken.openObject) return false;
  let token = jsonNext(json);
  while (token === JsonToken.key) {
    const name = json.text;
    if (name === "data" || name === "notifications" || name === "update") {
      token = jsonNext(json);
      if (token === JsonToken.openObject && name === "data" && toMember(json, "data")) token = jsonNext(json);
      if (token === JsonToken.openArray) token = jsonNext(json);
      if (token === JsonToken.closeArray) sink.value(ValueKind.string, "", "");
      if (token !== JsonToken.null) return token === JsonToken.openObject ? readRow(json, key, sink) : token === JsonToken.closeArray;
    } else {
      jsonSkip(json);
    }
    token = jsonNext(json);
  }
  return token === JsonToken.closeObject;
}

/**
 * A member of the newest alarm, as `type`, `severity`, `status` or `originatorName`; "" while there is none. Told when that alarm changes, or another
 * takes its place.
 */
export function newestAlarm(field: string, devices: Devices, alarms?: Alarms): Source {
  const page = '"pageLink":{' + alarmQuery('"pageSize":1,"page":0,"sortOrder":{"key":{"type":"ALARM_FIELD","key":"createdTime"},"direction":"DESC"}', alarms) + "}";
  return { request: '"type":"ALARM_DATA","query":{' + devices + "," + page + ',"alarmFields":[],"entityFields":[],"latestValues":[]}', key: field, read: readFirst };
}

/** A member of the newest notification that the user has not read, as `text`, `subject`, `type` or `id`; "" when all are read. */
export function newestNotification(field: string): Source {
  return { request: '"type":"NOTIFICATIONS","limit":1', key: field, read: readFirst };
}

/**
 * One number out of the telemetry of a device under one key, told once with each connection: `agg` is AVG, MIN, MAX, SUM or COUNT of all values
 * from `from` to before `to`, which are milliseconds since 1970 as text; with NONE, the newest of them.
 */
export function history(id: string, key: string, agg: string, from: string, to: string): Source {
  const span = ',"startTs":' + from + ',"endTs":' + to + ',"interval":' + to + ',"limit":1,"agg":' + jsonString(agg);
  return { request: '"type":"TIMESERIES_HISTORY","entityType":"DEVICE","entityId":' + jsonString(id) + ',"keys":' + jsonString(key) + span, key, read: readSeries };
}

/** Containers that are open around a point of `timeseries`. */
const POINT_DEPTH = 6;

/** `{"update":[{"entityId":{..,"id":".."},"timeseries":{key:[{"ts":..,"value":".."}]}}]}`. */
function readPoints(message: string, key: string, sink: WatchedSink): boolean {
  const json = reader(message);
  let inUpdate = false;
  let inKey = false;
  let from = "";
  let token = jsonNext(json);
  while (token !== JsonToken.end && token !== JsonToken.error) {
    if (token === JsonToken.key) {
      const name = json.text;
      const depth = json.outer.length;
      if (depth === 1) inUpdate = name === "update";
      else if (depth === POINT_DEPTH - 2) inKey = inUpdate && name === key;
      if (inUpdate && depth === POINT_DEPTH - 2 && name === "id" && jsonNext(json) === JsonToken.string) from = json.text;
      else if (inKey && depth === POINT_DEPTH && name === "value" && jsonNext(json) === JsonToken.string) sink.value(ValueKind.string, json.text, from);
    }
    token = jsonNext(json);
  }
  return token === JsonToken.end;
}

/**
 * Every point that comes of several devices under one key, also one that is older than what is known; of the first ten by name. None from before.
 * `from` is the device's id.
 */
export function points(devices: Devices, key: string): Source {
  const query = '"query":{' + devices + "," + '"pageLink":{"pageSize":' + ENTITIES_MAX + ',"page":0,"sortOrder":{"key":{"type":"ENTITY_FIELD","key":"name"},"direction":"ASC"}}}';
  return { request: '"type":"ENTITY_DATA",' + query + ',"tsCmd":{"keys":[' + jsonString(key) + '],"startTs":0,"timeWindow":1,"interval":0,"limit":1,"agg":"NONE"}', key, read: readPoints };
}

/** An order for `order`: the notification with this id has been read. */
export function markRead(id: string): string {
  return '"type":"MARK_NOTIFICATIONS_AS_READ","notifications":[' + jsonString(id) + "]";
}

/** An order for `order`: all notifications have been read. */
export function markAllRead(): string {
  return '"type":"MARK_ALL_NOTIFICATIONS_AS_READ"';
}
