/**
 * The time-series parts of ENTITY_DATA (section 3.2): historyCmd, tsCmd and aggHistoryCmd, checked and read.
 */
import { isRecord, numberIn, textIn } from "../json";
import type { Thingsboard } from "../model";
import { aggregate, aggregations } from "../series";
import type { Aggregation, Read, SeriesQuery } from "../series";
import type { Device } from "../state";
import { done, refuse } from "../types";
import type { Result } from "../types";
import { isTime } from "../values";

export interface Window {
  readonly keys: readonly string[];
  readonly query: SeriesQuery;
  /** Also the newest point before the window. */
  readonly withPrevious: boolean;
}

const keysMax = 1000;
const calendarTypes = ["WEEK", "WEEK_ISO", "MONTH", "QUARTER"];

/** A list of keys; undefined when it is none. */
function keysOf(json: unknown): readonly string[] | undefined {
  const isList = Array.isArray(json) && json.length > 0 && json.length <= keysMax && json.every((key) => typeof key === "string" && key !== "");
  return isList ? (json as string[]) : undefined;
}

export function aggregationOf(json: unknown): Aggregation | undefined {
  return json === undefined || json === null ? "NONE" : aggregations.find((one) => one === json);
}

/** `end`: how the command names the end of its range, as a time or as a length. Absent: undefined. */
export function parseWindow(json: unknown, end: "timeWindow" | "endTs"): Result<Window | undefined> {
  if (json === undefined || json === null) return done(undefined);
  if (!isRecord(json)) return refuse("badRequest", "Failed to parse the payload");
  const keys = keysOf(json["keys"]);
  if (keys === undefined) return refuse("badRequest", "Keys are empty!");
  const agg = aggregationOf(json["agg"]);
  if (agg === undefined) return refuse("badRequest", `agg must be one of ${aggregations.join(", ")}`);
  if (calendarTypes.includes(textIn(json["intervalType"]))) return refuse("badRequest", "Unsupported intervalType: only MILLISECONDS");
  const number = (name: string): number => numberIn(json[name], 0);
  const startTs = number("startTs");
  const endTs = end === "endTs" ? number("endTs") : startTs + number("timeWindow");
  return done({ keys, query: { startTs, endTs, interval: number("interval"), limit: number("limit"), agg, order: "DESC" }, withPrevious: json["fetchLatestPreviousPoint"] === true });
}

export function readWindow(model: Thingsboard, device: Device, { keys, query, withPrevious }: Window): Result<Record<string, Read[]>> {
  const read = model.data.read(device, keys, query);
  if (!read.ok || !withPrevious) return read;
  const before = model.data.read(device, keys, { startTs: 0, endTs: query.startTs, interval: 0, limit: 1, agg: "NONE", order: "DESC" });
  if (!before.ok) return before;
  return done(Object.fromEntries(keys.map((key) => [key, [...(read.value[key] ?? []), ...(before.value[key] ?? [])]])));
}

interface AggKey {
  readonly id: string;
  readonly key: string;
  readonly agg: Exclude<Aggregation, "NONE">;
  readonly previous: { readonly startTs: number; readonly endTs: number } | undefined;
  readonly previousOnly: boolean;
}

export interface AggHistory {
  readonly startTs: number;
  readonly endTs: number;
  readonly keys: readonly AggKey[];
}

export type Aggregates = Record<string, { readonly current: Read | null; readonly previous: Read | null }>;

export function parseAggHistory(command: Readonly<Record<string, unknown>>): Result<AggHistory | undefined> {
  if (command["aggTsCmd"] !== undefined && command["aggTsCmd"] !== null) return refuse("badRequest", "Unsupported command: aggTsCmd; ask with aggHistoryCmd");
  const json = command["aggHistoryCmd"];
  if (json === undefined || json === null) return done(undefined);
  if (!isRecord(json) || !Array.isArray(json["keys"]) || json["keys"].length === 0 || json["keys"].length > keysMax) return refuse("badRequest", "Keys are empty!");
  const [startTs, endTs] = [numberIn(json["startTs"], NaN), numberIn(json["endTs"], NaN)];
  if (!isTime(startTs) || !isTime(endTs)) return refuse("badRequest", "startTs and endTs must be whole milliseconds since 1970");
  const keys: AggKey[] = [];
  for (const one of json["keys"] as unknown[]) {
    const key = parseAggKey(one);
    if (key === undefined) return refuse("badRequest", "A key of aggHistoryCmd is {id,key,agg}");
    keys.push(key);
  }
  return done({ startTs, endTs, keys });
}

function parseAggKey(json: unknown): AggKey | undefined {
  if (!isRecord(json) || typeof json["key"] !== "string") return undefined;
  const agg = aggregationOf(json["agg"]);
  if (agg === undefined || agg === "NONE") return undefined;
  const [startTs, endTs] = [numberIn(json["previousStartTs"], NaN), numberIn(json["previousEndTs"], NaN)];
  const previous = isTime(startTs) && isTime(endTs) ? { startTs, endTs } : undefined;
  return { id: textIn(json["id"]), key: json["key"], agg, previous, previousOnly: json["previousValueOnly"] === true };
}

/** One bucket over the whole range of each key. */
export function readAggregates(device: Device, { startTs, endTs, keys }: AggHistory): Aggregates {
  return Object.fromEntries(
    keys.map(({ id, key, agg, previous, previousOnly }) => {
      const current = previousOnly ? null : bucket(device, key, agg, startTs, endTs);
      return [id, { current, previous: previous === undefined ? null : bucket(device, key, agg, previous.startTs, previous.endTs) }];
    }),
  );
}

function bucket(device: Device, key: string, agg: AggKey["agg"], startTs: number, endTs: number): Read {
  const points = (device.series.get(key) ?? []).filter(({ ts }) => ts >= startTs && ts < endTs);
  const middle = startTs + Math.floor((endTs - startTs) / 2);
  const found = aggregate(points.map(({ value }) => value), agg);
  if (found !== undefined) return { ts: middle, ...found };
  return agg === "SUM" || agg === "COUNT" ? { ts: middle, value: "0" } : { ts: 0, value: "" };
}
