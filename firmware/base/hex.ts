/**
 * Bytes as hexadecimal text: random channels, identities, fingerprints.
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
