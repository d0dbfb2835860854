/**
 * What the vector programs share: numbered lines, a generator that every engine can run, and bytes as text. Device
 * TypeScript, because it runs on the engines themselves. It must never print anything that depends on the engine: no time,
 * no memory, no address.
 */
import type { ChecksumPort } from "../../../hal/ports/checksum";
import { at, chr } from "../../../firmware/base/intrinsics";
import { toHex } from "../../../firmware/base/hex";

/** One run of one group. */
export interface Vectors {
  readonly group: string;
  readonly checksum: ChecksumPort;
  /** Lines printed so far. */
  count: number;
  /** The generator's state, 0 to 65536. */
  state: number;
  print(this: void, line: string): void;
}

/** Where a run begins; each group has a seed of its own, so that slices may run in any order. */
export function vectors(group: string, seed: number, checksum: ChecksumPort, print: (this: void, line: string) => void): Vectors {
  return { group, checksum, count: 0, state: seed % 65537, print };
}

/** One vector: a line with its group and number. */
export function emit(run: Vectors, text: string): void {
  run.count += 1;
  run.print(run.group + " " + run.count + " " + text);
}

/** An integer from 0 up to, not including, `below` (1 to 65536). Every product fits 24 bits. */
export function draw(run: Vectors, below: number): number {
  run.state = (run.state * 75 + 74) % 65537;
  return run.state % below;
}

/** True once in two. */
export function toss(run: Vectors): boolean {
  return draw(run, 2000) < 1000;
}

/** `count` bytes of any value. */
export function drawBytes(run: Vectors, count: number): string {
  let bytes = "";
  for (let i = 0; i < count; i += 1) bytes += chr(draw(run, 256));
  return bytes;
}

/** `count` of the letters a to z. */
export function drawWord(run: Vectors, count: number): string {
  let word = "";
  for (let i = 0; i < count; i += 1) word += chr(97 + draw(run, 26));
  return word;
}

/** One byte, `count` times. */
export function repeat(byte: string, count: number): string {
  let bytes = "";
  for (let i = 0; i < count; i += 1) bytes += byte;
  return bytes;
}

/** Bytes in hex; above 24 bytes their number and an Adler-like sum, which fits 24 bits. */
export function show(bytes: string): string {
  const length = bytes.length;
  if (length <= 24) return "x" + toHex(bytes);
  let low = 1;
  let high = 0;
  for (let i = 0; i < length; i += 1) {
    low = (low + at(bytes, i)) % 65521;
    high = (high + low) % 65521;
  }
  return "#" + length + ":" + high + ":" + low;
}

/** "yes" or "no". */
export function flag(value: boolean): string {
  return value ? "yes" : "no";
}

/** An integer, or "none". */
export function whole(value: number | undefined): string {
  return value === undefined ? "none" : "" + value;
}
