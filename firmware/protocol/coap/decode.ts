/**
 * CoAP messages from bytes: header first, then the options one at a time. Strict where the specification says "format
 * error", and never reads past the end; any bytes give a message or `CoapCode.format`, in one pass. RFC 7252 3.
 */
import { at, idiv, sub } from "../../base/intrinsics";
import { CoapCode } from "./codes";

/** A message being read: the header's fields, and the option that was read last. */
export interface CoapMessage {
  /** 0 to 3 (`CoapType`). */
  type: number;
  /** The code byte: class * 32 + detail. */
  code: number;
  messageId: number;
  token: string;
  /** Where the next option begins. */
  at: number;
  /** Number of the option read last, 0 before the first. */
  option: number;
  /** Its value is the bytes from `valueAt` up to `at`. */
  valueAt: number;
  payload: string;
}

/** A message to decode into. */
export function coapMessage(): CoapMessage {
  return { type: 0, code: 0, messageId: 0, token: "", at: 0, option: 0, valueAt: 0, payload: "" };
}

/**
 * Reads the header and the token. 0; `unknown` for bytes to ignore without an answer (fewer than four, or another version:
 * RFC 7252 3); `format` for a message error, with `type` and `messageId` set, so that a Reset can be sent.
 */
export function decodeHeader(bytes: string, message: CoapMessage): number {
  if (bytes.length < 4) return CoapCode.unknown;
  const first = at(bytes, 0);
  if (first < 64 || first > 127) return CoapCode.unknown;
  const tokenBytes = first % 16;
  const code = at(bytes, 1);
  message.type = idiv(first, 16) % 4;
  message.code = code;
  message.messageId = at(bytes, 2) * 256 + at(bytes, 3);
  message.at = 4 + tokenBytes;
  message.option = 0;
  message.payload = "";
  if (tokenBytes > 8 || message.at > bytes.length) return CoapCode.format;
  // An empty message is four bytes and nothing else (RFC 7252 4.1).
  if (code === 0 && bytes.length !== 4) return CoapCode.format;
  message.token = sub(bytes, 4, message.at);
  return CoapCode.none;
}

/**
 * Reads the next option: its number, which is then in `message.option` too and its value before `message.at`; -1 at the
 * end of the message, with `payload` set; or -2 for a format error (a reserved 15, a number above 65535, bytes missing, a
 * payload marker with nothing behind it).
 */
export function decodeOption(bytes: string, message: CoapMessage): number {
  let i = message.at;
  const end = bytes.length;
  if (i === end) return -1;
  const first = at(bytes, i);
  i += 1;
  if (first === 255) {
    if (i === end) return -2;
    message.payload = sub(bytes, i, end);
    message.at = end;
    return -1;
  }
  let delta = idiv(first, 16);
  let length = first % 16;
  if (length === 15) return -2;
  // 13 and 14 stand for one and two more bytes, 15 is reserved (RFC 7252 3.1).
  if (delta > 12) {
    if (delta === 15 || i + delta - 12 > end) return -2;
    const wide = delta === 14;
    delta = wide ? 269 + at(bytes, i) * 256 + at(bytes, i + 1) : 13 + at(bytes, i);
    i += wide ? 2 : 1;
  }
  if (length > 12) {
    if (i + length - 12 > end) return -2;
    const wide = length === 14;
    length = wide ? 269 + at(bytes, i) * 256 + at(bytes, i + 1) : 13 + at(bytes, i);
    i += wide ? 2 : 1;
  }
  const option = message.option + delta;
  if (option > 65535 || i + length > end) return -2;
  message.option = option;
  message.valueAt = i;
  message.at = i + length;
  return option;
}

/** The unsigned integer of the option read last, which has at most four bytes; above 2^31-1 it is 2^31-1. */
export function decodeUint(bytes: string, message: CoapMessage): number {
  let n = 0;
  for (let i = message.valueAt; i < message.at; i += 1) {
    if (n > 8388607) return 2147483647;
    n = n * 256 + at(bytes, i);
  }
  return n;
}
