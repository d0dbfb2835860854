/**
 * The values of one thing under one key, in order of time; of equal times, in order of acceptance.
 */
import { formatDate } from "./dates";
import type { Query } from "./query";
import type { Element, Geo, Value } from "./types";

export interface Stored {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: Value;
  readonly geo: Geo | undefined;
}

export interface Timeline {
  readonly key: string;
  /** Oldest first. */
  readonly values: Stored[];
}

/** How many of `values` lie before `at` (or at it, when `through`). */
function countBefore(values: readonly Stored[], at: number, through: boolean): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const time = (values[middle] as Stored).at;
    if (time < at || (through && time === at)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a value in its place. With `replace`, the oldest of all goes, which may be the new one itself. */
export function insert(timeline: Timeline, value: Stored, replace: boolean): void {
  const last = timeline.values.at(-1);
  if (last === undefined || last.at <= value.at) timeline.values.push(value);
  else timeline.values.splice(countBefore(timeline.values, value.at, true), 0, value);
  if (replace) timeline.values.shift();
}

/** The newest values within the query's bounds, newest first (section 5). */
export function newest(timeline: Timeline, query: Query): readonly Stored[] {
  const end = countBefore(timeline.values, query.end, false);
  const start = Math.max(countBefore(timeline.values, query.start, false), end - query.limit);
  return timeline.values.slice(Math.min(start, end), end).reverse();
}

/** A value as it leaves the cloud. */
export function element(key: string, stored: Stored, thingId?: string): Element {
  const plain = { key, value: stored.value, datetime: formatDate(stored.at) };
  return { ...plain, ...(stored.geo === undefined ? {} : { geo: stored.geo }), ...(thingId === undefined ? {} : { thingId }) };
}
