/** How long a JSON Web Token serves: the difference of two of its claims, so that no clock is needed. RFC 7519. Pure; nothing is verified. */
import { at, chr, idiv, sub } from "../../base/intrinsics";
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { parseDecimal } from "../../base/number";

const CLAIMS_BYTES_MAX = 1536;

/** The bytes of base64url text (RFC 4648 5) without padding; "" for any other text. */
function fromBase64Url(text: string): string {
  let bytes = "";
  let held = 0;
  let heldBits = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = at(text, i);
    let six = c === 45 ? 62 : c === 95 ? 63 : -1;
    if (c > 47 && c < 58) six = c + 4;
    else if (c > 64 && c < 91) six = c - 65;
    else if (c > 96 && c < 123) six = c - 71;
    if (six < 0) return "";
    held = held * 64 + six;
    heldBits += 6;
    if (heldBits >= 8) {
      heldBits -= 8;
      const unit = heldBits === 0 ? 1 : heldBits === 2 ? 4 : 16;
      bytes += chr(idiv(held, unit));
      held = held % unit;
    }
  }
  return bytes;
}

/**
 * Seconds from the token's making to its end; 0 when it does not say.
 * @cold
 */
export function jwtLifetimeSec(token: string): number {
  const first = token.indexOf(".");
  if (first < 0) return 0;
  const rest = sub(token, first + 1, token.length);
  const second = rest.indexOf(".");
  if (second < 0) return 0;
  const reader = jsonOpen(fromBase64Url(sub(rest, 0, second)), { bytesMax: CLAIMS_BYTES_MAX, depthMax: 6, keyBytesMax: 512 });
  let made = 0;
  let ends = 0;
  if (jsonNext(reader) !== JsonToken.openObject) return 0;
  while (jsonNext(reader) === JsonToken.key) {
    const name = reader.text;
    const value = jsonSkip(reader) === JsonToken.number ? (parseDecimal(reader.text) ?? 0) : 0;
    if (name === "iat") made = value;
    else if (name === "exp") ends = value;
  }
  return made > 0 && ends > made ? ends - made : 0;
}
