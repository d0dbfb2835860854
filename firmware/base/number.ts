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

/** Where the parts of a JSON number lie: whole digits [start, whole), fraction digits [whole + 1, fraction), then the exponent. */
interface NumberParts {
  start: number;
  whole: number;
  fraction: number;
  exponent: number;
}

/** Finds the parts of a JSON number (RFC 8259 6), or undefined if all of `text` is not one. */
function numberParts(text: string): NumberParts | undefined {
  const start = text.length > 0 && at(text, 0) === 45 ? 1 : 0;
  const whole = digitsEnd(text, start);
  if (whole === start || (at(text, start) === zero && whole > start + 1)) return undefined;
  let fraction = whole;
  if (whole < text.length && at(text, whole) === 46) {
    fraction = digitsEnd(text, whole + 1);
    if (fraction === whole + 1) return undefined;
  }
  if (fraction === text.length) return { start, whole, fraction, exponent: 0 };
  const mark = at(text, fraction);
  if (mark !== 101 && mark !== 69) return undefined;
  const sign = fraction + 1 < text.length ? at(text, fraction + 1) : 0;
  const first = sign === 43 || sign === 45 ? fraction + 2 : fraction + 1;
  if (first === text.length || digitsEnd(text, first) !== text.length) return undefined;
  let exponent = 0;
  for (let i = first; i < text.length; i += 1) {
    exponent = exponent >= exponentMax ? exponentMax : exponent * 10 + at(text, i) - zero;
  }
  return { start, whole, fraction, exponent: sign === 45 ? 0 - exponent : exponent };
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
  // How many digits count, from the first one on; a negative count means that even the rounding digit is an unwritten 0.
  let keep = parts.whole - parts.start + parts.exponent + decimals;
  let value = 0;
  let roundUp = false;
  for (let i = parts.start; i < parts.fraction && keep >= 0; i += 1) {
    if (i !== parts.whole) {
      const digit = at(text, i) - zero;
      if (keep === 0) {
        roundUp = digit >= 5;
      } else {
        if (value > tenthMax || (value === tenthMax && digit > lastDigitMax)) return undefined;
        value = value * 10 + digit;
      }
      keep -= 1;
    }
  }
  while (keep > 0 && value > 0) {
    if (value > tenthMax) return undefined;
    value *= 10;
    keep -= 1;
  }
  if (roundUp) {
    if (value === 2147483647) return undefined;
    value += 1;
  }
  return parts.start === 1 && value > 0 ? 0 - value : value;
}
