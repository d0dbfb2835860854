/**
 * The byte forms that the record store and the reading log share: 32-bit words, one-byte marks, blank flash, and a
 * write that is read back. Holds no state. docs/SPEC-store.md 2.
 */
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import { at, chr, idiv, sub } from "../base/intrinsics";
import { StoreCode } from "./code";

/** Bytes looked at in one read while blank flash is searched. */
const chunkBytes = 32;

/** `n`, 0 to 2^31-1, as four bytes, most significant first. */
export function word(n: number): string {
  return chr(idiv(n, 16777216)) + chr(idiv(n, 65536) % 256) + chr(idiv(n, 256) % 256) + chr(n % 256);
}

/** The word at index `i` of `s`, or -1 when it is above 2^31-1 and so was never written by this program. */
export function wordAt(s: string, i: number): number {
  const high = at(s, i);
  if (high > 127) return -1;
  return high * 16777216 + at(s, i + 1) * 65536 + at(s, i + 2) * 256 + at(s, i + 3);
}

/**
 * Whether a mark (a byte left at 0xFF and programmed to 0 later) is set: at least two of its bits are programmed. One
 * flipped bit therefore neither sets nor clears a mark, and of a mark cut while it was programmed either answer is true.
 */
export function marked(n: number): boolean {
  const programmed = 255 - n;
  return programmed !== 0 && 128 % programmed !== 0;
}

/** The first offset from `from` up to `to` in the area whose byte is not 0xFF, or `to`. */
export function firstProgrammed(flash: FlashPort, area: FlashArea, from: number, to: number): number {
  // What was torn is passed byte by byte, and most of its bytes are programmed.
  if (from < to && at(flash.read(area, from, 1), 0) !== 255) return from;
  let blank = chr(255);
  while (blank.length < chunkBytes) blank += blank;
  let offset = from;
  while (offset < to) {
    const count = Math.min(chunkBytes, to - offset);
    const bytes = flash.read(area, offset, count);
    if (bytes !== sub(blank, 0, count)) {
      for (let i = 0; i < count; i += 1) if (at(bytes, i) !== 255) return offset + i;
    }
    offset += count;
  }
  return to;
}

/**
 * Programs bytes and reads them back: `ok`, or `hardware` when the area does not hold them afterwards. What the area holds decides,
 * not what the write answered: bytes that are there would be found again, whatever was said of them.
 */
export function program(flash: FlashPort, area: FlashArea, offset: number, bytes: string): number {
  flash.write(area, offset, bytes);
  return flash.read(area, offset, bytes.length) === bytes ? StoreCode.ok : StoreCode.hardware;
}
