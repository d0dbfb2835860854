/**
 * SHA-1 (RFC 3174) in device code, for Sec-WebSocket-Accept alone: it proves that a peer understood the handshake, and keeps
 * no secret. Never use it where somebody could gain from a collision.
 *
 * Why here and not a port: an ESP8266 with Espruino has no crypto module, an ESP32 with Espruino knows SHA-256 and SHA-512
 * alone, and on NodeMCU the module is left out of small builds. Why not without: a client that does not check takes a cache's
 * old answer, or a server that only echoes headers, for a WebSocket (RFC 6455 4.1 and 10.3 demand it), and a key known beforehand
 * would let it be replayed. The walk over two blocks happens once a connection.
 *
 * Words of 32 bits are two halves of 16, since no engine agrees with another about the sign of the 32nd bit. AND is not among
 * the device's operations; of two halves it is (a + b - (a xor b)) / 2.
 */
import { at, bxor, chr, idiv, sub } from "../../base/intrinsics";

/** a AND b, of 16 bits each. */
function and(a: number, b: number): number {
  return idiv(a + b - bxor(a, b), 2);
}

/** Half of the function of round `t`: choice, parity, majority, parity. */
function mix(t: number, b: number, c: number, d: number): number {
  if (t < 20) return bxor(d, and(b, bxor(c, d)));
  if (t < 40 || t > 59) return bxor(b, bxor(c, d));
  // The two parts have no bit in common.
  return and(b, c) + and(d, bxor(b, c));
}

/** The two bytes at `i` as a half. */
function half(bytes: string, i: number): number {
  return at(bytes, i) * 256 + at(bytes, i + 1);
}

function bytesOf(n: number): string {
  return chr(idiv(n, 256)) + chr(n % 256);
}

/** One bit of the half `n` to the left, `low` shifting in. */
function left1(n: number, low: number): number {
  return (n * 2) % 65536 + idiv(low, 32768);
}

/** The word after the sixteen of the schedule `w`, as four bytes. */
function nextWord(w: string): string {
  const high = bxor(bxor(half(w, 52), half(w, 32)), bxor(half(w, 8), half(w, 0)));
  const low = bxor(bxor(half(w, 54), half(w, 34)), bxor(half(w, 10), half(w, 2)));
  return bytesOf(left1(high, low)) + bytesOf(left1(low, high));
}

/** The constant of round `t`: its upper and its lower half. */
function constant(t: number, upper: boolean): number {
  if (t < 20) return upper ? 0x5a82 : 0x7999;
  if (t < 40) return upper ? 0x6ed9 : 0xeba1;
  if (t < 60) return upper ? 0x8f1b : 0xbcdc;
  return upper ? 0xca62 : 0xc1d6;
}

/** The word at `i` of `state` plus a word of two halves, as four bytes. */
function sum(state: string, i: number, high: number, low: number): string {
  const lower = half(state, i + 2) + low;
  return bytesOf((half(state, i) + high + idiv(lower, 65536)) % 65536) + bytesOf(lower % 65536);
}

/** The state of 20 bytes after a block of 64. */
function digestBlock(state: string, block: string): string {
  let w = block;
  let a = half(state, 0);
  let aLow = half(state, 2);
  let b = half(state, 4);
  let bLow = half(state, 6);
  let c = half(state, 8);
  let cLow = half(state, 10);
  let d = half(state, 12);
  let dLow = half(state, 14);
  let e = half(state, 16);
  let eLow = half(state, 18);
  for (let t = 0; t < 80; t += 1) {
    if (t > 15) w = sub(w, 4, 64) + nextWord(w);
    const place = t < 16 ? t * 4 : 60;
    const low = (aLow * 32) % 65536 + idiv(a, 2048) + mix(t, bLow, cLow, dLow) + eLow + constant(t, false) + half(w, place + 2);
    const high = (a * 32) % 65536 + idiv(aLow, 2048) + mix(t, b, c, d) + e + constant(t, true) + half(w, place) + idiv(low, 65536);
    e = d;
    eLow = dLow;
    d = c;
    dLow = cLow;
    // Two bits to the right, around.
    c = idiv(b, 4) + (bLow % 4) * 16384;
    cLow = idiv(bLow, 4) + (b % 4) * 16384;
    b = a;
    bLow = aLow;
    a = high % 65536;
    aLow = low % 65536;
  }
  return sum(state, 0, a, aLow) + sum(state, 4, b, bLow) + sum(state, 8, c, cLow) + sum(state, 12, d, dLow) + sum(state, 16, e, eLow);
}

/**
 * The 20 bytes of the digest of `message`, of fewer than 2^20 bytes.
 * @cold
 */
export function sha1(message: string): string {
  const bits = message.length * 8;
  let padded = message + chr(128);
  while (padded.length % 64 !== 56) padded += chr(0);
  padded += bytesOf(0) + bytesOf(0) + bytesOf(idiv(bits, 65536)) + bytesOf(bits % 65536);
  let state = bytesOf(0x6745) + bytesOf(0x2301) + bytesOf(0xefcd) + bytesOf(0xab89) + bytesOf(0x98ba) + bytesOf(0xdcfe) + bytesOf(0x1032) + bytesOf(0x5476) + bytesOf(0xc3d2) + bytesOf(0xe1f0);
  for (let i = 0; i < padded.length; i += 64) state = digestBlock(state, sub(padded, i, i + 64));
  return state;
}
