/**
 * CoAP messages as bytes: header, options in ascending order, payload. Pure: text in, byte string out; it knows nothing of
 * exchanges and never checks what the caller has to check once (`partsFit`). RFC 7252 3, 5.10; RFC 7641 2; RFC 7959 2.1.
 */
import { chr, idiv, sub } from "../../base/intrinsics";

/** An unsigned integer 0 to 2^24-1 in as few bytes as it takes; 0 is the empty string (RFC 7252 3.2). */
export function encodeUint(n: number): string {
  if (n < 256) return n === 0 ? "" : chr(n);
  const low = chr(idiv(n, 256) % 256) + chr(n % 256);
  return n < 65536 ? low : chr(idiv(n, 65536)) + low;
}

/** One option: `delta` 0 to 268 from the number before it, a value of up to 65,804 bytes (RFC 7252 3.1). */
export function encodeOption(delta: number, value: string): string {
  const n = value.length;
  const first = delta < 13 ? delta * 16 : 208;
  const more = delta < 13 ? "" : chr(delta - 13);
  if (n < 13) return chr(first + n) + more + value;
  if (n < 269) return chr(first + 13) + more + chr(n - 13) + value;
  return chr(first + 14) + more + chr(idiv(n - 269, 256)) + chr((n - 269) % 256) + value;
}

/** The parts of `text` between `separator`s, one option each; the first has `delta`. Order is kept (RFC 7252 6.4). */
export function encodeParts(delta: number, text: string, separator: string): string {
  let out = "";
  let rest = text;
  let step = delta;
  let end = rest.indexOf(separator);
  while (end >= 0) {
    out += encodeOption(step, sub(rest, 0, end));
    rest = sub(rest, end + 1, rest.length);
    step = 0;
    end = rest.indexOf(separator);
  }
  return out + encodeOption(step, rest);
}

/** True when every part of `text` has at most 255 bytes and, in a path, none is "." or ".." (RFC 7252 5.10.1, 6.4). */
export function partsFit(text: string, separator: string): boolean {
  let rest = text;
  let more = true;
  while (more) {
    const cut = rest.indexOf(separator);
    const end = cut < 0 ? rest.length : cut;
    if (end > 255) return false;
    if (separator === "/" && end < 3 && end > 0 && sub("..", 0, end) === sub(rest, 0, end)) return false;
    more = cut >= 0;
    if (more) rest = sub(rest, end + 1, rest.length);
  }
  return true;
}

/** What the options of a request say, however often it is sent. */
export interface CoapOptionValues {
  readonly path: string;
  readonly query: string;
  readonly accept?: number | undefined;
}

/**
 * The options of a request; -1 leaves one out. `observe` is -1, 0 or 1; `block2` and `block1` are -1 or num * 16 + more * 8 + szx. Uri-Host and
 * Uri-Port are always elided: they equal the destination (RFC 7252 5.10.1). A path is "/a/b", or "" or "/" for the root.
 */
export function encodeOptions(values: CoapOptionValues, observe: number, contentFormat: number, block2: number, block1: number): string {
  let out = "";
  let last = 0;
  const path = values.path;
  if (observe >= 0) {
    out = encodeOption(6, encodeUint(observe));
    last = 6;
  }
  if (path.length > 1) {
    out += encodeParts(11 - last, sub(path, 1, path.length), "/");
    last = 11;
  }
  if (contentFormat >= 0) {
    out += encodeOption(12 - last, encodeUint(contentFormat));
    last = 12;
  }
  if (values.query !== "") {
    out += encodeParts(15 - last, values.query, "&");
    last = 15;
  }
  if (values.accept !== undefined) {
    out += encodeOption(17 - last, encodeUint(values.accept));
    last = 17;
  }
  if (block2 >= 0) {
    out += encodeOption(23 - last, encodeUint(block2));
    last = 23;
  }
  return block1 < 0 ? out : out + encodeOption(27 - last, encodeUint(block1));
}

/** A whole message: `type` 0 to 3, `code` a byte, `messageId` 0 to 65535, a token of 0 to 8 bytes. */
export function encodeMessage(type: number, code: number, messageId: number, token: string, options: string, payload: string): string {
  const head = chr(64 + type * 16 + token.length) + chr(code) + chr(idiv(messageId, 256)) + chr(messageId % 256) + token + options;
  return payload === "" ? head : head + chr(255) + payload;
}
