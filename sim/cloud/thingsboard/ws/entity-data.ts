/**
 * ENTITY_DATA (section 3.2): a page of devices with their values, their history, and what changes of them.
 *
 * A query alone is answered once; `latestCmd` and `tsCmd` subscribe. A command under an identifier that is in use changes
 * that subscription.
 */
import type { Cancel } from "../../host";
import type { Change } from "../bus";
import { tooMuch } from "../data";
import { isRecord, newRecord } from "../json";
import type { Thingsboard } from "../model";
import { findEntities, latestBody, parseEntityQuery } from "../query";
import type { EntityQuery, LatestBody } from "../query";
import { newLookup, parseKeys } from "../query-keys";
import type { Key } from "../query-keys";
import type { Page } from "../paging";
import type { Read } from "../series";
import type { Device } from "../state";
import { done } from "../types";
import type { Refused, Result } from "../types";
import { entityId } from "../wording";
import { parseAggHistory, parseWindow, readAggregates, readWindow } from "./history";
import type { AggHistory, Aggregates, Window } from "./history";
import { newLatest } from "./latest";
import type { Latest } from "./latest";
import { allowedEntities } from "./limits";
import { ErrorCode, refreshing, refuseCommand, subscribe, unsubscribe, watchDevice } from "./link";
import type { Command, Link, Subscription } from "./link";

const kind = "ENTITY_DATA";

/** A command, understood. */
interface Parsed {
  readonly query: EntityQuery | undefined;
  readonly latestKeys: readonly Key[] | undefined;
  readonly window: Window | undefined;
  readonly history: Window | undefined;
  readonly aggregates: AggHistory | undefined;
}

interface Data extends Subscription {
  query: EntityQuery;
  page: Page<Device>;
  latest: Latest;
  /** Newest point that the client knows, per device and key. */
  readonly points: Map<string, Read>;
  isSent: boolean;
  /** What has to be stopped when the set of devices, or what is asked of it, changes. */
  stops: Cancel[];
}

/** What one device's history is in a frame. */
interface Extra {
  readonly timeseries: Record<string, readonly Read[]>;
  readonly aggLatest: Aggregates;
}

export function entityData(link: Link, command: Command): void {
  const { cmdId } = command;
  const before = link.subscriptions.get(cmdId) as Data | undefined;
  const known = before?.kind === kind ? before : undefined;
  const parsed = parse(command);
  if (!parsed.ok) return refuseCommand(link, cmdId, parsed);
  const { query } = parsed.value;
  if (query === undefined && known === undefined) return link.fail(cmdId, ErrorCode.BAD_REQUEST, "Query is empty!");
  const data = known ?? newData(query as EntityQuery);
  if (query !== undefined) requery(link, data, query);
  else stopAll(data);
  if (known === undefined && !subscribe(link, link.subscriptions, cmdId, data)) return;
  answer(link, cmdId, data, parsed.value);
}

function newData(query: EntityQuery): Data {
  const data: Data = {
    kind, query, page: { data: [], totalPages: 0, totalElements: 0, hasNext: false }, latest: newLatest(), points: new Map(), isSent: false, stops: [],
    stop: () => stopAll(data),
  };
  return data;
}

function stopAll(data: Data): void {
  for (const stop of data.stops.splice(0)) stop();
}

/** Another set of devices: everything about it begins anew. */
function requery(link: Link, data: Data, query: EntityQuery): void {
  stopAll(data);
  data.query = query;
  data.page = findEntities(link.model, link.who, query);
  data.latest = newLatest();
  data.points.clear();
  data.isSent = false;
}

function parse(command: Command): Result<Parsed> {
  const latestKeys = isRecord(command["latestCmd"]) ? parseKeys(command["latestCmd"]["keys"]) : done(undefined);
  if (!latestKeys.ok) return latestKeys;
  const query = command["query"] === undefined || command["query"] === null ? done(undefined) : parseEntityQuery(command["query"], latestKeys.value ?? []);
  if (!query.ok) return query;
  const window = parseWindow(command["tsCmd"], "timeWindow");
  if (!window.ok) return window;
  const history = parseWindow(command["historyCmd"], "endTs");
  if (!history.ok) return history;
  const aggregates = parseAggHistory(command);
  if (!aggregates.ok) return aggregates;
  return done({ query: query.value, latestKeys: latestKeys.value, window: window.value, history: history.value, aggregates: aggregates.value });
}

/** In the platform's order: what is read once, then what subscribes. */
function answer(link: Link, cmdId: number, data: Data, asked: Parsed): void {
  const { model } = link;
  const { history, aggregates, window, latestKeys } = asked;
  if (history !== undefined || aggregates !== undefined) {
    const extras = readAll(model, data.page.data, history, aggregates);
    if (!extras.ok) return refuseHistory(link, cmdId, data, extras);
    send(link, cmdId, data, extras.value);
  }
  if (window !== undefined) {
    const extras = readAll(model, data.page.data, window, undefined);
    if (!extras.ok) return refuseHistory(link, cmdId, data, extras);
    send(link, cmdId, data, extras.value);
    watchWindow(link, cmdId, data, window);
  }
  if (latestKeys !== undefined || !data.isSent) {
    if (!data.isSent) send(link, cmdId, data, new Map());
    if (latestKeys !== undefined) watchLatest(link, cmdId, data, latestKeys);
  }
  if (data.query.dynamic) data.stops.push(refreshing(link, () => refresh(link, cmdId, data, asked)));
  // A frame of it may have ended the socket, and what was begun after that has nobody left to end it.
  if (link.subscriptions.get(cmdId) !== data) stopAll(data);
}

/** A command that was refused before anything of it was shown has subscribed to nothing. */
function refuseHistory(link: Link, cmdId: number, data: Data, refused: Refused): void {
  if (!data.isSent) unsubscribe(link.subscriptions, cmdId);
  refuseCommand(link, cmdId, refused);
}

/** The history of every device of a page; refused where that is too much for one frame. */
function readAll(model: Thingsboard, devices: readonly Device[], window: Window | undefined, aggregates: AggHistory | undefined): Result<ReadonlyMap<string, Extra>> {
  const extras = new Map<string, Extra>();
  const { queryPointsMax } = model.limits;
  let points = 0;
  for (const device of devices) {
    const timeseries: Result<Record<string, Read[]>> = window === undefined ? done({}) : readWindow(model, device, window);
    if (!timeseries.ok) return timeseries;
    points += Object.values(timeseries.value).reduce((sum, read) => sum + read.length, 0);
    if (points > queryPointsMax) return tooMuch(queryPointsMax);
    extras.set(device.info.id, { timeseries: timeseries.value, aggLatest: aggregates === undefined ? {} : readAggregates(device, aggregates) });
  }
  return done(extras);
}

/** The first frame of a set of devices is `data`, whole; histories that follow it are an `update`. */
function send(link: Link, cmdId: number, data: Data, extras: ReadonlyMap<string, Extra>): void {
  const lookup = newLookup(link.model);
  const { entityFields, latestValues } = data.query;
  const row = (device: Device): object => {
    const { timeseries, aggLatest } = extras.get(device.info.id) ?? { timeseries: {}, aggLatest: {} };
    const id = entityId("DEVICE", device.info.id);
    if (data.isSent) return { entityId: id, latest: null, timeseries, aggLatest };
    const latest: LatestBody = latestBody(device, [...entityFields, ...latestValues], lookup);
    data.latest.learn(device, latestValues, lookup);
    return { entityId: id, latest, timeseries, aggLatest };
  };
  const rows = data.page.data.map(row);
  const body = data.isSent ? { data: null, update: rows } : { data: { ...data.page, data: rows }, update: null };
  data.isSent = true;
  link.update({ cmdId, cmdUpdateType: "ENTITY_DATA", ...body, allowedEntities });
}

function sendUpdate(link: Link, cmdId: number, device: Device, changed: { readonly latest: object | null; readonly timeseries: object | null }): void {
  const update = [{ entityId: entityId("DEVICE", device.info.id), ...changed, aggLatest: null }];
  link.update({ cmdId, cmdUpdateType: "ENTITY_DATA", data: null, update, allowedEntities });
}

function watchLatest(link: Link, cmdId: number, data: Data, keys: readonly Key[]): void {
  const lookup = newLookup(link.model);
  for (const device of data.page.data) {
    const tell = (change: Change | undefined): void => {
      const latest = data.latest.changed(device, keys, lookup, change);
      if (latest !== undefined) sendUpdate(link, cmdId, device, { latest, timeseries: null });
    };
    // Values of keys that no frame has shown yet.
    tell(undefined);
    data.stops.push(watchDevice(link, device, tell));
  }
}

/** Points as they come, older ones too; only what repeats the newest is passed over. */
function watchWindow(link: Link, cmdId: number, data: Data, { keys }: Window): void {
  for (const device of data.page.data) {
    const nameOf = (key: string): string => `${device.info.id} ${key}`;
    for (const [key, { ts, value }] of link.model.data.latest(device, keys)) data.points.set(nameOf(key), { ts, value: value.text });
    const tell = (change: Change): void => {
      if (change.kind !== "series") return;
      const timeseries = newRecord<Read[]>();
      for (const { key, ts, value } of change.points) {
        const newest = data.points.get(nameOf(key));
        if (!keys.includes(key) || (newest?.ts === ts && newest.value === value.text)) continue;
        if (newest === undefined || ts >= newest.ts) data.points.set(nameOf(key), { ts, value: value.text });
        (timeseries[key] ??= []).push({ ts, value: value.text });
      }
      if (Object.keys(timeseries).length > 0) sendUpdate(link, cmdId, device, { latest: null, timeseries });
    };
    data.stops.push(watchDevice(link, device, tell));
  }
}

/** A page that was asked to be dynamic: shown again, whole, when it holds other devices than before. */
function refresh(link: Link, cmdId: number, data: Data, asked: Parsed): void {
  const idsOf = (page: Page<Device>): string => page.data.map(({ info }) => info.id).sort().join(" ");
  if (idsOf(findEntities(link.model, link.who, data.query)) === idsOf(data.page)) return;
  requery(link, data, data.query);
  answer(link, cmdId, data, { ...asked, history: undefined, aggregates: undefined });
}
