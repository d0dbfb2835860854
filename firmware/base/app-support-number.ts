/**
 * Numbers of apps, fractions included: rounding, remainders and text that are the same on every engine.
 *
 * Text is made from whole digits alone, because engines print fractions each in their own way (11 digits on Espruino, 14 in
 * Lua, 7 where numbers are single).
 */
import { at, idiv, sub } from "./intrinsics";
import { pad } from "./number";

const zero = 48;
const point = 46;
/** Text of a number shows this many digits, leading zeros aside; whole digits are never cut. */
const digitsMax = 7;
/** A fraction is taken apart into this many limbs of 20 bits: exact in single precision, and more than a double has. */
const limbs = 4;
const limb = 1048576;
const integerMax = 2147483647;

/** The nearest integer; halves go up, as JavaScript's do: 2.5 is 3, -2.5 is -2. */
export function roundNumber(n: number): number {
  const below = Math.floor(n);
  return n - below >= 0.5 ? below + 1 : below;
}

/** The smallest integer that is not below `n`. */
export function ceilNumber(n: number): number {
  return 0 - Math.floor(0 - n);
}

/** The whole part, towards zero. */
export function truncNumber(n: number): number {
  return n < 0 ? 0 - Math.floor(0 - n) : Math.floor(n);
}

/** -1, 0 or 1. */
export function signOf(n: number): number {
  return n > 0 ? 1 : n < 0 ? -1 : n;
}

/** The remainder of JavaScript's `%`: it has the sign of `a`. Not a number when `b` is 0. */
export function remainder(a: number, b: number): number {
  if (b === 0) return b / b;
  const rest = Math.abs(a) % Math.abs(b);
  return a < 0 ? 0 - rest : rest;
}

/** The text of an integer from 0 up. Above 2^31-1 engines print in their own ways: digit by digit, then. */
function wholeText(n: number): string {
  if (n <= integerMax) return "" + Math.floor(n);
  const powers: number[] = [1];
  while (powers[powers.length - 1]! * 10 <= n) powers.push(powers[powers.length - 1]! * 10);
  let text = "";
  let rest = n;
  for (let power = powers.pop(); power !== undefined; power = powers.pop()) {
    let digit = 0;
    while (rest >= power && digit < 9) {
      rest = rest - power;
      digit += 1;
    }
    text += digit;
  }
  return text;
}

/** True for what has digits: neither infinite nor not a number. */
function isFinite(n: number): boolean {
  return n - n === 0;
}

/** The text of what has none. */
function namelessText(n: number): string {
  return n > 0 ? "Infinity" : n < 0 ? "-Infinity" : "NaN";
}

/** The first `count` digits after the point of a fraction from 0 up to 1, none of them rounded. */
function fractionDigits(fraction: number, count: number): string {
  const parts: number[] = [];
  let rest = fraction;
  for (let i = 0; i < limbs; i += 1) {
    rest = rest * limb;
    const part = Math.floor(rest);
    parts.push(part);
    rest = rest - part;
  }
  let digits = "";
  for (let k = 0; k < count; k += 1) {
    let carry = 0;
    for (let i = limbs - 1; i >= 0; i -= 1) {
      const product = parts[i]! * 10 + carry;
      carry = idiv(product, limb);
      parts[i] = product % limb;
    }
    digits += carry;
  }
  return digits;
}

/** The text of `n` with `decimals` digits (0 to 9) after the point; halves go away from zero, by the number's exact value. */
export function fixedText(n: number, decimals: number): string {
  if (!isFinite(n)) return namelessText(n);
  const size = Math.abs(n);
  let whole = Math.floor(size);
  const digits = fractionDigits(size - whole, decimals + 1);
  let part = 0;
  let scale = 1;
  for (let i = 0; i < decimals; i += 1) {
    part = part * 10 + at(digits, i) - zero;
    scale = scale * 10;
  }
  if (at(digits, decimals) - zero >= 5) part += 1;
  if (part === scale) {
    part = 0;
    whole += 1;
  }
  const text = decimals === 0 ? wholeText(whole) : wholeText(whole) + "." + pad(part, decimals);
  return n < 0 ? "-" + text : text;
}

/** How many digits after the point the text of a number of this size shows. */
function decimalsOf(size: number): number {
  let decimals = digitsMax;
  let bound = 1;
  while (decimals > 0 && size >= bound) {
    decimals -= 1;
    bound = bound * 10;
  }
  return decimals;
}

/** The text of a number: of an integer all digits, of a fraction up to seven, and no zeros at its end. */
export function numberText(n: number): string {
  if (!isFinite(n)) return namelessText(n);
  const size = Math.abs(n);
  if (Math.floor(size) === size) return n < 0 ? "-" + wholeText(size) : wholeText(size);
  const decimals = decimalsOf(size);
  const text = fixedText(size, decimals);
  let end = text.length;
  if (decimals > 0) {
    while (at(text, end - 1) === zero) end -= 1;
    if (at(text, end - 1) === point) end -= 1;
  }
  const short = sub(text, 0, end);
  return n < 0 && short !== "0" ? "-" + short : short;
}
