/**
 * World time as text, and back: ISO 8601 in UTC, thethings.iO's compact form, and milliseconds since 1970, which a
 * device only ever holds as text because they do not fit its integers.
 *
 * Times run from 1970-01-01T00:00:00.000Z to 2038-01-19T03:14:07.999Z, the last second within 2^31-1.
 */
import type { EpochTime } from "../../hal/ports/clock";
import { at, idiv, sub } from "./intrinsics";
import { pad, parseDecimal } from "./number";

/** A date of the Gregorian calendar. */
interface CivilDate {
  year: number;
  month: number;
  day: number;
}

/** The date that lies `days` after 1970-01-01. Years are counted from March, so that the leap day is a year's last. */
function civilDate(days: number): CivilDate {
  const z = days + 719468;
  const era = idiv(z, 146097);
  const dayOfEra = z - era * 146097;
  const leaps = idiv(dayOfEra, 1460) - idiv(dayOfEra, 36524) + idiv(dayOfEra, 146096);
  const yearOfEra = idiv(dayOfEra - leaps, 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + idiv(yearOfEra, 4) - idiv(yearOfEra, 100));
  const fromMarch = idiv(5 * dayOfYear + 2, 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - idiv(153 * fromMarch + 2, 5) + 1 };
}

/** The days from 1970-01-01 to a date of 1970 or later. */
function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const fromMarch = month <= 2 ? month + 9 : month - 3;
  const dayOfYear = idiv(153 * fromMarch + 2, 5) + day - 1;
  return 365 * shifted + idiv(shifted, 4) - idiv(shifted, 100) + idiv(shifted, 400) + dayOfYear - 719468;
}

/** "2015-01-30T15:35:33.000Z". */
export function formatIso(time: EpochTime): string {
  const date = civilDate(idiv(time.sec, 86400));
  const second = time.sec % 86400;
  const day = pad(date.year, 4) + "-" + pad(date.month, 2) + "-" + pad(date.day, 2);
  const clock = pad(idiv(second, 3600), 2) + ":" + pad(idiv(second, 60) % 60, 2) + ":" + pad(second % 60, 2);
  return day + "T" + clock + "." + pad(time.ms, 3) + "Z";
}

/** "20150130153533": thethings.iO's form; milliseconds are dropped. */
export function formatCompact(time: EpochTime): string {
  const date = civilDate(idiv(time.sec, 86400));
  const second = time.sec % 86400;
  const day = pad(date.year, 4) + pad(date.month, 2) + pad(date.day, 2);
  return day + pad(idiv(second, 3600), 2) + pad(idiv(second, 60) % 60, 2) + pad(second % 60, 2);
}

/** The milliseconds of a fraction of a second, ".5" or ".123456" (1 to 9 digits, cut after the third), or undefined. */
function parseFraction(text: string): number | undefined {
  if (text.length < 2 || text.length > 10 || at(text, 0) !== 46) return undefined;
  if (parseDecimal(sub(text, 1, text.length)) === undefined) return undefined;
  const digits = sub(text, 1, text.length) + "00";
  return parseDecimal(sub(digits, 0, 3));
}

/** True if the marks between the numbers of "YYYY-MM-DDTHH:MM:SS" stand where they should. */
function hasIsoMarks(text: string): boolean {
  return (
    at(text, 4) === 45 && at(text, 7) === 45 && at(text, 10) === 84 && at(text, 13) === 58 && at(text, 16) === 58
  );
}

/**
 * Reads "YYYY-MM-DDTHH:MM:SS", a fraction of 1 to 9 digits or none, and "Z". Digits beyond milliseconds are cut.
 *
 * @returns undefined for any other text, for a date that no calendar has, and outside 1970 to 2038-01-19T03:14:07
 */
export function parseIso(text: string): EpochTime | undefined {
  const last = text.length - 1;
  if (last < 19 || last > 29 || at(text, last) !== 90 || !hasIsoMarks(text)) return undefined;
  const year = parseDecimal(sub(text, 0, 4)) ?? 0;
  const month = parseDecimal(sub(text, 5, 7)) ?? 0;
  const day = parseDecimal(sub(text, 8, 10)) ?? 0;
  const hour = parseDecimal(sub(text, 11, 13)) ?? 24;
  const minute = parseDecimal(sub(text, 14, 16)) ?? 60;
  const second = parseDecimal(sub(text, 17, 19)) ?? 60;
  const ms = last === 19 ? 0 : parseFraction(sub(text, 19, last));
  if (year < 1970 || year > 2038 || month < 1 || month > 12 || day < 1 || ms === undefined) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const days = daysOf(year, month, day);
  // A day that the month does not have falls into the next one.
  if (civilDate(days).month !== month) return undefined;
  const inDay = hour * 3600 + minute * 60 + second;
  // 24855 days and 11647 s are 2^31-1 s.
  if (days > 24855 || (days === 24855 && inDay > 11647)) return undefined;
  return { sec: days * 86400 + inDay, ms };
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
