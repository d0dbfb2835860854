/**
 * The message layer: sends the one outstanding message, repeats it, ends exchanges, and knows when to be woken. It never
 * looks into a response. RFC 7252 4.2 to 4.8; the times are those of 4.8, in milliseconds.
 */
import { at, sub } from "../../base/intrinsics";
import { elapsed } from "../../base/time";
import { blockBytes, blockOption } from "./block";
import { CoapCode, CoapMethod, CoapType } from "./codes";
import { encodeMessage, encodeOptions } from "./encode";
import { ExchangePhase } from "./types";
import type { CoapClient, CoapExchange, CoapSink } from "./types";

/** ACK_TIMEOUT, and what ACK_RANDOM_FACTOR 1.5 adds at most. */
const ackTimeoutMs = 2000;
const ackJitterMs = 1000;
/** MAX_RETRANSMIT 4: five sends in all. Each doubles the wait, and so the fifth is the first to wait for as long. */
const lastWaitMs = 32000;
const maxTransmitWaitMs = 93000;
const exchangeLifetimeMs = 247000;
/** Any stretch of EXCHANGE_LIFETIME touches two windows at most, so no id of the 65,536 comes twice in one (RFC 7252 4.4). */
const idsPerWindow = 32768;

/** Takes an exchange out, whatever its state. */
export function closeExchange(client: CoapClient, exchange: CoapExchange): void {
  if (client.current === exchange) client.current = undefined;
  let left = client.open.length;
  while (left > 0) {
    const head = client.open.shift();
    if (head !== undefined && head !== exchange) client.open.push(head);
    left -= 1;
  }
}

/** Ends an exchange without a response. */
export function failExchange(client: CoapClient, sink: CoapSink, exchange: CoapExchange, code: number): void {
  closeExchange(client, exchange);
  if (exchange.ref >= 0) sink.failed(exchange.ref, code);
}

/** The exchange with this token under way, or with a relation of this token. */
export function findToken(client: CoapClient, token: string): CoapExchange | undefined {
  for (const exchange of client.open) {
    if (token !== "" && (exchange.token === token || exchange.relation === token)) return exchange;
  }
  return undefined;
}

/** The request that the exchange has to send next, under its token. */
export function encodeExchange(exchange: CoapExchange, messageId: number): string {
  const request = exchange.request;
  if (request === undefined) return encodeMessage(CoapType.con, 0, messageId, "", "", "");
  const szx = exchange.szx;
  const type = (request.nonConfirmable ?? false) ? CoapType.non : CoapType.con;
  const size = blockBytes(szx);
  const received = exchange.body.length;
  if (received > 0) {
    // A later block of the response: a plain request without payload and without Observe (RFC 7959 2.4, 3.4).
    const options = encodeOptions(request, -1, -1, blockOption(received, szx, false), -1);
    return encodeMessage(type, request.method, messageId, exchange.token, options, "");
  }
  let payload = request.payload ?? "";
  let block1 = -1;
  const from = exchange.uploaded;
  if (payload.length > size || from > 0) {
    const end = Math.min(from + size, payload.length);
    block1 = blockOption(from, szx, end < payload.length);
    payload = sub(payload, from, end);
  }
  // Early negotiation for GET only: Block2 is critical, and a server without it would refuse a whole POST (RFC 7959 2.4).
  const block2 = request.method === CoapMethod.get && szx < 6 ? szx : -1;
  const observe = exchange.ref < 0 ? 1 : (request.observe ?? false) ? 0 : -1;
  const options = encodeOptions(request, observe, request.contentFormat ?? -1, block2, block1);
  return encodeMessage(type, request.method, messageId, exchange.token, options, payload);
}

/** Gives the exchange the outstanding place and sends `bytes`, its request under message id `client.nextId`. */
export function transmit(client: CoapClient, sink: CoapSink, exchange: CoapExchange, bytes: string, uptime: number): void {
  const dice = sink.random(2);
  client.current = exchange;
  client.messageId = client.nextId;
  client.nextId = (client.nextId + 1) % 65536;
  client.ids += 1;
  exchange.phase = ExchangePhase.sent;
  exchange.at = uptime;
  exchange.dueMs = ackTimeoutMs + ((at(dice, 0) * 256 + at(dice, 1)) % (ackJitterMs + 1));
  sink.send(bytes);
}

/** A token for the request that the exchange sends next: its relation's to register or cancel it, else four new random bytes. */
export function drawToken(client: CoapClient, sink: CoapSink, exchange: CoapExchange): void {
  if (exchange.relation !== "" && exchange.body === "") {
    exchange.token = exchange.relation;
    return;
  }
  let token = sink.random(4);
  // Two equal draws are a matter of one in four thousand million; a third means a broken generator, and no loop helps.
  if (findToken(client, token) !== undefined) token = sink.random(4);
  exchange.token = token;
}

/** True when a new message may leave: nothing is outstanding, and an id is free (RFC 7252 4.4, 4.7). */
export function isFree(client: CoapClient, uptime: number): boolean {
  if (client.current !== undefined) return false;
  if (elapsed(uptime, client.idsAt) >= exchangeLifetimeMs) {
    client.idsAt = uptime;
    client.ids = 0;
  }
  return client.ids < idsPerWindow;
}

/** Milliseconds until the exchange's timer runs out; 0 when it has, -1 when it has none. */
export function dueInMs(exchange: CoapExchange, uptime: number): number {
  if (exchange.phase === ExchangePhase.queued) return -1;
  return Math.max(exchange.dueMs - elapsed(uptime, exchange.at), 0);
}

/** The exchange's timer ran out: repeat, go on waiting, register again, or give up. */
export function expire(client: CoapClient, sink: CoapSink, exchange: CoapExchange, uptime: number): void {
  if (exchange.phase === ExchangePhase.idle) {
    // A server that rebooted counts from anywhere, so that any number is fresh now (RFC 7641 3.3.1).
    exchange.phase = ExchangePhase.queued;
    exchange.sequence = -1;
    return;
  }
  const request = exchange.request;
  if (exchange.phase === ExchangePhase.sent && request !== undefined && (request.nonConfirmable ?? false)) {
    // A lost request must not hold up the others for long; its response may still come (RFC 7252 4.7).
    client.current = undefined;
    exchange.phase = ExchangePhase.waiting;
    exchange.dueMs = maxTransmitWaitMs;
  } else if (exchange.phase === ExchangePhase.sent && exchange.dueMs < lastWaitMs) {
    exchange.at = uptime;
    exchange.dueMs += exchange.dueMs;
    sink.send(encodeExchange(exchange, client.messageId));
  } else {
    failExchange(client, sink, exchange, CoapCode.timeout);
  }
}

/** The server has the request and will answer later: nothing is repeated any more (RFC 7252 5.2.2). */
export function awaitResponse(client: CoapClient, exchange: CoapExchange, uptime: number): void {
  client.current = undefined;
  exchange.phase = ExchangePhase.waiting;
  exchange.at = uptime;
  exchange.dueMs = maxTransmitWaitMs;
}

/** Sends the next message if one may leave, and says when the client wants to run again. Every entry ends here. */
export function pump(client: CoapClient, sink: CoapSink, uptime: number): void {
  let wakeMs = -1;
  for (const exchange of client.open) {
    if (exchange.phase === ExchangePhase.queued && isFree(client, uptime)) {
      drawToken(client, sink, exchange);
      transmit(client, sink, exchange, encodeExchange(exchange, client.nextId), uptime);
    }
    let left = dueInMs(exchange, uptime);
    if (left < 0 && client.current === undefined) left = exchangeLifetimeMs - elapsed(uptime, client.idsAt);
    if (left >= 0 && (wakeMs < 0 || left < wakeMs)) wakeMs = left;
  }
  if (wakeMs >= 0) sink.wake(wakeMs);
}
