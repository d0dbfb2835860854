/**
 * What a client wants to know of a response: the few options it understands, and whether it has to reject the message.
 * RFC 7252 5.4 (critical and elective options), RFC 7641 2, RFC 7959 2.1. Reads bytes only; decides nothing about exchanges.
 */
import { idiv, sub } from "../../base/intrinsics";
import { CoapCode } from "./codes";
import { decodeOption, decodeUint } from "./decode";
import type { CoapMessage } from "./decode";

/** The options of a response; -1 (undefined for the ETag) when absent. */
export interface CoapResponse {
  /** Observe sequence number, 24 bits. */
  observe: number;
  contentFormat: number;
  /** Seconds, saturating at 2^31-1; 60 when absent (RFC 7252 5.10.5). */
  maxAge: number;
  etag: string | undefined;
  /** num * 16 + more * 8 + szx. */
  block2: number;
  block1: number;
}

/**
 * Reads all options behind the header. 0; `format`; or `protocol` when the message must be rejected: a critical option that
 * is unknown in a response, repeated, or of a wrong length, or the reserved block size 7. Elective options that are unknown, repeated
 * or too long are passed over (RFC 7252 5.4.1, 5.4.3, 5.4.5).
 */
export function decodeResponse(bytes: string, message: CoapMessage, response: CoapResponse): number {
  let code = CoapCode.none;
  let option = decodeOption(bytes, message);
  while (option >= 0) {
    const length = message.at - message.valueAt;
    if (option === 23 && length < 4 && response.block2 < 0) {
      response.block2 = decodeUint(bytes, message);
      if (response.block2 % 8 === 7) code = CoapCode.protocol;
    } else if (option === 27 && length < 4 && response.block1 < 0) {
      response.block1 = decodeUint(bytes, message);
      if (response.block1 % 8 === 7) code = CoapCode.protocol;
    } else if (option % 2 === 1) {
      code = CoapCode.protocol;
    } else if (option === 6 && length < 4 && response.observe < 0) {
      response.observe = decodeUint(bytes, message);
    } else if (option === 4 && length > 0 && length < 9 && response.etag === undefined) {
      response.etag = sub(bytes, message.valueAt, message.at);
    } else if (option === 12 && length < 3 && response.contentFormat < 0) {
      response.contentFormat = decodeUint(bytes, message);
    } else if (option === 14 && length < 5 && response.maxAge < 0) {
      response.maxAge = decodeUint(bytes, message);
    }
    option = decodeOption(bytes, message);
  }
  if (response.maxAge < 0) response.maxAge = 60;
  return option === -2 ? CoapCode.format : code;
}

/** Nothing known yet. */
export function coapResponse(): CoapResponse {
  return { observe: -1, contentFormat: -1, maxAge: -1, etag: undefined, block2: -1, block1: -1 };
}

/** Classes 2, 4 and 5; 1, 6 and 7 are reserved (RFC 7252 12.1). */
export function isResponse(code: number): boolean {
  const kind = idiv(code, 32);
  return kind === 2 || kind === 4 || kind === 5;
}
