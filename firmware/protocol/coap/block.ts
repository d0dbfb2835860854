/**
 * Block-wise transfers, both ways: what one response means for the bodies of its exchange. RFC 7959. It changes the
 * exchange's own fields only; who sends and who is told is the client's affair.
 */
import { idiv } from "../../base/intrinsics";
import { CoapMethod, CoapStatus } from "./codes";
import type { CoapResponse } from "./response";
import type { CoapExchange } from "./types";

/** What comes after a response. */
export const enum BlockStep {
  /** The body is whole: `exchange.body` holds it. */
  done = 0,
  /** Send the next request of the exchange. */
  next = 1,
  /** The server broke the rules. */
  broken = 2,
  /** The body would pass the limit. */
  tooLarge = 3,
}

/** How often a body may begin anew before the exchange is given up. */
const restartsMax = 3;

/** Bytes of a block: 16 for szx 0 to 1024 for szx 6. */
export function blockBytes(szx: number): number {
  let bytes = 16;
  for (let i = 0; i < szx; i += 1) bytes += bytes;
  return bytes;
}

/** The value of a Block option for the block that begins at byte `from`, a multiple of the block size. */
export function blockOption(from: number, szx: number, more: boolean): number {
  return idiv(from, blockBytes(szx)) * 16 + (more ? 8 : 0) + szx;
}

/** Begins the response's body again. */
export function restartBody(exchange: CoapExchange): BlockStep {
  exchange.body = "";
  exchange.etag = undefined;
  exchange.restarts += 1;
  return exchange.restarts > restartsMax ? BlockStep.broken : BlockStep.next;
}

/** Does without the response's body: a lenient owner is told that there is one. */
export function spareBody(exchange: CoapExchange): BlockStep {
  exchange.body = "";
  return BlockStep.done;
}

/** The request's side: `next` while parts of the payload remain, `done` when this response is the final one. */
export function stepUpload(exchange: CoapExchange, total: number, code: number, response: CoapResponse): BlockStep {
  const szx = response.block1 % 8;
  if (code === CoapStatus.requestEntityTooLarge) {
    // The server names a smaller block: begin again with that (RFC 7959 2.9.3).
    if (response.block1 < 0 || szx >= exchange.szx || total === 0) return BlockStep.done;
    exchange.szx = szx;
    exchange.uploaded = 0;
    return BlockStep.next;
  }
  if (idiv(code, 32) !== 2) return BlockStep.done;
  const size = blockBytes(exchange.szx);
  const sent = Math.min(exchange.uploaded + size, total);
  const blockwise = total > size || exchange.uploaded > 0;
  // A success without Block1 has taken a single block for the whole (RFC 7959 2.9.1 wants 2.31 or the option).
  if (response.block1 < 0) return (blockwise && sent < total) || code === CoapStatus.continue ? BlockStep.broken : BlockStep.done;
  if (!blockwise || idiv(response.block1, 16) * size !== exchange.uploaded || szx > exchange.szx) return BlockStep.broken;
  exchange.uploaded = sent;
  if (sent === total) return code === CoapStatus.continue ? BlockStep.broken : BlockStep.done;
  // A smaller size counts from what was sent, in blocks of the new size (RFC 7959 2.3).
  exchange.szx = szx;
  return BlockStep.next;
}

/** The response's side: adds `payload` to the body; `method` is the request's, `bytesMax` the limit of the body. */
export function stepDownload(exchange: CoapExchange, method: number, payload: string, response: CoapResponse, bytesMax: number): BlockStep {
  const received = exchange.body.length;
  let more = false;
  if (response.block2 < 0) {
    if (received > 0) return BlockStep.broken;
  } else {
    const szx = response.block2 % 8;
    const size = blockBytes(szx);
    more = idiv(response.block2, 8) % 2 === 1;
    // Larger than asked is allowed only where nothing was asked (RFC 7959 2.4).
    if (szx > exchange.szx && (received > 0 || method === CoapMethod.get)) return BlockStep.broken;
    if (received === 0) {
      exchange.etag = response.etag;
    } else if (response.etag !== exchange.etag) {
      return restartBody(exchange);
    }
    if (idiv(response.block2, 16) * size !== received) return BlockStep.broken;
    if (more ? payload.length !== size : payload.length > size) return BlockStep.broken;
    exchange.szx = Math.min(szx, exchange.szx);
  }
  if (received + payload.length > bytesMax) return BlockStep.tooLarge;
  exchange.body += payload;
  return more ? BlockStep.next : BlockStep.done;
}
