/**
 * The CoAP client of one server endpoint: requests, responses, observe relations, block-wise bodies. Sans-IO: datagrams and
 * uptimes come in as arguments, everything goes out through the sink; it owns no socket, timer or generator. It answers
 * no requests: a request that arrives is rejected. RFC 7252, 7641, 7959.
 *
 * Theory of operation. An exchange lives from `coapRequest` to `response` or `failed`, and may take several requests (blocks,
 * re-registrations). At most one message is outstanding (NSTART 1); further exchanges wait in the order of their requests, and
 * above `exchangesMax` they are refused as `busy`. The client keeps the owner's request struct until the ref is closed and encodes
 * it anew for each repetition: equal fields give equal bytes, and no datagram is held.
 *
 *   queued --free--> sent --ack--> waiting --response--> closed, or queued (next block), or idle (observe)
 *   idle --Max-Age and 5 to 15 s, or cancel--> queued       sent --five sends--> failed       waiting --93 s--> failed
 */
import { at, chr, idiv, sub } from "../../base/intrinsics";
import { check } from "../../base/check";
import { elapsed } from "../../base/time";
import { BlockStep, blockBytes, restartBody, spareBody, stepDownload, stepUpload } from "./block";
import { CoapCode, CoapMethod, CoapType } from "./codes";
import { coapMessage, decodeHeader } from "./decode";
import type { CoapMessage } from "./decode";
import { encodeMessage, partsFit } from "./encode";
import { awaitResponse, closeExchange, dueInMs, drawToken, encodeExchange, expire, failExchange, findToken, isFree, pump, transmit } from "./exchange";
import { againInMs, isFresh, isNews } from "./observe";
import { coapResponse, decodeResponse, isResponse } from "./response";
import type { CoapResponse } from "./response";
import { ExchangePhase } from "./types";
import type { CoapClient, CoapExchange, CoapOptions, CoapRequest, CoapSink } from "./types";

export type { CoapClient, CoapOptions, CoapRequest, CoapSink } from "./types";

/** Message ids of accepted responses that are remembered for de-duplication (RFC 7252 4.5). */
const heardMax = 8;
const exchangeLifetimeMs = 247000;

function enter(client: CoapClient): void {
  if (MOTET_CHECKED) check(!client.inside, "coap: the sink called back");
  client.inside = true;
}

/** A client for one server endpoint; draws its first message id. */
export function coapOpen(options: CoapOptions, sink: CoapSink): CoapClient {
  if (MOTET_CHECKED) check(options.szx >= 0 && options.szx <= 6 && options.exchangesMax > 0 && options.bodyBytesMax >= 0, "coap: options");
  const dice = sink.random(2);
  const nextId = at(dice, 0) * 256 + at(dice, 1);
  return { options, open: [], current: undefined, messageId: -1, nextId, ids: 0, idsAt: 0, heard: "", inside: false };
}

function newExchange(client: CoapClient, ref: number, request: CoapRequest | undefined): CoapExchange {
  return {
    ref, request, phase: ExchangePhase.queued, token: "", at: 0, dueMs: 0, szx: client.options.szx, uploaded: 0,
    body: "", restarts: 0, relation: "", sequence: -1,
  };
}

/** Takes a new exchange in and sends its message at once where nothing is outstanding. */
function begin(client: CoapClient, sink: CoapSink, exchange: CoapExchange, uptime: number): number {
  drawToken(client, sink, exchange);
  const bytes = encodeExchange(exchange, client.nextId);
  if (bytes.length > client.options.datagramBytesMax) return CoapCode.tooLarge;
  client.open.push(exchange);
  if (isFree(client, uptime)) transmit(client, sink, exchange, bytes, uptime);
  else exchange.token = "";
  pump(client, sink, uptime);
  return CoapCode.none;
}

/**
 * Sends a request, or queues it behind those that are open. `ref` (at least 0) is the owner's name for it, free until its
 * `response` or `failed`. Answers 0; `busy` above `exchangesMax`; `invalid`; or `tooLarge` when a message of it does not
 * fit a datagram. With `observe` a relation opens that lives until `coapCancel`, `response` (the server's end of it) or `failed`.
 */
export function coapRequest(client: CoapClient, sink: CoapSink, request: CoapRequest, ref: number, uptime: number): number {
  enter(client);
  let code: number = CoapCode.none;
  const payload = request.payload ?? "";
  if (client.open.length >= client.options.exchangesMax) {
    code = CoapCode.busy;
  } else if (
    ref < 0 || request.method < 1 || request.method > 4 || ((request.observe ?? false) && (request.method !== CoapMethod.get || payload !== "")) ||
    (request.contentFormat ?? 0) > 65535 || (request.accept ?? 0) > 65535 || (request.path !== "" && request.path.indexOf("/") !== 0) ||
    !partsFit(request.path, "/") || !partsFit(request.query, "&")
  ) {
    code = CoapCode.invalid;
  } else if (idiv(payload.length, blockBytes(client.options.szx)) > 1048575) {
    code = CoapCode.tooLarge;
  } else {
    code = begin(client, sink, newExchange(client, ref, request), uptime);
  }
  client.inside = false;
  return code;
}

/** Asks whether the server is there (RFC 7252 4.3): `response` with code 0 when it is. Answers 0, `busy` or `invalid`. */
export function coapPing(client: CoapClient, sink: CoapSink, ref: number, uptime: number): number {
  enter(client);
  let code: number = CoapCode.invalid;
  if (client.open.length >= client.options.exchangesMax) code = CoapCode.busy;
  else if (ref >= 0) code = begin(client, sink, newExchange(client, ref, undefined), uptime);
  client.inside = false;
  return code;
}

/**
 * Closes a ref from the owner's side; nothing is told of it any more. A plain exchange is forgotten (a late response to it is
 * rejected). A relation is cancelled by GET with Observe 1 and its token (RFC 7641 3.6), which keeps a place among
 * `exchangesMax` until it is answered. Nothing happens for a ref that is not open.
 */
export function coapCancel(client: CoapClient, sink: CoapSink, ref: number, uptime: number): void {
  enter(client);
  let found: CoapExchange | undefined = undefined;
  for (const exchange of client.open) {
    if (ref >= 0 && exchange.ref === ref) found = exchange;
  }
  if (found !== undefined) {
    if (found.relation === "") {
      closeExchange(client, found);
    } else {
      if (client.current === found) client.current = undefined;
      found.ref = -1;
      found.body = "";
      found.phase = ExchangePhase.queued;
    }
    pump(client, sink, uptime);
  }
  client.inside = false;
}

/** True when a message id was accepted within EXCHANGE_LIFETIME (RFC 7252 4.5); with `keep` it is remembered if not. */
function wasHeard(client: CoapClient, messageId: number, keep: boolean, uptime: number): boolean {
  const id = chr(idiv(messageId, 256)) + chr(messageId % 256);
  const heard = client.heard;
  for (let i = 0; i < heard.length; i += 5) {
    const sec = (at(heard, i + 2) * 256 + at(heard, i + 3)) * 256 + at(heard, i + 4);
    if (sub(heard, i, i + 2) === id && elapsed(uptime, sec * 1000) < exchangeLifetimeMs) return true;
  }
  if (!keep) return false;
  const now = idiv(uptime, 1000);
  const kept = heard.length < heardMax * 5 ? heard : sub(heard, 5, heard.length);
  client.heard = kept + id + chr(idiv(now, 65536)) + chr(idiv(now, 256) % 256) + chr(now % 256);
  return false;
}

/** A notification, or the answer to a registration: true when it is to be read on, false when it is stale. */
function observed(exchange: CoapExchange, message: CoapMessage, response: CoapResponse, own: boolean, uptime: number): boolean {
  if (idiv(message.code, 32) === 2 && response.observe >= 0) {
    if (own) exchange.sequence = -1;
    else exchange.restarts = 0;
    if (!isFresh(exchange.sequence, response.observe, elapsed(uptime, exchange.at))) return false;
    exchange.sequence = response.observe;
    exchange.relation = message.token;
  } else {
    exchange.relation = "";
  }
  exchange.body = "";
  return true;
}

/** What the bodies of the exchange need after this response. */
function stepBodies(client: CoapClient, exchange: CoapExchange, request: CoapRequest, message: CoapMessage, response: CoapResponse): BlockStep {
  const total = (request.payload ?? "").length;
  let step = BlockStep.done;
  if (exchange.body === "") {
    step = stepUpload(exchange, total, message.code, response);
    if (step !== BlockStep.done) return step;
  } else if (idiv(message.code, 32) !== 2) {
    // The body is gone from the server. A relation is registered anew for its present state; any other request has failed.
    if (exchange.relation !== "") return restartBody(exchange);
    exchange.body = "";
  }
  const before = exchange.restarts;
  step = stepDownload(exchange, request.method, message.payload, response, client.options.bodyBytesMax);
  // Only what asks and changes nothing may be asked again.
  if (exchange.restarts !== before && request.method !== CoapMethod.get) return BlockStep.broken;
  return step;
}

/** A response or notification whose token is the exchange's. */
function answered(client: CoapClient, sink: CoapSink, exchange: CoapExchange, message: CoapMessage, response: CoapResponse, uptime: number): void {
  const own = exchange.token === message.token;
  const request = exchange.request;
  if (request === undefined || exchange.ref < 0) {
    if (own) closeExchange(client, exchange);
    return;
  }
  const registers = own && (request.observe ?? false) && exchange.relation === "" && exchange.body === "";
  if (registers || exchange.relation === message.token) {
    if (!observed(exchange, message, response, own, uptime)) return;
  }
  // Whatever was under way is answered, or (the blocks of an older notification) of no use any more.
  if (client.current === exchange) client.current = undefined;
  exchange.token = "";
  const isBrief = client.options.lenient && own && exchange.relation === message.token && (request.brief ?? false);
  let step = isBrief ? BlockStep.done : stepBodies(client, exchange, request, message, response);
  if (client.options.lenient && step === BlockStep.tooLarge && exchange.relation !== "") step = spareBody(exchange);
  if (step === BlockStep.next) {
    exchange.phase = ExchangePhase.queued;
    if (exchange.body === "") exchange.sequence = -1;
  } else if (step === BlockStep.done) {
    const body = exchange.body;
    exchange.body = "";
    exchange.restarts = 0;
    if (exchange.relation !== "") {
      exchange.phase = ExchangePhase.idle;
      exchange.at = uptime;
      exchange.dueMs = againInMs(sink, response.maxAge);
      sink.notify(exchange.ref, message.code, body);
    } else {
      closeExchange(client, exchange);
      sink.response(exchange.ref, message.code, body, response.contentFormat);
    }
  } else {
    failExchange(client, sink, exchange, step === BlockStep.tooLarge ? CoapCode.tooLarge : CoapCode.protocol);
  }
}

/** An acknowledgement or a Reset: it means the outstanding message or nothing (RFC 7252 4.2, 5.3.2). */
function receiveReply(client: CoapClient, sink: CoapSink, message: CoapMessage, response: CoapResponse, code: number, uptime: number): number {
  const exchange = client.current;
  if (exchange === undefined || message.messageId !== client.messageId) return CoapCode.unknown;
  const request = exchange.request;
  if (message.type === CoapType.rst) {
    if (message.code !== 0) return CoapCode.format;
    if (request !== undefined) {
      failExchange(client, sink, exchange, CoapCode.reset);
    } else {
      closeExchange(client, exchange);
      sink.response(exchange.ref, 0, "", -1);
    }
    return CoapCode.none;
  }
  if (request === undefined || (request.nonConfirmable ?? false)) return CoapCode.unknown;
  if (message.code === 0) {
    awaitResponse(client, exchange, uptime);
    return CoapCode.none;
  }
  if (message.token !== exchange.token || !isResponse(message.code)) return CoapCode.unknown;
  // The server would repeat the same acknowledgement for ever: asking again is of no use.
  if (code !== CoapCode.none) failExchange(client, sink, exchange, code);
  else answered(client, sink, exchange, message, response, uptime);
  return code;
}

/** One datagram; the message layer's order of checks. */
function receive(client: CoapClient, sink: CoapSink, bytes: string, uptime: number): number {
  const message = coapMessage();
  const response = coapResponse();
  let code = decodeHeader(bytes, message);
  if (code === CoapCode.unknown) return code;
  if (code === CoapCode.none) code = decodeResponse(bytes, message, response);
  const confirmable = message.type === CoapType.con;
  if (code !== CoapCode.format && message.type > CoapType.non) return receiveReply(client, sink, message, response, code, uptime);
  const known = code !== CoapCode.format && isResponse(message.code);
  const exchange = known ? findToken(client, message.token) : undefined;
  if (known && code === CoapCode.none && wasHeard(client, message.messageId, exchange !== undefined, uptime) && !isNews(exchange, response)) {
    if (confirmable) sink.send(encodeMessage(CoapType.ack, 0, message.messageId, "", "", ""));
    return CoapCode.none;
  }
  if (exchange === undefined || code !== CoapCode.none) {
    // A Reset also for a notification that nobody waits for, confirmable or not: it ends the relation (RFC 7641 3.6).
    if (confirmable || (known && message.type === CoapType.non && response.observe >= 0)) {
      sink.send(encodeMessage(CoapType.rst, 0, message.messageId, "", "", ""));
    }
    if (exchange !== undefined && confirmable) failExchange(client, sink, exchange, code);
    return code === CoapCode.none ? CoapCode.unknown : code;
  }
  if (confirmable) sink.send(encodeMessage(CoapType.ack, 0, message.messageId, "", "", ""));
  answered(client, sink, exchange, message, response, uptime);
  return CoapCode.none;
}

/**
 * Takes one datagram from the server's endpoint (the owner lets no other address or port through). Any bytes are legal input.
 * Answers 0, or why the datagram was dropped: `format`, `unknown`, `protocol`.
 */
export function coapReceive(client: CoapClient, sink: CoapSink, bytes: string, uptime: number): number {
  enter(client);
  const code = receive(client, sink, bytes, uptime);
  pump(client, sink, uptime);
  client.inside = false;
  return code;
}

/** Time passed: repeats, gives up, registers again. At the moment of the last `wake` or at any other. */
export function coapTick(client: CoapClient, sink: CoapSink, uptime: number): void {
  enter(client);
  for (let i = client.open.length - 1; i >= 0; i -= 1) {
    const exchange = client.open[i]!;
    if (dueInMs(exchange, uptime) === 0) expire(client, sink, exchange, uptime);
  }
  pump(client, sink, uptime);
  client.inside = false;
}

/** The socket is gone: every exchange and relation is forgotten, without a word. */
export function coapClosed(client: CoapClient): void {
  while (client.open.length > 0) client.open.pop();
  client.current = undefined;
  client.heard = "";
}
