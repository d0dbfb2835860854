/**
 * The few operations through which device code touches bytes and divides, lowered by each target to its own fastest form.
 *
 * A byte string holds one char per byte, codes 0 to 255. Past-the-end reads differ on every engine, so bounds are
 * checked by the caller, before. Builds that check (`MOTET_CHECKED`) assert every precondition; others have none of it.
 */
import { check } from "./check";

// Looked up once: the search costs more than the call on every engine.
const fromCharCode = String.fromCharCode;
const floor = Math.floor;

/** The one-byte string of code `n`, an integer from 0 to 255. */
export function chr(n: number): string {
  if (MOTET_CHECKED) check(n >= 0 && n <= 255 && floor(n) === n, "chr: not a byte");
  return fromCharCode(n);
}

/** The byte at index `i` of `s`, 0 to 255; 0 <= i < s.length. */
export function at(s: string, i: number): number {
  if (MOTET_CHECKED) check(i >= 0 && i < s.length && floor(i) === i, "at: out of bounds");
  return s.charCodeAt(i);
}

/** The bytes of `s` from index `a` up to, not including, `b`; 0 <= a <= b <= s.length. */
export function sub(s: string, a: number, b: number): string {
  if (MOTET_CHECKED) check(a >= 0 && a <= b && b <= s.length && floor(a) === a && floor(b) === b, "sub: out of bounds");
  return s.substring(a, b);
}

/** The whole part of a/b; integers, a >= 0, b > 0. */
export function idiv(a: number, b: number): number {
  if (MOTET_CHECKED) {
    check(a >= 0 && a <= 2147483647 && floor(a) === a, "idiv: dividend");
    check(b > 0 && b <= 2147483647 && floor(b) === b, "idiv: divisor");
  }
  return floor(a / b);
}

/** The whole number `n`, so that its text has no fraction on any engine: a Lua with floats of its own writes 5 as 5.0. */
export function whole(n: number): number {
  if (MOTET_CHECKED) check(floor(n) === n, "whole: it is not");
  return n;
}

/** The exclusive or of two integers, each 0 to 65535: below the bits where engines disagree about signs. */
export function bxor(a: number, b: number): number {
  if (MOTET_CHECKED) {
    check(a >= 0 && a <= 65535 && floor(a) === a, "bxor: not 16 bits");
    check(b >= 0 && b <= 65535 && floor(b) === b, "bxor: not 16 bits");
  }
  return a ^ b;
}
