/**
 * Incremental reader of one HTTP/1.1 response: status, the few headers that somebody wants, the body piece by piece. Bytes in,
 * calls on a sink; it holds one unfinished line and never the body. Strict where leniency lets two readers disagree about
 * where a message ends. RFC 9110, RFC 9112 4 to 7; informational responses are skipped, 101 hands over the connection.
 */
import { at, sub } from "../../base/intrinsics";
import { check } from "../../base/check";

/** Why a response was given up. */
export const enum HttpCode {
  none = 0,
  /** Not HTTP/1.x, or framed in a way that is wrong or ambiguous. */
  protocol = 1,
  /** Head, trailer or a single line above `headBytesMax`, or a body above `bodyBytesMax`. */
  tooLarge = 2,
  /** The connection ended before the response did. */
  truncated = 3,
}

export interface HttpLimits {
  /** Status lines and headers (informational responses and trailers included), line ends counted; each line for itself too. */
  readonly headBytesMax: number;
  readonly bodyBytesMax: number;
}

/** No function may call the reader on the same turn. After `done`, `upgraded` or `failed` nothing more comes. */
export interface HttpSink {
  /** The next piece of the body, never empty. */
  body(this: void, bytes: string): void;
  /** The response is whole. */
  done(this: void, status: number): void;
  /** 101 Switching Protocols: `rest` are the bytes behind the head; all later bytes belong to the new protocol. */
  upgraded(this: void, rest: string): void;
  failed(this: void, code: number): void;
}

const enum Phase {
  status = 0,
  headers = 1,
  /** `left` bytes of body, then the end. */
  length = 2,
  untilClose = 3,
  chunkSize = 4,
  chunkData = 5,
  /** The line end behind a chunk. */
  chunkEnd = 6,
  trailers = 7,
  over = 8,
}

export interface HttpReader {
  readonly limits: HttpLimits;
  /** Lower-case names of the headers to keep, and the first value of each; empty when absent. */
  readonly wanted: readonly string[];
  readonly values: string[];
  readonly isHead: boolean;
  phase: Phase;
  /** The unfinished line. */
  line: string;
  /** Bytes of head and trailers so far. */
  headBytes: number;
  bodyBytes: number;
  status: number;
  /** Content-Length, -1 when absent; then the bytes left of the body or chunk. */
  left: number;
  chunked: boolean;
}

/** A reader of one response; `isHead` when the request was HEAD. `wanted` are lower-case header names. */
export function httpReader(limits: HttpLimits, wanted: readonly string[], isHead: boolean): HttpReader {
  if (MOTET_CHECKED) check(limits.headBytesMax > 0 && limits.bodyBytesMax >= 0 && limits.bodyBytesMax < 268435456, "http: limits");
  const values: string[] = [];
  for (let i = 0; i < wanted.length; i += 1) values.push("");
  return { limits, wanted, values, isHead, phase: Phase.status, line: "", headBytes: 0, bodyBytes: 0, status: 0, left: -1, chunked: false };
}

/** True when `text` is `lower` but for the case of ASCII letters. */
export function isSameText(text: string, lower: string): boolean {
  if (text.length !== lower.length) return false;
  for (let i = 0; i < text.length; i += 1) {
    const c = at(text, i);
    if (at(lower, i) !== (c > 64 && c < 91 ? c + 32 : c)) return false;
  }
  return true;
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9;
}

/** A number of up to `digitsMax` digits of base 10 or 16; -1 for anything else. */
function parseDigits(text: string, base: number, digitsMax: number): number {
  if (text === "" || text.length > digitsMax) return -1;
  let n = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = at(text, i);
    let digit = c < 58 ? c - 48 : -1;
    if (c > 96) digit = c - 87;
    else if (c > 64) digit = c - 55;
    if (digit < 0 || digit >= base) return -1;
    n = n * base + digit;
  }
  return n;
}

function readStatus(reader: HttpReader, line: string): number {
  if (line.length < 12 || sub(line, 0, 7) !== "HTTP/1." || at(line, 8) !== 32) return HttpCode.protocol;
  if (line.length > 12 && at(line, 12) !== 32) return HttpCode.protocol;
  const minor = at(line, 7);
  const status = parseDigits(sub(line, 9, 12), 10, 3);
  if (minor < 48 || minor > 57 || status < 100 || status > 599) return HttpCode.protocol;
  reader.status = status;
  reader.phase = Phase.headers;
  return HttpCode.none;
}

/** Takes in one header line. Blanks before the colon and folded lines are refused (RFC 9112 5.1, 5.2). */
function readHeader(reader: HttpReader, line: string): number {
  const colon = line.indexOf(":");
  if (colon < 1 || isBlank(at(line, 0)) || isBlank(at(line, colon - 1))) return HttpCode.protocol;
  let from = colon + 1;
  let to = line.length;
  while (from < to && isBlank(at(line, from))) from += 1;
  while (to > from && isBlank(at(line, to - 1))) to -= 1;
  const name = sub(line, 0, colon);
  const value = sub(line, from, to);
  for (let i = 0; i < reader.wanted.length; i += 1) {
    if (reader.values[i] === "" && isSameText(name, reader.wanted[i]!)) reader.values[i] = value;
  }
  if (isSameText(name, "content-length")) {
    const length = parseDigits(value, 10, 9);
    if (length < 0 || (reader.left >= 0 && reader.left !== length)) return HttpCode.protocol;
    reader.left = length;
  } else if (isSameText(name, "transfer-encoding")) {
    if (reader.chunked || !isSameText(value, "chunked")) return HttpCode.protocol;
    reader.chunked = true;
  }
  return HttpCode.none;
}

/** The head is whole: which framing the body has (RFC 9112 6.3). Leaves `phase` over when there is none. */
function endHead(reader: HttpReader): number {
  const status = reader.status;
  if (status < 200 && status !== 101) {
    for (let i = 0; i < reader.values.length; i += 1) reader.values[i] = "";
    reader.left = -1;
    reader.chunked = false;
    reader.phase = Phase.status;
    return HttpCode.none;
  }
  reader.phase = Phase.over;
  if (status === 101 || reader.isHead || status === 204 || status === 304) return HttpCode.none;
  // Both at once is the mark of a smuggled message (RFC 9112 6.1).
  if (reader.chunked && reader.left >= 0) return HttpCode.protocol;
  if (reader.left > reader.limits.bodyBytesMax) return HttpCode.tooLarge;
  if (reader.chunked) reader.phase = Phase.chunkSize;
  else if (reader.left < 0) reader.phase = Phase.untilClose;
  else if (reader.left > 0) reader.phase = Phase.length;
  return HttpCode.none;
}

/** A chunk's size, hexadecimal, with extensions that are passed over (RFC 9112 7.1). */
function readChunkSize(reader: HttpReader, line: string): number {
  const semicolon = line.indexOf(";");
  let to = semicolon < 0 ? line.length : semicolon;
  while (to > 0 && isBlank(at(line, to - 1))) to -= 1;
  const size = parseDigits(sub(line, 0, to), 16, 7);
  if (size < 0) return HttpCode.protocol;
  if (size > reader.limits.bodyBytesMax - reader.bodyBytes) return HttpCode.tooLarge;
  reader.left = size;
  reader.phase = size === 0 ? Phase.trailers : Phase.chunkData;
  return HttpCode.none;
}

/** One whole line, without its line end. */
function readLine(reader: HttpReader, line: string): number {
  const phase = reader.phase;
  if (phase === Phase.status) return readStatus(reader, line);
  if (phase === Phase.headers) return line === "" ? endHead(reader) : readHeader(reader, line);
  if (phase === Phase.chunkSize) return readChunkSize(reader, line);
  if (phase === Phase.chunkEnd) {
    reader.phase = Phase.chunkSize;
    return line === "" ? HttpCode.none : HttpCode.protocol;
  }
  if (line === "") reader.phase = Phase.over;
  return HttpCode.none;
}

/** Takes body bytes from the front of `bytes`; answers how many, 0 when the body is at its limit already. */
function takeBody(reader: HttpReader, sink: HttpSink, bytes: string): number {
  // Sizes that were announced are within the limit; a body without one is delivered up to it, however it is cut.
  const most = reader.phase === Phase.untilClose ? reader.limits.bodyBytesMax - reader.bodyBytes : reader.left;
  const n = Math.min(bytes.length, most);
  if (n === 0) return 0;
  reader.bodyBytes += n;
  reader.left -= n;
  if (reader.left === 0) reader.phase = reader.phase === Phase.chunkData ? Phase.chunkEnd : Phase.over;
  sink.body(n === bytes.length ? bytes : sub(bytes, 0, n));
  return n;
}

function fail(reader: HttpReader, sink: HttpSink, code: number): void {
  reader.phase = Phase.over;
  reader.line = "";
  sink.failed(code);
}

function isOver(reader: HttpReader): boolean {
  return reader.phase === Phase.over;
}

/** Feeds received bytes, of any number. Bytes behind the end of the response are ignored. */
export function httpReceive(reader: HttpReader, sink: HttpSink, bytes: string): void {
  let rest = bytes;
  while (rest !== "") {
    const phase: Phase = reader.phase;
    if (phase === Phase.over) return;
    let code: number = HttpCode.none;
    if (phase === Phase.length || phase === Phase.untilClose || phase === Phase.chunkData) {
      const n = takeBody(reader, sink, rest);
      if (n === 0) code = HttpCode.tooLarge;
      else rest = sub(rest, n, rest.length);
    } else {
      const end = rest.indexOf("\n");
      const n = end < 0 ? rest.length : end + 1;
      // Chunk sizes recur without end in a long body, so that each line is counted for itself; all the others are added up.
      const sum = phase === Phase.chunkSize || phase === Phase.chunkEnd ? reader.line.length + n : reader.headBytes + n;
      if (sum > reader.limits.headBytesMax) {
        code = HttpCode.tooLarge;
      } else {
        if (phase !== Phase.chunkSize && phase !== Phase.chunkEnd) reader.headBytes = sum;
        const line = reader.line + sub(rest, 0, end < 0 ? n : end);
        rest = sub(rest, n, rest.length);
        if (end < 0) {
          reader.line = line;
        } else {
          reader.line = "";
          const last = line.length - 1;
          code = readLine(reader, last >= 0 && at(line, last) === 13 ? sub(line, 0, last) : line);
        }
      }
    }
    if (code !== HttpCode.none) {
      fail(reader, sink, code);
      return;
    }
    if (isOver(reader)) {
      if (reader.status === 101) sink.upgraded(rest);
      else sink.done(reader.status);
    }
  }
}

/** The connection ended in order: that is the end of a body without a length, and `truncated` of all others (RFC 9112 8). */
export function httpClosed(reader: HttpReader, sink: HttpSink): void {
  const phase = reader.phase;
  if (phase === Phase.over) return;
  if (phase !== Phase.untilClose) {
    fail(reader, sink, HttpCode.truncated);
    return;
  }
  reader.phase = Phase.over;
  sink.done(reader.status);
}

/** The first value of the wanted header with this index; empty when the response has none. */
export function httpHeader(reader: HttpReader, index: number): string {
  return reader.values[index] ?? "";
}
