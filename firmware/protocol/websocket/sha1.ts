/**
 * SHA-1 (RFC 3174) in device code, for Sec-WebSocket-Accept alone: it proves that a peer understood the handshake, and keeps
 * no secret. Never use it where somebody could gain from a collision.
 *
 * Why here and not a port: an ESP8266 with Espruino has no crypto module, an ESP32 with Espruino knows SHA-256 and SHA-512
 * alone, and on NodeMCU the module is left out of small builds. Why not without: a client that does not check takes a cache's
 * old answer, or a server that only echoes headers, for a WebSocket (RFC 6455 4.1 and 10.3 demand it), and a key known beforehand
 * would let it be replayed. It costs 1.7 KB of flash, base64 included, and on the interpreter a handshake's two blocks take as long
 * as masking 2.5 KB of a message.
 *
 * Words of 32 bits are two halves of 16, since engines differ about the sign of the 32nd bit. AND is not among the operations
 * of a device, and is made of addition and exclusive or.
 */
import { at, bxor, chr, idiv, sub } from "../../base/intrinsics";

/** The two bytes at `i` as a half. */
function half(bytes: string, i: number): number {
  return at(bytes, i) * 256 + at(bytes, i + 1);
}

function bytesOf(n: number): string {
  return chr(idiv(n, 256)) + chr(n % 256);
}

/** The word at `i` of `state` plus a word of two halves, as four bytes. */
function sum(state: string, i: number, high: number, low: number): string {
  const lower = half(state, i + 2) + low;
  return bytesOf((half(state, i) + high + idiv(lower, 65536)) % 65536) + bytesOf(lower % 65536);
}

/** Word `t` of the schedule, from the sixteen before it, in whose ring it takes the place of the oldest. */
function schedule(highs: number[], lows: number[], t: number): void {
  const a = (t + 13) % 16;
  const b = (t + 8) % 16;
  const c = (t + 2) % 16;
  const d = t % 16;
  const high = bxor(bxor(highs[a]!, highs[b]!), bxor(highs[c]!, highs[d]!));
  const low = bxor(bxor(lows[a]!, lows[b]!), bxor(lows[c]!, lows[d]!));
  // One bit to the left, around.
  highs[d] = (high * 2) % 65536 + idiv(low, 32768);
  lows[d] = (low * 2) % 65536 + idiv(high, 32768);
}

/** Choice for the first twenty rounds, majority for the third: of halves. */
function choose(first: boolean, b: number, c: number, d: number): number {
  const x = bxor(c, d);
  // AND of two halves is (p + q - (p xor q)) / 2. The parts of a majority have no bit in common.
  if (first) return bxor(d, idiv(b + x - bxor(b, x), 2));
  return idiv(b + c - bxor(b, c) + d + bxor(b, c) - bxor(d, bxor(b, c)), 2);
}

/** The state of 20 bytes after a block of 64. Written out where an interpreter would read a function's text at each call. */
function digestBlock(state: string, block: string): string {
  const highs: number[] = [];
  const lows: number[] = [];
  for (let i = 0; i < 64; i += 4) {
    highs.push(half(block, i));
    lows.push(half(block, i + 2));
  }
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
    if (t > 15) schedule(highs, lows, t);
    const quarter = idiv(t, 20);
    const even = quarter % 2 === 0;
    // The function and the constant of this quarter, of each half.
    let low = even ? choose(quarter === 0, bLow, cLow, dLow) : bxor(bLow, bxor(cLow, dLow));
    let high = even ? choose(quarter === 0, b, c, d) : bxor(b, bxor(c, d));
    low += quarter === 0 ? 0x7999 : quarter === 1 ? 0xeba1 : quarter === 2 ? 0xbcdc : 0xc1d6;
    high += quarter === 0 ? 0x5a82 : quarter === 1 ? 0x6ed9 : quarter === 2 ? 0x8f1b : 0xca62;
    low += (aLow * 32) % 65536 + idiv(a, 2048) + eLow + lows[t % 16]!;
    high += (a * 32) % 65536 + idiv(aLow, 2048) + e + highs[t % 16]! + idiv(low, 65536);
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
