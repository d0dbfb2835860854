/**
 * The opening handshake: an HTTP request with a random key, and what its answer must be. RFC 6455 4.1. No extension is offered, so
 * none may be accepted; redirects are not followed.
 */
import { at, sub } from "../../base/intrinsics";
import { httpHeaderLine, httpRequest } from "../http/encode";
import { HttpCode, httpHeader, httpReader, httpReceive, isSameText } from "../http/reader";
import type { HttpReader, HttpSink } from "../http/reader";
import { toBase64 } from "./base64";
import { WsCode } from "./code";
import { sha1 } from "./sha1";
import type { WsHandshake, WsOptions } from "./state";

/** What every server puts behind the key (RFC 6455 1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Places in the list of headers that the reader keeps. */
const UPGRADE = 0;
const CONNECTION = 1;
const ACCEPT = 2;
const PROTOCOL = 3;
const EXTENSIONS = 4;

/**
 * A handshake with a new key, of 16 random bytes.
 * @cold
 */
export function newHandshake(options: WsOptions, random: string): WsHandshake {
  const wanted = ["upgrade", "connection", "sec-websocket-accept", "sec-websocket-protocol", "sec-websocket-extensions"];
  // No body is of interest: a refusal is over when its body begins.
  return { key: toBase64(random), reader: httpReader({ headBytesMax: options.headBytesMax, bodyBytesMax: 0 }, wanted, false) };
}

/**
 * The request as bytes; empty when an option would break it.
 * @cold
 */
export function handshakeRequest(options: WsOptions, key: string): string {
  let headers = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key + "\r\nSec-WebSocket-Version: 13\r\n";
  if (options.subprotocols.length > 0) {
    const line = httpHeaderLine("Sec-WebSocket-Protocol", options.subprotocols.join(", "));
    if (line === "") return "";
    headers += line;
  }
  return httpRequest("GET", options.host, options.path, headers + options.headers, "");
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9;
}

/** True if `list`, comma-separated, has the word `lower` in any case. */
function hasWord(list: string, lower: string): boolean {
  let rest = list + ",";
  while (rest !== "") {
    const comma = rest.indexOf(",");
    let from = 0;
    let to = comma;
    while (from < to && isBlank(at(rest, from))) from += 1;
    while (to > from && isBlank(at(rest, to - 1))) to -= 1;
    if (isSameText(sub(rest, from, to), lower)) return true;
    rest = sub(rest, comma + 1, rest.length);
  }
  return false;
}

/** Judges the head of a 101; 0 when the connection is a WebSocket. */
function judge(reader: HttpReader, key: string, subprotocols: readonly string[], needed: boolean): number {
  const protocol = httpHeader(reader, PROTOCOL);
  if (!isSameText(httpHeader(reader, UPGRADE), "websocket") || !hasWord(httpHeader(reader, CONNECTION), "upgrade")) return WsCode.notWebSocket;
  if (httpHeader(reader, ACCEPT) !== toBase64(sha1(key + GUID))) return WsCode.acceptWrong;
  if (httpHeader(reader, EXTENSIONS) !== "") return WsCode.notWebSocket;
  if (protocol === "") return needed ? WsCode.subprotocolWrong : 0;
  for (const offered of subprotocols) if (offered === protocol) return 0;
  return WsCode.subprotocolWrong;
}

/** What the reader told of an answer. */
export interface HandshakeAnswer {
  /** The HTTP status once the answer is over, 0 before. */
  status: number;
  /** Why the reader gave up, or 0. */
  failure: number;
  /** The bytes behind the head of a 101: they are frames already. */
  rest: string;
}

/**
 * A sink that notes what it hears. Made by a caller that is not cold, since a cold function may hand out none of its own.
 * @apart
 */
export function noteTo(answer: HandshakeAnswer): HttpSink {
  return {
    // The limit of bodies is 0, so none comes.
    body: () => {},
    done: (status) => {
      answer.status = status;
    },
    upgraded: (rest) => {
      answer.rest = rest;
      answer.status = 101;
    },
    failed: (code) => {
      answer.failure = code;
    },
  };
}

/**
 * Takes in bytes of the answer; `notes` is `noteTo(answer)`. A refusal is told as soon as its status is known and its head is over.
 * @returns -1 while more is needed, 0 when the WebSocket is open, else why it is not: a WsCode, or the HTTP status
 * @cold
 */
export function handshakeReceive(handshake: WsHandshake, options: WsOptions, bytes: string, answer: HandshakeAnswer, notes: HttpSink): number {
  const reader = handshake.reader;
  httpReceive(reader, notes, bytes);
  // A body is beyond the limit, and tells nothing.
  if (answer.failure === HttpCode.tooLarge && reader.status >= 200) return reader.status;
  if (answer.failure !== 0) return WsCode.notHttp;
  if (answer.status !== 101) return answer.status === 0 ? -1 : answer.status;
  return judge(reader, handshake.key, options.subprotocols, options.stream);
}

/** The subprotocol that the server chose, or empty. */
export function chosenSubprotocol(handshake: WsHandshake): string {
  return httpHeader(handshake.reader, PROTOCOL);
}
