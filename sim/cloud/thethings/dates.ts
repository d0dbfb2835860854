/**
 * Dates as thethings.iO writes and reads them (section 1.2, A18). All are UTC, from 1970 to the end of times.
 */

/** The last moment that a JavaScript date can hold, "end of times" [CO-21]. */
export const endOfTimes = 8640000000000000;

/** As devices and this cloud write it. */
const full = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const compact = /^(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)$/;
const iso = /^(\d{4}|\+\d{6})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * Milliseconds since 1970 of `YYYYMMDDHHmmss`, `YYYYMMDDTHHmmss` or ISO 8601 (a date, or date and time, with `Z`, an
 * offset or nothing, which is UTC too); undefined for any other text, for days that do not exist, and outside the range.
 */
export function parseDate(text: string): number | undefined {
  if (full.test(text)) return parseFull(text);
  const match = compact.exec(text) ?? iso.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) => Number(match[i] ?? 0)) as [number, number, number, number, number, number];
  const ms = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, ms);
  // A day that the month does not have has moved the date into another month.
  const exact = date.getUTCMonth() === month - 1 && hour < 24 && minute < 60 && second < 60;
  const offset = offsetMinutes(match[8]);
  if (!exact || offset === undefined) return undefined;
  const time = date.getTime() - offset * 60000;
  return time >= 0 && time <= endOfTimes ? time : undefined;
}

/** The engine's own reading, which moves 31 February and 24:00 to the days behind them. */
function parseFull(text: string): number | undefined {
  const time = Date.parse(text);
  return time >= 0 && new Date(time).getUTCDate() === Number(text.substring(8, 10)) ? time : undefined;
}

function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

/** The way out: `2015-01-30T15:35:33.000Z` [CO-18]. */
export function formatDate(time: number): string {
  return new Date(time).toISOString();
}
