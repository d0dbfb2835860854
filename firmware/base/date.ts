/**
 * World time as text, and back: ISO 8601 in UTC, thethings.iO's compact form, and milliseconds since 1970, which a
 * device only ever holds as text because they do not fit its integers.
 *
 * Times run from 1970-01-01T00:00:00.000Z to 2038-01-19T03:14:07.999Z, the last second within 2^31-1.
 */
import type { EpochTime } from "../../hal/ports/clock";
import { at, idiv, sub } from "./intrinsics";
import { pad, parseDecimal } from "./number";

/** Days from 1968-03-01 to 1970-01-01. Years are counted from March, so that the leap day is a year's last. */
const DAYS_TO_1970 = 671;

/** A time as "YYYYaMMaDDbHHcMMcSS", where `a`, `b` and `c` are given; each fourth year is a leap year until 2100. */
function format(sec: number, a: string, b: string, c: string): string {
  const days = idiv(sec, 86400) + DAYS_TO_1970;
  const year = idiv(4 * days + 3, 1461);
  const dayOfYear = days - idiv(1461 * year, 4);
  const month = idiv(5 * dayOfYear + 2, 153);
  const next = month > 9;
  const date = 1968 + year + (next ? 1 : 0) + a + pad(next ? month - 9 : month + 3, 2) + a + pad(dayOfYear - idiv(153 * month + 2, 5) + 1, 2);
  return date + b + pad(idiv(sec, 3600) % 24, 2) + c + pad(idiv(sec, 60) % 60, 2) + c + pad(sec % 60, 2);
}

/** "2015-01-30T15:35:33", of seconds since 1970. */
export function formatSecond(sec: number): string {
  return format(sec, "-", "T", ":");
}

/** "2015-01-30T15:35:33.000Z". */
export function formatIso(time: EpochTime): string {
  return formatSecond(time.sec) + "." + pad(time.ms, 3) + "Z";
}

/** "20150130153533": thethings.iO's form; milliseconds are dropped. */
export function formatCompact(time: EpochTime): string {
  return format(time.sec, "", "", "");
}

/** The number in `text` from `a` up to `b`; 0 for no number. */
function part(text: string, a: number, b: number): number {
  return parseDecimal(sub(text, a, b)) ?? 0;
}

/**
 * Reads "YYYY-MM-DDTHH:MM:SS", a fraction of 1 to 9 digits or none, and "Z". Digits beyond milliseconds are cut.
 *
 * @returns undefined for any other text, for a date that no calendar has, and outside 1970 to 2038-01-19T03:14:07
 */
export function parseIso(text: string): EpochTime | undefined {
  const last = text.length - 1;
  if (last < 19 || last > 29 || at(text, last) !== 90) return undefined;
  const year = part(text, 0, 4);
  if (year < 1970 || year > 2038) return undefined;
  let ms = 0;
  if (last > 19) {
    const digits = sub(text, 20, last);
    if (at(text, 19) !== 46 || parseDecimal(digits) === undefined) return undefined;
    ms = part(digits + "00", 0, 3);
  }
  const month = part(text, 5, 7);
  const early = month < 3;
  const yearDays = idiv(1461 * (early ? year - 1969 : year - 1968), 4);
  const days = yearDays + idiv(153 * (early ? month + 9 : month - 3) + 2, 5) + part(text, 8, 10) - 1 - DAYS_TO_1970;
  const second = part(text, 11, 13) * 3600 + part(text, 14, 16) * 60 + part(text, 17, 19);
  // 24855 days and 11647 s are 2^31-1 s.
  if (days < 0 || days > 24855 || second > (days === 24855 ? 11647 : 86399)) return undefined;
  const sec = days * 86400 + second;
  // What was no number, no such date or not in its place is not written like this.
  return format(sec, "-", "T", ":") === sub(text, 0, 19) ? { sec, ms } : undefined;
}

/** Milliseconds since 1970, as text: "1422632133000". */
export function formatMillis(time: EpochTime): string {
  return time.sec === 0 ? "" + time.ms : "" + time.sec + pad(time.ms, 3);
}

/** Reads milliseconds since 1970 (1 to 13 digits), or undefined for any other text and for times past 2^31-1 s. */
export function parseMillis(text: string): EpochTime | undefined {
  if (text.length > 13) return undefined;
  const split = text.length > 3 ? text.length - 3 : 0;
  const sec = split === 0 ? 0 : parseDecimal(sub(text, 0, split));
  const ms = parseDecimal(sub(text, split, text.length));
  return sec === undefined || ms === undefined ? undefined : { sec, ms };
}
