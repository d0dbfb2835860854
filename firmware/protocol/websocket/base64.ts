/** Bytes as base64 text (RFC 4648 4), as the WebSocket handshake has its key and its answer. */
import { at, idiv, sub } from "../../base/intrinsics";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

/** The letter that stands for six bits. */
function letter(n: number): string {
  return sub(LETTERS, n, n + 1);
}

/**
 * Any bytes as base64, padded.
 * @cold
 */
export function toBase64(bytes: string): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const count = bytes.length - i;
    const a = at(bytes, i);
    const b = count > 1 ? at(bytes, i + 1) : 0;
    const c = count > 2 ? at(bytes, i + 2) : 0;
    text += letter(idiv(a, 4)) + letter((a % 4) * 16 + idiv(b, 16));
    text += letter(count > 1 ? (b % 16) * 4 + idiv(c, 64) : 64) + letter(count > 2 ? c % 64 : 64);
  }
  return text;
}
