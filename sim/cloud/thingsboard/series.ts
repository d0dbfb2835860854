/**
 * The points of one device under one key, in order of time, and what can be asked of them: raw points, or buckets
 * (section 3.8, aggregation).
 *
 * Two points of one time are one: the later write wins, as on the platform.
 */
import { done, refuse } from "./types";
import type { ModelLimits, Result, Stamped, Value } from "./types";
import { doubleText, isTime, numberOf } from "./values";

/** Oldest first. */
export type Series = Stamped[];

export const aggregations = ["NONE", "AVG", "MIN", "MAX", "SUM", "COUNT"] as const;
export type Aggregation = (typeof aggregations)[number];

export interface SeriesQuery {
  /** Inclusive. */
  readonly startTs: number;
  /** Exclusive. */
  readonly endTs: number;
  /** Width of a bucket, milliseconds. */
  readonly interval: number;
  /** Raw points at most; the platform ignores it for buckets. */
  readonly limit: number;
  readonly agg: Aggregation;
  readonly order: "ASC" | "DESC";
}

/** A point as applications see it; `count` for an average alone. */
export interface Read {
  readonly ts: number;
  readonly value: string;
  readonly count?: number;
}

function countBefore(series: Series, ts: number): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((series[middle] as Stamped).ts < ts) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a point in its place: by how many the series has grown. With `replace` the oldest makes room for it. */
export function insert(series: Series, point: Stamped, replace: boolean): number {
  const at = countBefore(series, point.ts);
  if (series[at]?.ts === point.ts) {
    series[at] = point;
    return 0;
  }
  series.splice(at, 0, point);
  if (!replace) return 1;
  series.shift();
  return 0;
}

/** Takes points of `startTs <= ts < endTs` away: how many there were. */
export function cut(series: Series, startTs: number, endTs: number): number {
  const from = countBefore(series, startTs);
  return series.splice(from, countBefore(series, endTs) - from).length;
}

/** Checks a query as the platform does, with its words (section 6); a refusal is a bad request (C10, C11). */
export function checkQuery(query: SeriesQuery, limits: ModelLimits): Result<SeriesQuery> {
  const { startTs, endTs, interval, agg, limit } = query;
  if (!isTime(startTs) || !isTime(endTs) || !Number.isSafeInteger(interval) || !Number.isSafeInteger(limit)) {
    return refuse("badRequest", "Invalid TsKvQuery: 'startTs', 'endTs', 'interval' and 'limit' must be whole numbers.");
  }
  if (agg === "NONE") return done({ ...query, limit: limit <= 0 ? 100 : Math.min(limit, limits.queryPointsMax) });
  if (interval <= 0) {
    return refuse("badRequest", `Invalid TsKvQuery: 'interval' must be greater than 0, but got ${interval}. Give the width of a bucket in milliseconds.`);
  }
  const intervals = Math.ceil(Math.max(0, endTs - startTs) / Math.max(interval, 1000));
  if (intervals > limits.intervalsMax) {
    return refuse("badRequest", `Incorrect TsKvQuery. Number of intervals is to high - ${intervals}. Widen 'interval', or bring 'startTs' and 'endTs' closer together.`);
  }
  return done(query);
}

/** What a checked query gives. Raw points newest first unless told otherwise; buckets oldest first. */
export function readSeries(series: Series, query: SeriesQuery): Read[] {
  const { startTs, endTs, interval, limit, agg, order } = query;
  if (endTs <= startTs) return [];
  const from = countBefore(series, startTs);
  const to = countBefore(series, endTs);
  if (agg === "NONE") {
    const newestFirst = order === "DESC";
    const found = newestFirst ? series.slice(Math.max(from, to - limit), to).reverse() : series.slice(from, Math.min(to, from + limit));
    return found.map(({ ts, value }) => ({ ts, value: value.text }));
  }
  const step = Math.max(interval, 1);
  const found: Read[] = [];
  for (let at = from; at < to; ) {
    const start = startTs + Math.floor(((series[at] as Stamped).ts - startTs) / step) * step;
    const end = Math.min(start + step, endTs);
    const next = countBefore(series, end);
    const bucket = aggregate(series.slice(at, next).map(({ value }) => value), agg);
    if (bucket !== undefined) found.push({ ts: start + Math.floor((end - start) / 2), ...bucket });
    at = next;
  }
  return found;
}

/** One bucket's value; undefined for one that has nothing to say. */
export function aggregate(values: readonly Value[], agg: Exclude<Aggregation, "NONE">): { readonly value: string; readonly count?: number } | undefined {
  if (values.length === 0) return undefined;
  if (agg === "COUNT") return { value: String(countOf(values)) };
  const numeric = values.filter((value) => numberOf(value) !== undefined);
  if (numeric.length === 0) return agg === "MIN" || agg === "MAX" ? leastText(values, agg) : undefined;
  const whole = numeric.every(({ type }) => type === "LONG");
  const numbers = numeric.map((value) => numberOf(value) as number);
  if (agg === "AVG") return { value: doubleText(sumOf(numbers) / numbers.length), count: numbers.length };
  if (agg === "SUM") return { value: whole ? String(numeric.reduce((sum, { text }) => sum + BigInt(text), 0n)) : doubleText(sumOf(numbers)) };
  const best = agg === "MIN" ? Math.min(...numbers) : Math.max(...numbers);
  return { value: whole ? String(numeric[numbers.indexOf(best)]?.text) : doubleText(best) };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

/** The platform counts one kind: booleans if there are any, else texts, else JSON, else numbers. */
function countOf(values: readonly Value[]): number {
  for (const type of ["BOOLEAN", "STRING", "JSON"] as const) {
    const found = values.filter((value) => value.type === type).length;
    if (found > 0) return found;
  }
  return values.length;
}

function leastText(values: readonly Value[], agg: "MIN" | "MAX"): { readonly value: string } | undefined {
  const texts = values.filter(({ type }) => type === "STRING").map(({ text }) => text).sort();
  const text = agg === "MIN" ? texts[0] : texts.at(-1);
  return text === undefined ? undefined : { value: text };
}
