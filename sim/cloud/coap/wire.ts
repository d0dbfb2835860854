/**
 * CoAP messages to and from bytes: coap-packet, behind the strict check of the message format that it lacks
 * (RFC 7252 section 3).
 *
 * coap-packet reads over token lengths of 9 to 15, a payload marker without a payload and options that run beyond the
 * datagram; so the shape of a message is checked before it sees it.
 */
import { generate, parse } from "coap-packet";

export const enum Type {
  Confirmable = 0,
  NonConfirmable = 1,
  Acknowledgement = 2,
  Reset = 3,
}

export const enum OptionNumber {
  UriHost = 3,
  ETag = 4,
  Observe = 6,
  UriPort = 7,
  UriPath = 11,
  ContentFormat = 12,
  MaxAge = 14,
  UriQuery = 15,
  Accept = 17,
  Block2 = 23,
  Block1 = 27,
  Size2 = 28,
  ProxyUri = 35,
  ProxyScheme = 39,
  Size1 = 60,
}

export interface Option {
  readonly number: number;
  readonly value: Buffer;
}

export interface CoapMessage {
  readonly type: Type;
  /** "0.00" to "7.31". */
  readonly code: string;
  readonly messageId: number;
  readonly token: Buffer;
  /** In the order of the message. */
  readonly options: readonly Option[];
  readonly payload: Buffer;
}

/** What coap-packet calls the options that it has a name for. */
const numbers: Readonly<Record<string, number>> = {
  "If-Match": 1,
  "Uri-Host": OptionNumber.UriHost,
  ETag: OptionNumber.ETag,
  "If-None-Match": 5,
  Observe: OptionNumber.Observe,
  "Uri-Port": OptionNumber.UriPort,
  "Location-Path": 8,
  OSCORE: 9,
  "Uri-Path": OptionNumber.UriPath,
  "Content-Format": OptionNumber.ContentFormat,
  "Max-Age": OptionNumber.MaxAge,
  "Uri-Query": OptionNumber.UriQuery,
  "Hop-Limit": 16,
  Accept: OptionNumber.Accept,
  "Q-Block1": 19,
  "Location-Query": 20,
  Block2: OptionNumber.Block2,
  Block1: OptionNumber.Block1,
  Size2: OptionNumber.Size2,
  "Q-Block2": 31,
  "Proxy-Uri": OptionNumber.ProxyUri,
  "Proxy-Scheme": OptionNumber.ProxyScheme,
  Size1: OptionNumber.Size1,
  "No-Response": 258,
  "OCF-Accept-Content-Format-Version": 2049,
  "OCF-Content-Format-Version": 2053,
};

/** The length of an extended delta or length, and where it ends; -1 when reserved or cut off. */
function extended(bytes: Buffer, nibble: number, at: number): readonly [value: number, next: number] {
  if (nibble < 13) return [nibble, at];
  const width = nibble - 12;
  if (nibble === 15 || at + width > bytes.length) return [-1, at];
  return nibble === 13 ? [13 + (bytes[at] as number), at + 1] : [269 + bytes.readUInt16BE(at), at + 2];
}

/** Whether everything after the header has the form of a message (RFC 7252 section 3). */
function isWellFormed(bytes: Buffer): boolean {
  const tokenLength = (bytes[0] as number) & 15;
  if (bytes[1] === 0) return bytes.length === 4 && tokenLength === 0;
  if (tokenLength > 8 || 4 + tokenLength > bytes.length) return false;
  let number = 0;
  for (let at = 4 + tokenLength; at < bytes.length; ) {
    const head = bytes[at] as number;
    if (head === 0xff) return at + 1 < bytes.length;
    const [delta, afterDelta] = extended(bytes, head >> 4, at + 1);
    const [length, afterLength] = extended(bytes, head & 15, afterDelta);
    number += delta;
    at = afterLength + length;
    if (delta < 0 || length < 0 || number > 65535 || at > bytes.length) return false;
  }
  return true;
}

/**
 * The message in a datagram; "malformed" for one with a format error, which a confirmable message is reset for; "ignore"
 * for what is not CoAP of this version, or too short to say (RFC 7252 section 3, 4.2).
 */
export function decode(bytes: Buffer): CoapMessage | "malformed" | "ignore" {
  const first = bytes[0];
  if (bytes.length < 4 || first === undefined || first >> 6 !== 1) return "ignore";
  if (!isWellFormed(bytes)) return "malformed";
  const parsed = parse(bytes);
  const options = parsed.options.map(({ name, value }) => ({ number: numbers[name] ?? Number(name), value }));
  const { code, messageId, token, payload } = parsed;
  return { type: ((first >> 4) & 3) as Type, code, messageId, token, options, payload };
}

/** Bytes of one datagram that no answer of this server exceeds: a block of 1024 and its options. */
const datagramBytesMax = 1280;

export function encode(message: CoapMessage): Buffer {
  const { type, code, messageId, token, payload } = message;
  const packet = {
    confirmable: type === Type.Confirmable,
    ack: type === Type.Acknowledgement,
    reset: type === Type.Reset,
    code,
    messageId,
    token,
    payload,
    options: message.options.map(({ number, value }) => ({ name: number, value })),
  };
  return generate(packet, datagramBytesMax);
}

/** An empty message: four bytes (RFC 7252 section 4.1). */
export function encodeEmpty(type: Type, messageId: number): Buffer {
  return encode({ type, code: "0.00", messageId, token: none, options: [], payload: none });
}

export const none = Buffer.alloc(0);

/** The bytes of an unsigned number, without leading zeros (RFC 7252 section 3.2). */
export function uint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest & 255);
  return Buffer.from(bytes);
}

export function fromUint(value: Buffer): number {
  let result = 0;
  for (const byte of value) result = result * 256 + byte;
  return result;
}
