/**
 * Block-wise transfer (RFC 7959): request bodies put together from Block1, response bodies cut up by Block2.
 *
 * A response that needs more than one block is kept for its later blocks, so that they all are of one representation,
 * and so that those of a notification can be fetched by a plain GET.
 */
import { createHash } from "node:crypto";
import type { CoapLimits } from "./limits";
import { transmission } from "./limits";
import type { Body, Peer, Peers } from "./peers";
import { blockBits, blockBytes } from "./request";
import type { Block, Options } from "./request";
import type { CoapResponse } from "./service";
import { OptionNumber, none, uint } from "./wire";
import type { Option } from "./wire";

/** A response as it goes into one message. */
export interface Piece {
  readonly code: string;
  readonly payload: Buffer;
  readonly options: readonly Option[];
}

/** Names a body of this endpoint: blocks of one transfer repeat method, path and query. */
export function transferKey(direction: "in" | "out", method: string, options: Options): string {
  return `${direction} ${method} ${JSON.stringify([options.path, options.query])}`;
}

export function plainPiece(code: string, options: readonly Option[] = []): Piece {
  return { code, payload: none, options };
}

function option(number: number, value: number): Option {
  return { number, value: uint(value) };
}

/** Takes one block of a request body. Gives the whole body with its last block, otherwise what to answer. */
export function assemble(
  peers: Peers,
  peer: Peer,
  method: string,
  options: Options,
  payload: Buffer,
  limits: CoapLimits,
  now: number,
): Buffer | Piece {
  const block = options.block1;
  const tooLarge = plainPiece("4.13", [option(OptionNumber.Size1, limits.bodyBytesMax)]);
  if (payload.length > limits.bodyBytesMax || (options.size1 ?? 0) > limits.bodyBytesMax) return tooLarge;
  if (block === undefined || (block.num === 0 && !block.more)) return payload;
  const size = blockBytes(block.szx);
  if (block.more ? payload.length !== size : payload.length > size) return plainPiece("4.00");
  const key = transferKey("in", method, options);
  const before = block.num === 0 ? undefined : peer.bodies.get(key);
  if ((before?.length ?? 0) !== block.num * size) {
    peers.dropBody(peer, key);
    return plainPiece("4.08");
  }
  const body: Body = {
    bytes: [...(before?.bytes ?? []), Buffer.from(payload)],
    length: (before?.length ?? 0) + payload.length,
    until: now + transmission.exchangeLifetimeMs,
  };
  peers.dropBody(peer, key);
  if (body.length > limits.bodyBytesMax) return tooLarge;
  if (!block.more) return Buffer.concat(body.bytes, body.length);
  if (!peers.keepBody(peer, key, body)) return plainPiece("5.03");
  return plainPiece("2.31", [option(OptionNumber.Block1, blockBits(block))]);
}

/** The largest block this server makes: 1024 bytes. */
const szxMax = 6;

/** The first or, with `asked.num` above 0, a later block of a response; keeps the response while more blocks remain. */
export function cut(
  peers: Peers,
  peer: Peer,
  key: () => string,
  response: CoapResponse,
  asked: Block | undefined,
  limits: CoapLimits,
  now: number,
): Piece {
  const body = response.payload ?? none;
  if (body.length > limits.responseBytesMax) return plainPiece("5.00");
  const maxAge = response.maxAgeSec === undefined ? [] : [option(OptionNumber.MaxAge, response.maxAgeSec)];
  if (asked === undefined && body.length <= blockBytes(szxMax)) {
    return { code: response.code, payload: body, options: [...format(response.contentFormat), ...maxAge] };
  }
  const etag = createHash("sha256").update(body).digest().subarray(0, 8);
  const head = { code: response.code, contentFormat: response.contentFormat, etag };
  const kept: Body = { bytes: [body], length: body.length, until: now + transmission.exchangeLifetimeMs, response: head };
  const block = asked ?? { num: 0, more: false, szx: szxMax };
  const isLonger = block.num === 0 && body.length > blockBytes(block.szx);
  if (isLonger && !peers.keepBody(peer, key(), kept)) return plainPiece("5.03");
  return pieceOf(kept, block, maxAge);
}

/** A later block of a response that was kept; undefined when there is none. */
export function later(peer: Peer, key: string, asked: Block): Piece | undefined {
  const kept = peer.bodies.get(key);
  return kept === undefined ? undefined : pieceOf(kept, asked, []);
}

function pieceOf(kept: Body, asked: Block, more: readonly Option[]): Piece {
  const { response } = kept;
  const [body] = kept.bytes;
  const from = asked.num * blockBytes(asked.szx);
  const to = from + blockBytes(asked.szx);
  if (response === undefined || body === undefined || (from > 0 && from >= body.length)) return plainPiece("4.00");
  const block = option(OptionNumber.Block2, blockBits({ num: asked.num, more: to < body.length, szx: asked.szx }));
  const etag = { number: OptionNumber.ETag, value: response.etag };
  const size = asked.num === 0 ? [option(OptionNumber.Size2, body.length)] : [];
  const options = [etag, ...format(response.contentFormat), block, ...size, ...more];
  return { code: response.code, payload: body.subarray(from, to), options };
}

function format(contentFormat: number | undefined): readonly Option[] {
  return contentFormat === undefined ? [] : [option(OptionNumber.ContentFormat, contentFormat)];
}
