/**
 * The one place where text becomes a JSON string. Objects and arrays are written by their owners, field by field, in a
 * fixed order; numbers come from `formatScaled`.
 */
import { at, sub } from "./intrinsics";
import { toHex } from "./hex";

/**
 * The bytes as a JSON string with its quotes (RFC 8259 7). Quotes, backslashes and control characters are escaped; bytes
 * from 0x80 are copied, so that UTF-8 stays UTF-8.
 */
export function jsonString(bytes: string): string {
  let text = '"';
  let start = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = at(bytes, i);
    if (byte < 32 || byte === 34 || byte === 92) {
      const plain = sub(bytes, i, i + 1);
      text += sub(bytes, start, i) + (byte < 32 ? "\\u00" + toHex(plain) : "\\" + plain);
      start = i + 1;
    }
  }
  return text + sub(bytes, start, bytes.length) + '"';
}
