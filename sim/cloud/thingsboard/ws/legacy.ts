/**
 * The commands of the first version (section 3.8): ATTRIBUTES, TIMESERIES and TIMESERIES_HISTORY, each of one entity.
 *
 * Answers carry `subscriptionId`; `latestValues` is the time of the last element of each list, which in a list that begins
 * with the newest is the oldest: a habit of the platform that its clients know.
 */
import type { Change } from "../bus";
import { keyList } from "../device-api";
import { newRecord, numberIn } from "../json";
import type { Read, SeriesQuery } from "../series";
import type { Device } from "../state";
import { done, refuse, scopes } from "../types";
import type { Result, Scope } from "../types";
import { aggregationOf } from "./history";
import { ErrorCode, refuseCommand, subscribe, unsubscribe, watchDevice } from "./link";
import type { Command, Link } from "./link";

type Rows = Record<string, [number, string][]>;

/** Handles `unsubscribe` and the entity; `act` for everything else. */
function withDevice(link: Link, command: Command, act: (device: Device) => void): void {
  const { cmdId, entityId, entityType, unsubscribe: isOver } = command;
  if (isOver === true) {
    const isAll = entityId === undefined || entityId === null || entityId === "";
    for (const id of isAll ? [...link.legacySubscriptions.keys()] : [cmdId]) unsubscribe(link.legacySubscriptions, id);
    // Without an entity, everything of the socket (C8).
    for (const id of isAll ? [...link.subscriptions.keys()] : []) unsubscribe(link.subscriptions, id);
    return;
  }
  if (typeof entityId !== "string" || entityId === "" || typeof entityType !== "string") return link.fail(cmdId, ErrorCode.BAD_REQUEST, "Device id is empty!");
  const device = link.model.core.deviceFor(link.who, entityId);
  if (!device.ok || entityType !== "DEVICE") return link.fail(cmdId, ErrorCode.UNAUTHORIZED, "Unauthorized");
  act(device.value);
}

function watch(link: Link, cmdId: number, kind: string, device: Device, listener: (change: Change) => void): boolean {
  return subscribe(link, link.legacySubscriptions, cmdId, { kind, stop: watchDevice(link, device, listener) });
}

export function attributes(link: Link, command: Command): void {
  withDevice(link, command, (device) => {
    const { cmdId } = command;
    const scope = scopes.find((one) => one === command["scope"]);
    if (scope === undefined && command["scope"] !== undefined && command["scope"] !== null && command["scope"] !== "") {
      return link.fail(cmdId, ErrorCode.BAD_REQUEST, `scope must be one of ${scopes.join(", ")}`);
    }
    const keys = keyList(command["keys"]);
    const isAsked = (key: string): boolean => keys === undefined || keys.includes(key);
    const follow = (change: Change): void => {
      if ((change.kind !== "attributes" && change.kind !== "attributes-gone") || (scope !== undefined && change.scope !== scope)) return;
      const news = change.kind === "attributes" ? change.values.map(({ key, ts, value }) => [key, ts, value.text] as const) : change.keys.map((key) => [key, 0, ""] as const);
      const rows = Object.fromEntries(news.filter(([key]) => isAsked(key)).map(([key, ts, text]) => [key, [[ts, text] as [number, string]]]));
      if (Object.keys(rows).length > 0) link.legacy(cmdId, rows);
    };
    if (watch(link, cmdId, "ATTRIBUTES", device, follow)) link.legacy(cmdId, presentAttributes(link, device, scope, keys));
  });
}

/** What is there now; of a key in several scopes, the newest. */
function presentAttributes(link: Link, device: Device, scope: Scope | undefined, keys: readonly string[] | undefined): Rows {
  const found = link.model.data.attributes(device, { ...(scope === undefined ? {} : { scope }), ...(keys === undefined ? {} : { keys }) });
  const rows: Rows = newRecord();
  for (const { key, ts, value } of found) if ((rows[key]?.[0]?.[0] ?? -1) <= ts) rows[key] = [[ts, value.text]];
  return rows;
}

export function timeseries(link: Link, command: Command): void {
  withDevice(link, command, (device) => {
    const { cmdId } = command;
    const keys = keyList(command["keys"]);
    const present = presentSeries(link, device, command, keys);
    if (!present.ok) return refuseCommand(link, cmdId, present);
    const onlyNewer = command["scope"] === "LATEST_TELEMETRY";
    const newest = new Map([...link.model.data.latest(device, keys ?? [...device.series.keys()])].map(([key, { ts }]) => [key, ts]));
    const follow = (change: Change): void => {
      if (change.kind !== "series") return;
      const rows: Rows = newRecord();
      for (const { key, ts, value } of change.points) {
        if (keys?.includes(key) === false || (onlyNewer && ts < (newest.get(key) ?? 0))) continue;
        newest.set(key, Math.max(ts, newest.get(key) ?? 0));
        (rows[key] ??= []).push([ts, value.text]);
      }
      if (Object.keys(rows).length > 0) link.legacy(cmdId, rows);
    };
    if (watch(link, cmdId, "TIMESERIES", device, follow)) link.legacy(cmdId, present.value);
  });
}

/** The latest values, or those of a window. */
function presentSeries(link: Link, device: Device, command: Command, keys: readonly string[] | undefined): Result<Rows> {
  const window = numberIn(command["timeWindow"], 0);
  if (keys !== undefined && window > 0) {
    const startTs = numberIn(command["startTs"], 0);
    return read(link, device, command, keys, startTs, startTs + window);
  }
  const latest = link.model.data.latest(device, keys ?? [...device.series.keys()]);
  return done(Object.fromEntries([...latest].map(([key, { ts, value }]) => [key, [[ts, value.text]]])));
}

export function timeseriesHistory(link: Link, command: Command): void {
  withDevice(link, command, (device) => {
    const keys = keyList(command["keys"]);
    if (keys === undefined) return link.fail(command.cmdId, ErrorCode.BAD_REQUEST, "Keys are empty!");
    const rows = read(link, device, command, keys, numberIn(command["startTs"], 0), numberIn(command["endTs"], 0));
    if (rows.ok) link.legacy(command.cmdId, rows.value);
    else refuseCommand(link, command.cmdId, rows);
  });
}

function read(link: Link, device: Device, command: Command, keys: readonly string[], startTs: number, endTs: number): Result<Rows> {
  const agg = aggregationOf(command["agg"]);
  if (agg === undefined) return refuse("badRequest", "agg is unknown");
  const query: SeriesQuery = { startTs, endTs, interval: numberIn(command["interval"], 0), limit: numberIn(command["limit"], 0), agg, order: "DESC" };
  const found = link.model.data.read(device, keys, query);
  if (!found.ok) return found;
  const row = (points: readonly Read[]): [number, string][] => points.map(({ ts, value }) => [ts, value]);
  return done(Object.fromEntries(Object.entries(found.value).map(([key, points]) => [key, row(points)])));
}
