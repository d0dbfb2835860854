/**
 * Numbers as text (src/jsutils.c, ftoa): digits are cut off one by one, so that the last is rounded without a carry (0.99 with
 * one decimal is "0.9"), and a fraction ends after eleven digits or where less than a ten-millionth is left.
 */

const NEAR = 1e-7;
const FRACTION_DIGITS_MAX = 11;
const INTEGER_MAX = 2147483647;

/** The next integer for a value just below it. */
function settled(value: number): number {
  const next = Math.trunc(value) + 1;
  return value < INTEGER_MAX && Math.trunc(value + NEAR) === next ? next : value;
}

function whole(value: number): string {
  return BigInt(Math.trunc(value)).toString();
}

/** With so many decimals, 0 to 20. */
export function toFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value);
  const sign = value < 0 ? "-" : "";
  const rounded = settled(Math.abs(value));
  let text = sign + whole(rounded);
  let rest = (rounded - Math.trunc(rounded)) * 10;
  const count = Math.min(Math.max(Math.trunc(decimals) || 0, 0), 20);
  for (let left = count; left > 0; left -= 1) {
    const digit = Math.trunc(rest + (left === 1 ? 0.5 : 1e-8));
    rest = (rest - digit) * 10;
    text += `${left === count ? "." : ""}${Math.min(digit, 9)}`;
  }
  return text;
}

/** The value as one between 1 and 10 and a power of ten, for those that are written so; 10 itself stays. */
function scaled(size: number): { readonly digits: number; readonly exponent: number } {
  let digits = size;
  let exponent = 0;
  for (; size >= 1e21 && digits > 10; exponent += 1) digits /= 10;
  for (; size < 1e-6 && digits < 1; exponent -= 1) digits *= 10;
  return { digits, exponent };
}

/** As `String(value)` gives it there. */
export function toText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value === 0 ? 0 : value);
  const { digits: size, exponent } = scaled(Math.abs(value));
  const power = exponent === 0 ? "" : `e${exponent > 0 ? "+" : ""}${exponent}`;
  const rounded = settled(size);
  let text = whole(rounded);
  let rest = (rounded - Math.trunc(rounded)) * 10;
  for (let count = 0; count < FRACTION_DIGITS_MAX && rest > NEAR; count += 1) {
    const digit = Math.trunc(rest + 1e-8);
    rest = (rest - digit) * 10;
    text += `${count === 0 ? "." : ""}${Math.min(digit, 9)}`;
  }
  return `${value < 0 ? "-" : ""}${text}${power}`;
}
