/**
 * UTF-8 in byte strings: checked, and written for one code point.
 *
 * Well-formed means Unicode's table 3-7 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. Text is
 * never decoded on a device; it passes through as the bytes that it is.
 */
import { at, chr, idiv } from "./intrinsics";

/** True if all of `bytes` is well-formed UTF-8; the empty text is. */
export function isUtf8(bytes: string): boolean {
  let i = 0;
  while (i < bytes.length) {
    const lead = at(bytes, i);
    i += 1;
    if (lead > 0x7f) {
      if (lead < 0xc2 || lead > 0xf4) return false;
      // The second byte's range is narrower after these four leads: overlong forms, surrogates, past the last plane.
      let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      for (let left = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3; left > 0; left -= 1) {
        const next = i < bytes.length ? at(bytes, i) : 0;
        if (next < low || next > high) return false;
        low = 0x80;
        high = 0xbf;
        i += 1;
      }
    }
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
  let rest = code;
  let tail = "";
  // Each byte behind the lead takes six bits, and one from what the lead has room for.
  let room = 64;
  while (rest >= room) {
    tail = chr(0x80 + (rest % 64)) + tail;
    rest = idiv(rest, 64);
    room = idiv(room, 2);
  }
  return chr(256 - room - room + rest) + tail;
}
