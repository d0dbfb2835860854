/**
 * UTF-8 in byte strings: checked, and written for one code point.
 *
 * Well-formed means Unicode's table 3-7 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. Text is
 * never decoded on a device; it passes through as the bytes that it is.
 */
import { at, chr, idiv } from "./intrinsics";

/** The bytes of the well-formed sequence that starts at index `i` (0 <= i < bytes.length): 1 to 4, or 0 where there is none. */
export function utf8Length(bytes: string, i: number): number {
  const lead = at(bytes, i);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const count = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (i + count > bytes.length) return 0;
  const second = at(bytes, i + 1);
  // The second byte's range is narrower after these four leads: overlong forms, surrogates, past the last plane.
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let k = 2; k < count; k += 1) {
    const next = at(bytes, i + k);
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return count;
}

/** True if all of `bytes` is well-formed UTF-8; the empty text is. */
export function isUtf8(bytes: string): boolean {
  let i = 0;
  while (i < bytes.length) {
    const count = utf8Length(bytes, i);
    if (count === 0) return false;
    i += count;
  }
  return true;
}

/** True if `bytes` may be an MQTT string: well-formed and without U+0000 [MQTT-1.5.3-1, -2]. */
export function isMqttText(bytes: string): boolean {
  return bytes.indexOf(chr(0)) < 0 && isUtf8(bytes);
}

/** The UTF-8 bytes of a code point: 0 to 0x10FFFF, not a surrogate. */
export function utf8Encode(code: number): string {
  if (code < 0x80) return chr(code);
  const last = chr(0x80 + (code % 64));
  if (code < 0x800) return chr(0xc0 + idiv(code, 64)) + last;
  const middle = chr(0x80 + (idiv(code, 64) % 64));
  if (code < 0x10000) return chr(0xe0 + idiv(code, 4096)) + middle + last;
  return chr(0xf0 + idiv(code, 262144)) + chr(0x80 + (idiv(code, 4096) % 64)) + middle + last;
}
