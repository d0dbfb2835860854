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
import { parseHex } from "./hex";
import { JsonFault, JsonToken } from "./json-token";
import { isNumberText } from "./number";
import { utf8Encode, utf8Length } from "./utf8";

/** How much a document may ask for. */
export interface JsonLimits {
  /** Bytes of the whole document. */
  readonly bytesMax: number;
  /** Objects and arrays open at once. */
  readonly depthMax: number;
  /** Bytes of one string or key, decoded, and of one number, as written. */
  readonly tokenBytesMax: number;
  /** Members of one object. */
  readonly keysMax: number;
}

/** What may come next. */
const enum Expect {
  value = 0,
  valueOrClose = 1,
  keyOrClose = 2,
  key = 3,
  commaOrClose = 4,
  nothing = 5,
  failed = 6,
}

/** A document that is being read. Callers read `text`, `depth` and `fault`, and change nothing. */
export interface JsonReader {
  /** The present key, string (both decoded) or number (as written). */
  text: string;
  /** Objects and arrays that are open. */
  depth: number;
  /** A `JsonFault`, once `error` was answered. */
  fault: number;
  readonly input: string;
  readonly limits: JsonLimits;
  /** Index of the next byte. */
  pos: number;
  expect: Expect;
  /** The innermost open container: "[", or "{" and each key seen in it between bytes FF, which no UTF-8 has. */
  level: string;
  /** Members seen in that container. */
  keys: number;
  /** `level` and `keys` of the containers around it. */
  readonly outerLevels: string[];
  readonly outerKeys: number[];
}

/** Starts to read `input`, a byte string. */
export function jsonOpen(input: string, limits: JsonLimits): JsonReader {
  const tooLong = input.length > limits.bytesMax;
  return {
    text: "",
    depth: 0,
    fault: tooLong ? JsonFault.tooLong : JsonFault.none,
    input: tooLong ? "" : input,
    limits,
    pos: 0,
    expect: tooLong ? Expect.failed : Expect.value,
    level: "",
    keys: 0,
    outerLevels: [],
    outerKeys: [],
  };
}

function fail(reader: JsonReader, fault: JsonFault): JsonToken {
  reader.fault = fault;
  reader.expect = Expect.failed;
  reader.text = "";
  return JsonToken.error;
}

/** Moves past white space; the byte there, or -1 at the end of the document. */
function peek(reader: JsonReader): number {
  const input = reader.input;
  let i = reader.pos;
  while (i < input.length) {
    const byte = at(input, i);
    if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) {
      reader.pos = i;
      return byte;
    }
    i += 1;
  }
  reader.pos = i;
  return -1;
}

/** The value of the four hexadecimal digits at index `i`, or -1. */
function codeUnit(input: string, i: number): number {
  return i + 4 > input.length ? -1 : (parseHex(sub(input, i, i + 4)) ?? -1);
}

/** Decodes the escape whose backslash was just passed: its bytes go to `text`; a `JsonFault`. */
function readEscape(reader: JsonReader): JsonFault {
  const input = reader.input;
  if (reader.pos >= input.length) return JsonFault.truncated;
  const byte = at(input, reader.pos);
  reader.pos += 1;
  if (byte !== 117) {
    const found = "\"\\/bfnrt".indexOf(chr(byte));
    if (found < 0) return JsonFault.syntax;
    reader.text = sub("\"\\/\b\f\n\r\t", found, found + 1);
    return JsonFault.none;
  }
  let code = codeUnit(input, reader.pos);
  if (code < 0) return JsonFault.syntax;
  reader.pos += 4;
  if (code >= 0xdc00 && code <= 0xdfff) return JsonFault.encoding;
  if (code >= 0xd800 && code <= 0xdbff) {
    const paired = reader.pos + 6 <= input.length && sub(input, reader.pos, reader.pos + 2) === "\\u";
    const low = paired ? codeUnit(input, reader.pos + 2) : -1;
    if (low < 0xdc00 || low > 0xdfff) return JsonFault.encoding;
    reader.pos += 6;
    code = 0x10000 + (code - 0xd800) * 1024 + low - 0xdc00;
  }
  reader.text = utf8Encode(code);
  return JsonFault.none;
}

/** Reads a string whose opening quote was just passed into `text`; a `JsonFault`. */
function readString(reader: JsonReader): JsonFault {
  const input = reader.input;
  const bytesMax = reader.limits.tokenBytesMax;
  let text = "";
  let start = reader.pos;
  let i = start;
  while (i < input.length) {
    const byte = at(input, i);
    if (byte < 32) return JsonFault.syntax;
    if (text.length + i - start > bytesMax) return JsonFault.tokenTooLong;
    if (byte === 34) {
      reader.text = text + sub(input, start, i);
      reader.pos = i + 1;
      return JsonFault.none;
    }
    if (byte === 92) {
      text += sub(input, start, i);
      reader.pos = i + 1;
      const fault = readEscape(reader);
      if (fault !== JsonFault.none) return fault;
      text += reader.text;
      start = reader.pos;
      i = start;
    } else {
      const count = byte < 128 ? 1 : utf8Length(input, i);
      if (count === 0) return JsonFault.encoding;
      i += count;
    }
  }
  return JsonFault.truncated;
}

/** Answers a value that stands alone, after which a comma or a closing bracket comes. */
function scalar(reader: JsonReader, token: JsonToken): JsonToken {
  reader.expect = reader.depth === 0 ? Expect.nothing : Expect.commaOrClose;
  return token;
}

/** Reads `true`, `false`, `null` or a number: all bytes up to one that ends a value. */
function readWord(reader: JsonReader): JsonToken {
  const input = reader.input;
  const start = reader.pos;
  let end = start;
  while (end < input.length && end - start <= reader.limits.tokenBytesMax) {
    const byte = at(input, end);
    const inWord = (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 122) || byte === 69;
    if (!inWord && byte !== 43 && byte !== 45 && byte !== 46) break;
    end += 1;
  }
  if (end - start > reader.limits.tokenBytesMax) return fail(reader, JsonFault.tokenTooLong);
  const word = sub(input, start, end);
  reader.pos = end;
  if (word === "true") return scalar(reader, JsonToken.true);
  if (word === "false") return scalar(reader, JsonToken.false);
  if (word === "null") return scalar(reader, JsonToken.null);
  if (!isNumberText(word)) return fail(reader, JsonFault.syntax);
  reader.text = word;
  return scalar(reader, JsonToken.number);
}

function readOpen(reader: JsonReader, bracket: string): JsonToken {
  if (reader.depth === reader.limits.depthMax) return fail(reader, JsonFault.tooDeep);
  reader.outerLevels.push(reader.level);
  reader.outerKeys.push(reader.keys);
  reader.keys = 0;
  reader.depth += 1;
  reader.pos += 1;
  if (bracket === "[") {
    reader.level = "[";
    reader.expect = Expect.valueOrClose;
    return JsonToken.openArray;
  }
  reader.level = "{" + chr(255);
  reader.expect = Expect.keyOrClose;
  return JsonToken.openObject;
}

function readClose(reader: JsonReader, bracket: string): JsonToken {
  const isArray = reader.level === "[";
  if (isArray !== (bracket === "]")) return fail(reader, JsonFault.syntax);
  reader.level = reader.outerLevels.pop() ?? "";
  reader.keys = reader.outerKeys.pop() ?? 0;
  reader.depth -= 1;
  reader.pos += 1;
  return scalar(reader, isArray ? JsonToken.closeArray : JsonToken.closeObject);
}

/** Reads a member's name and the colon after it. */
function readKey(reader: JsonReader): JsonToken {
  if (at(reader.input, reader.pos) !== 34) return fail(reader, JsonFault.syntax);
  if (reader.keys === reader.limits.keysMax) return fail(reader, JsonFault.tooManyKeys);
  reader.pos += 1;
  const fault = readString(reader);
  if (fault !== JsonFault.none) return fail(reader, fault);
  const mark = chr(255);
  const key = reader.text;
  if (find(reader.level, mark + key + mark) >= 0) return fail(reader, JsonFault.duplicateKey);
  reader.level += key + mark;
  reader.keys += 1;
  const colon = peek(reader);
  if (colon !== 58) return fail(reader, colon < 0 ? JsonFault.truncated : JsonFault.syntax);
  reader.pos += 1;
  reader.expect = Expect.value;
  return JsonToken.key;
}

function readValue(reader: JsonReader, byte: number): JsonToken {
  if (byte === 123) return readOpen(reader, "{");
  if (byte === 91) return readOpen(reader, "[");
  if (byte !== 34) return readWord(reader);
  reader.pos += 1;
  const fault = readString(reader);
  return fault !== JsonFault.none ? fail(reader, fault) : scalar(reader, JsonToken.string);
}

/** The next token of the document; see `JsonToken`. */
export function jsonNext(reader: JsonReader): JsonToken {
  if (reader.expect === Expect.failed) return JsonToken.error;
  reader.text = "";
  let byte = peek(reader);
  if (reader.expect === Expect.nothing) return byte < 0 ? JsonToken.end : fail(reader, JsonFault.trailing);
  if (byte < 0) return fail(reader, JsonFault.truncated);
  const mayClose = reader.expect === Expect.valueOrClose || reader.expect === Expect.keyOrClose;
  if (byte === 93 || byte === 125) {
    if (!mayClose && reader.expect !== Expect.commaOrClose) return fail(reader, JsonFault.syntax);
    return readClose(reader, chr(byte));
  }
  if (reader.expect === Expect.commaOrClose) {
    if (byte !== 44) return fail(reader, JsonFault.syntax);
    reader.pos += 1;
    reader.expect = reader.level === "[" ? Expect.value : Expect.key;
    byte = peek(reader);
    if (byte < 0) return fail(reader, JsonFault.truncated);
  }
  const wantsKey = reader.expect === Expect.key || reader.expect === Expect.keyOrClose;
  return wantsKey ? readKey(reader) : readValue(reader, byte);
}

/**
 * Passes over what comes next: one value with all that is in it (after a key: the member's value).
 *
 * @returns the value's last token, which is a closing one for an object or an array, or what `jsonNext` answered instead
 */
export function jsonSkip(reader: JsonReader): JsonToken {
  const depth = reader.depth;
  let token = jsonNext(reader);
  while (reader.depth > depth && token !== JsonToken.error) token = jsonNext(reader);
  return token;
}

/** Passes over the rest of the innermost open object or array; its closing token, or `error`. Something must be open. */
export function jsonLeave(reader: JsonReader): JsonToken {
  const depth = reader.depth;
  let token = jsonNext(reader);
  while (reader.depth >= depth && token !== JsonToken.error) token = jsonNext(reader);
  return token;
}
