/**
 * Hexadecimal text: of bytes (random channels, identities, fingerprints) and of small numbers.
 */
import { at, idiv, sub } from "./intrinsics";

/** Two lower-case digits for each byte. */
export function toHex(bytes: string): string {
  const digits = "0123456789abcdef";
  let text = "";
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = at(bytes, i);
    const high = idiv(byte, 16);
    text += sub(digits, high, high + 1) + sub(digits, byte % 16, (byte % 16) + 1);
  }
  return text;
}

/** The value of 1 to 7 hexadecimal digits, of either case, or undefined for any other text. */
export function parseHex(text: string): number | undefined {
  if (text.length === 0 || text.length > 7) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i += 1) {
    const byte = at(text, i);
    let digit = -1;
    if (byte >= 48 && byte <= 57) digit = byte - 48;
    if (byte >= 65 && byte <= 70) digit = byte - 55;
    if (byte >= 97 && byte <= 102) digit = byte - 87;
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value;
}
