/** Several byte strings in one record: each after its length in one byte. Integers are four bytes, most significant first. */
import { at, chr, idiv, sub } from "../base/intrinsics";

/** One field, 0 to 255 bytes, as it stands in a record. */
export function packField(bytes: string): string {
  return chr(bytes.length) + bytes;
}

/** The field at `index` (from 0), or "" where the record has none. */
export function fieldAt(record: string, index: number): string {
  let start = 0;
  for (let i = 0; start < record.length; i += 1) {
    const end = start + 1 + at(record, start);
    if (end > record.length) return "";
    if (i === index) return sub(record, start + 1, end);
    start = end;
  }
  return "";
}

/** Four bytes of an integer from 0 to 2^31-1. */
export function pack32(n: number): string {
  return chr(idiv(n, 16777216)) + chr(idiv(n, 65536) % 256) + chr(idiv(n, 256) % 256) + chr(n % 256);
}

/** The integer in the four bytes at `i`; the topmost bit is taken as 0, because no integer here may use it. */
export function unpack32(bytes: string, i: number): number {
  return (at(bytes, i) % 128) * 16777216 + at(bytes, i + 1) * 65536 + at(bytes, i + 2) * 256 + at(bytes, i + 3);
}

/** Two bytes of an integer from 0 to 65535. */
export function pack16(n: number): string {
  return chr(idiv(n, 256)) + chr(n % 256);
}

/** The integer in the two bytes at `i`. */
export function unpack16(bytes: string, i: number): number {
  return at(bytes, i) * 256 + at(bytes, i + 1);
}
