/**
 * The values of one property or location, in order of their timestamps; of equal ones, in order of arrival (B14).
 */

/** Milliseconds since 1970, and what was then. */
export type Stored = readonly [timestamp: number, createdAt: number, value: unknown];

/** Oldest first. */
export type History = Stored[];

/** How many of `history` lie before `at`, or at it when `through`. */
function countBefore(history: History, at: number, through: boolean): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const time = (history[middle] as Stored)[0];
    if (time < at || (through && time === at)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a value in its place. With `replace`, the oldest of all goes, which may be the new one itself. */
export function insert(history: History, value: Stored, replace: boolean): void {
  const last = history.at(-1);
  if (last === undefined || last[0] <= value[0]) history.push(value);
  else history.splice(countBefore(history, value[0], true), 0, value);
  if (replace) history.shift();
}

/** At most `count` values from `from` to `to`, both inclusive, newest first. */
export function newest(history: History, from: number, to: number, count: number): readonly Stored[] {
  const end = countBefore(history, to, true);
  const start = Math.max(countBefore(history, from, false), end - count);
  return history.slice(Math.min(start, end), end).reverse();
}

/** Takes away what is no later than `to`: how many values went. */
export function forget(history: History, to: number): number {
  return history.splice(0, countBefore(history, to, true)).length;
}
