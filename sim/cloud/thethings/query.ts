/**
 * The query parameters of reading and subscribing, the same on every transport (section 5, 6; A4, A5, A11, A18).
 *
 * Unknown parameters are passed over; a known one that is given twice is refused, since either could be meant.
 */
import { endOfTimes, parseDate } from "./dates";
import { refuse } from "./types";
import type { Params, Result } from "./types";

/** Most values that one read answers [CO-19]; asking for more gets these (A4). */
export const limitMax = 100;

export interface Query {
  /** 1 to 100. */
  readonly limit: number;
  /** Milliseconds since 1970, inclusive (A5). */
  readonly start: number;
  /** Milliseconds since 1970, exclusive (A5); above the end of times when none was given. */
  readonly end: number;
}

/** Keep-alive of a subscription when none is asked for, and what may be asked for; milliseconds (A11). */
export const keepAliveMs = { byDefault: 60000, min: 100, max: 24 * 3600 * 1000 };

/** The text of one parameter: undefined when absent. */
function only(params: Params, name: string): Result<{ text: string | undefined }> {
  let text: string | undefined;
  for (const [key, value] of params) {
    if (key !== name) continue;
    if (text !== undefined) return refuse("badRequest", `${name} is given twice`);
    text = value;
  }
  return { ok: true, text };
}

export function parseQuery(params: Params): Result<{ query: Query }> {
  const pairs = [...params];
  const limit = only(pairs, "limit");
  if (!limit.ok) return limit;
  if (limit.text !== undefined && !/^0*[1-9]\d*$/.test(limit.text)) return refuse("badRequest", "limit must be 1 to 100");
  const start = date(pairs, "startDate", 0);
  if (!start.ok) return start;
  const end = date(pairs, "endDate", endOfTimes + 1);
  if (!end.ok) return end;
  return { ok: true, query: { limit: Math.min(limitMax, Number(limit.text ?? "1")), start: start.at, end: end.at } };
}

function date(pairs: Params, name: string, byDefault: number): Result<{ at: number }> {
  const found = only(pairs, name);
  if (!found.ok) return found;
  // A "+" of an expanded year or of an offset that a client did not escape arrives as a space.
  const at = found.text === undefined ? byDefault : parseDate(found.text.replace(" ", "+"));
  return at === undefined ? refuse("badRequest", `Invalid ${name}`) : { ok: true, at };
}

export function parseKeepAlive(params: Params): Result<{ ms: number }> {
  const found = only(params, "keepAlive");
  if (!found.ok) return found;
  if (found.text === undefined) return { ok: true, ms: keepAliveMs.byDefault };
  const ms = /^\d{1,9}$/.test(found.text) ? Number(found.text) : 0;
  if (ms < keepAliveMs.min || ms > keepAliveMs.max) {
    return refuse("badRequest", `keepAlive must be ${keepAliveMs.min} to ${keepAliveMs.max} ms`);
  }
  return { ok: true, ms };
}
