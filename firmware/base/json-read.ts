/**
 * Reads a JSON document from a byte string, one token a call. Nothing is built but the text of the present token, so a
 * caller keeps what it knows and skips the rest:
 *
 *     const reader = jsonOpen(payload, limits);
 *     let token = jsonNext(reader);              // openObject
 *     token = jsonNext(reader);                  // key, and reader.text is its name
 *     token = jsonSkip(reader);                  // the value of an unknown key, whatever it is
 *
 * Strict (RFC 8259): one value, UTF-8, no trailing bytes, and no member twice. **A document is good only once `end` was
 * answered**: what was read before an `error` is worthless. Never recurses; takes linear time; every input gives tokens,
 * then `end` or `error` for ever. It must never hold a document beyond its limits.
 */
import { at, chr, sub } from "./intrinsics";
import { find } from "./find";
import { JsonToken } from "./json-token";
import { isNumberText } from "./number";
import { isUtf8, utf8Encode } from "./utf8";

/** How much a document may ask for. */
export interface JsonLimits {
  /** Bytes of the whole document. */
  readonly bytesMax: number;
  /** Objects and arrays open at once. */
  readonly depthMax: number;
  /** Bytes of all keys of one object, decoded, and one more for each. */
  readonly keyBytesMax: number;
}

/** What may come next. */
const enum Expect {
  value = 0,
  /** Something has just been opened: its first item, or its end. */
  first = 1,
  commaOrClose = 2,
  nothing = 3,
  failed = 4,
}

/** A document that is being read. Callers read `text` and the length of `outer`, and change nothing. */
export interface JsonReader {
  /** The present key or string, decoded, or the number or word as written. */
  text: string;
  readonly input: string;
  readonly limits: JsonLimits;
  /** Index of the next byte. */
  pos: number;
  expect: Expect;
  /** The innermost open container: "[", or each key seen in an object between bytes FF, which no UTF-8 has. */
  level: string;
  /** `level` of the containers around it: as many as are open. */
  readonly outer: string[];
}

/** Starts to read `input`, a byte string. */
export function jsonOpen(input: string, limits: JsonLimits): JsonReader {
  return { text: "", input, limits, pos: 0, expect: input.length > limits.bytesMax ? Expect.failed : Expect.value, level: "", outer: [] };
}

/** Moves past white space; the byte there, or -1 at the end of the document. */
function peek(reader: JsonReader): number {
  let byte = 32;
  while (byte === 32 || byte === 10 || byte === 13 || byte === 9) {
    byte = reader.pos < reader.input.length ? at(reader.input, reader.pos) : -1;
    reader.pos += 1;
  }
  reader.pos -= 1;
  return byte;
}

/** The value of the four hexadecimal digits that come next, which are passed, or -1. */
function codeUnit(reader: JsonReader): number {
  let value = 0;
  for (let left = 4; left > 0; left -= 1) {
    const digit = reader.pos < reader.input.length ? "0123456789abcdefABCDEF".indexOf(chr(at(reader.input, reader.pos))) : -1;
    if (digit < 0) return -1;
    value = value * 16 + (digit > 15 ? digit - 6 : digit);
    reader.pos += 1;
  }
  return value;
}

/**
 * The bytes of the escape whose backslash was just passed, which is passed, or "".
 * @cold
 */
function readEscape(reader: JsonReader): string {
  const input = reader.input;
  const place = reader.pos < input.length ? "u\"\\/bfnrt".indexOf(chr(at(input, reader.pos))) : -1;
  reader.pos += 1;
  if (place !== 0) return place < 0 ? "" : sub("\"\\/\b\f\n\r\t", place - 1, place);
  let code = codeUnit(reader);
  if (code >= 0xd800 && code < 0xdc00 && reader.pos + 2 <= input.length && sub(input, reader.pos, reader.pos + 2) === "\\u") {
    reader.pos += 2;
    const low = codeUnit(reader);
    code = low < 0xdc00 || low > 0xdfff ? -1 : 0x10000 + (code - 0xd800) * 1024 + low - 0xdc00;
  }
  // Half a pair of surrogates means nothing.
  return code < 0 || (code >= 0xd800 && code < 0xe000) ? "" : utf8Encode(code);
}

/** Reads a string whose opening quote comes next into `text`; false if it is none. */
function readString(reader: JsonReader): boolean {
  const input = reader.input;
  let text = "";
  let isAscii = true;
  let start = reader.pos + 1;
  let i = start;
  while (i < input.length) {
    const byte = at(input, i);
    i += 1;
    if (byte < 32) return false;
    if (byte > 127) isAscii = false;
    if (byte === 34 || byte === 92) {
      text += sub(input, start, i - 1);
      reader.pos = i;
      if (byte === 34) {
        reader.text = text;
        return isAscii || isUtf8(text);
      }
      const bytes = readEscape(reader);
      if (bytes === "") return false;
      text += bytes;
      start = reader.pos;
      i = start;
    }
  }
  return false;
}

/** Reads a key and the colon after it. */
function readKey(reader: JsonReader): JsonToken {
  if (!readString(reader)) return JsonToken.error;
  const mark = chr(255);
  const key = reader.text + mark;
  if (find(reader.level, mark + key) >= 0 || reader.level.length + key.length > reader.limits.keyBytesMax + 1) return JsonToken.error;
  reader.level += key;
  if (peek(reader) !== 58) return JsonToken.error;
  reader.pos += 1;
  reader.expect = Expect.value;
  return JsonToken.key;
}

/** Reads `true`, `false`, `null` or a number: all bytes up to one that ends a value. */
function readWord(reader: JsonReader): JsonToken {
  const input = reader.input;
  const start = reader.pos;
  let end = start;
  while (end < input.length && at(input, end) > 32 && ",]}".indexOf(chr(at(input, end))) < 0) end += 1;
  reader.pos = end;
  const word = sub(input, start, end);
  reader.text = word;
  if (word === "true" || word === "false") return JsonToken.boolean;
  if (word === "null") return JsonToken.null;
  return isNumberText(word) ? JsonToken.number : JsonToken.error;
}

/** The next token of the document; see `JsonToken`. */
export function jsonNext(reader: JsonReader): JsonToken {
  // In one function, and without a way out of its middle: an interpreter reads a function inside another twice.
  const expect = reader.expect;
  if (expect === Expect.failed) return JsonToken.error;
  reader.text = "";
  const isArray = reader.level === "[";
  let token: JsonToken = JsonToken.error;
  let byte = peek(reader);
  const closes = byte === (isArray ? 93 : 125) && (expect === Expect.first || expect === Expect.commaOrClose);
  const isNext = expect !== Expect.commaOrClose || byte === 44;
  if (expect === Expect.commaOrClose && byte === 44) {
    reader.pos += 1;
    byte = peek(reader);
  }
  if (expect === Expect.nothing) {
    if (byte < 0) token = JsonToken.end;
  } else if (closes) {
    reader.pos += 1;
    reader.level = reader.outer.pop() ?? "";
    token = isArray ? JsonToken.closeArray : JsonToken.closeObject;
  } else if (isNext && expect !== Expect.value && !isArray) {
    if (byte === 34) token = readKey(reader);
  } else if (isNext && byte === 34) {
    if (readString(reader)) token = JsonToken.string;
  } else if (isNext && byte !== 91 && byte !== 123) {
    token = readWord(reader);
  } else if (isNext && reader.outer.length < reader.limits.depthMax) {
    reader.pos += 1;
    reader.outer.push(reader.level);
    reader.level = byte === 91 ? "[" : chr(255);
    reader.expect = Expect.first;
    token = byte === 91 ? JsonToken.openArray : JsonToken.openObject;
  }
  if (token === JsonToken.error) {
    reader.text = "";
    reader.expect = Expect.failed;
  } else if (token > JsonToken.openArray) {
    reader.expect = reader.outer.length === 0 ? Expect.nothing : Expect.commaOrClose;
  }
  return token;
}

/**
 * Passes over what comes next: one value with all that is in it (after a key: the member's value).
 *
 * @returns the value's last token, which is a closing one for an object or an array, or what `jsonNext` answered instead
 */
export function jsonSkip(reader: JsonReader): JsonToken {
  const depth = reader.outer.length;
  let token = jsonNext(reader);
  while (reader.outer.length > depth && token !== JsonToken.error) token = jsonNext(reader);
  return token;
}
