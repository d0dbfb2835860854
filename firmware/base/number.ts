/**
 * Numbers and their text, on integers alone: the same text on every engine, and no rounding but the one stated here.
 *
 * A fractional value is a scaled integer: `value` at `decimals` stands for value / 10^decimals. Everything lies within
 * 2^31-1 either way; text that does not is refused, never cut.
 */
import { at, sub } from "./intrinsics";

const zero = 48;
const nine = 57;
/** The largest integer divided by ten, and its last digit. */
const tenthMax = 214748364;
const lastDigitMax = 7;
/** Exponents saturate here: further out every number is 0 or out of range, as long as its text is shorter than this. */
const exponentMax = 100000000;

/** Whether `value` is a whole number within 2^31-1 either way. An image for Espruino has `(0 | value) === value` in place of a call. */
export function isWhole(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= 2147483647 && Math.floor(value) === value;
}

/** `n` >= 0 in decimal, with zeros in front up to `width` digits. */
export function pad(n: number, width: number): string {
  let text = "" + n;
  while (text.length < width) text = "0" + text;
  return text;
}

/**
 * The text of a scaled integer, as short as it can be: (215, 1) is "21.5", (-5, 2) is "-0.05", (2100, 2) is "21". It is a
 * JSON number, and the one that a peer prints which has read it.
 *
 * @param decimals 0 to 9
 */
export function formatScaled(value: number, decimals: number): string {
  const sign = value < 0 ? "-" : "";
  const digits = pad(value < 0 ? 0 - value : value, decimals + 1);
  const point = digits.length - decimals;
  let end = digits.length;
  while (end > point && at(digits, end - 1) === zero) end -= 1;
  const whole = sign + sub(digits, 0, point);
  return end === point ? whole : whole + "." + sub(digits, point, end);
}

/** A non-negative integer of 1 to 10 digits, up to 2^31-1; leading zeros count as digits. Undefined for any other text. */
export function parseDecimal(text: string): number | undefined {
  if (text.length === 0 || text.length > 10) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = at(text, i) - zero;
    if (digit < 0 || digit > 9) return undefined;
    if (value > tenthMax || (value === tenthMax && digit > lastDigitMax)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** The index after the digits that begin at `i`. */
function digitsEnd(text: string, i: number): number {
  let end = i;
  while (end < text.length && at(text, end) >= zero && at(text, end) <= nine) end += 1;
  return end;
}

/** The digits of a JSON number without its point, and how many of them stand before it, exponent counted in. */
interface NumberParts {
  digits: string;
  point: number;
}

/** Takes a JSON number (RFC 8259 6) apart, or undefined if all of `text` is not one. */
function numberParts(text: string): NumberParts | undefined {
  const length = text.length;
  const start = length > 0 && at(text, 0) === 45 ? 1 : 0;
  let end = digitsEnd(text, start);
  let digits = sub(text, start, end);
  let point = digits.length;
  if (point === 0 || (point > 1 && at(digits, 0) === zero)) return undefined;
  if (end < length && at(text, end) === 46) {
    const from = end + 1;
    end = digitsEnd(text, from);
    if (end === from) return undefined;
    digits += sub(text, from, end);
  }
  if (end === length) return { digits, point };
  if (at(text, end) !== 101 && at(text, end) !== 69) return undefined;
  end += 1;
  const sign = end < length ? at(text, end) : 0;
  if (sign === 43 || sign === 45) end += 1;
  if (end === length || digitsEnd(text, end) !== length) return undefined;
  let exponent = 0;
  for (; end < length; end += 1) exponent = Math.min(exponent * 10 + at(text, end) - zero, exponentMax);
  point += sign === 45 ? 0 - exponent : exponent;
  return { digits, point };
}

/** True if all of `text` is a JSON number (RFC 8259 6). */
export function isNumberText(text: string): boolean {
  return numberParts(text) !== undefined;
}

/**
 * Reads a JSON number as a scaled integer: ("21.5", 2) is 2150, ("1e-1", 1) is 1.
 *
 * Digits beyond `decimals` round half away from zero, by the first of them: ("0.25", 1) is 3, ("-0.25", 1) is -3.
 *
 * @param decimals 0 to 9
 * @returns undefined if the text is no JSON number or the result lies outside 2^31-1 either way
 */
export function parseScaled(text: string, decimals: number): number | undefined {
  const parts = numberParts(text);
  if (parts === undefined) return undefined;
  const digits = parts.digits;
  // How many digits count; a negative count means that even the rounding digit is an unwritten 0.
  const keep = parts.point + decimals;
  let value = 0;
  for (let i = 0; i < keep && (i < digits.length || value > 0); i += 1) {
    const digit = i < digits.length ? at(digits, i) - zero : 0;
    if (value > tenthMax || (value === tenthMax && digit > lastDigitMax)) return undefined;
    value = value * 10 + digit;
  }
  if (keep >= 0 && keep < digits.length && at(digits, keep) >= 53) {
    if (value === 2147483647) return undefined;
    value += 1;
  }
  return value > 0 && at(text, 0) === 45 ? 0 - value : value;
}
