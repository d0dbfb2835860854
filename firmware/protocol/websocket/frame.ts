/** Frames of a client as bytes: always whole messages, always masked. RFC 6455 5.2, 5.3. Pure. */
import { at, bxor, chr, idiv } from "../../base/intrinsics";

/** Opcodes. */
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** Bytes that are put together before they join the rest: joining copies on some engines. A multiple of four. */
const PIECE_BYTES = 64;

/**
 * `bytes` under a mask of four bytes (RFC 6455 5.3); masking twice gives them back.
 * @apart
 */
export function masked(bytes: string, mask: string): string {
  const length = bytes.length;
  const whole = length - (length % 4);
  const a = at(mask, 0);
  const b = at(mask, 1);
  const c = at(mask, 2);
  const d = at(mask, 3);
  let out = "";
  let i = 0;
  while (i < whole) {
    const end = Math.min(i + PIECE_BYTES, whole);
    let piece = "";
    while (i < end) {
      piece += chr(bxor(at(bytes, i), a)) + chr(bxor(at(bytes, i + 1), b)) + chr(bxor(at(bytes, i + 2), c)) + chr(bxor(at(bytes, i + 3), d));
      i += 4;
    }
    out += piece;
  }
  for (; i < length; i += 1) out += chr(bxor(at(bytes, i), at(mask, i - whole)));
  return out;
}

/** A frame with FIN set: `opcode` as above, `payload` of fewer than 2^24 bytes (125 at most for Close, Ping and Pong), `mask` of four random bytes. */
export function encodeFrame(opcode: number, payload: string, mask: string): string {
  const length = payload.length;
  const head = chr(128 + opcode);
  if (length < 126) return head + chr(128 + length) + mask + masked(payload, mask);
  const low = chr(idiv(length % 65536, 256)) + chr(length % 256);
  // Seven bits say 126 or 127 with the mask's bit before them, and two or eight bytes follow.
  const size = length < 65536 ? chr(254) + low : chr(255) + chr(0) + chr(0) + chr(0) + chr(0) + chr(0) + chr(idiv(length, 65536)) + low;
  return head + size + mask + masked(payload, mask);
}
