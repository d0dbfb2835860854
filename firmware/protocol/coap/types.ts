/**
 * The shapes of the CoAP client: options, request, sink, and the state that its functions keep. No code.
 */
import type { CoapOptionValues } from "./encode";

export interface CoapOptions {
  /** The largest datagram sent: 268 where larger ones cannot be received (ESP8266), else 1152 (RFC 7252 4.6). */
  readonly datagramBytesMax: number;
  /** Preferred block size 16 * 2^szx, 0 to 6. 3 (128 bytes) where datagrams end at 268 bytes. */
  readonly szx: number;
  /** The longest response body, whole or put together from blocks. */
  readonly bodyBytesMax: number;
  /** Open exchanges and observe relations together, at least 1. */
  readonly exchangesMax: number;
  /**
   * True for an owner that can ask for what it was not told: a notification whose body passes `bodyBytesMax` is told with an empty
   * one and its relation lives on, and requests may be `brief`. Else such a body ends the relation.
   */
  readonly lenient: boolean;
}

/** A request. The client holds the struct, and by it the payload, until the ref is closed; it must not change meanwhile. */
export interface CoapRequest extends CoapOptionValues {
  /** `CoapMethod`. */
  readonly method: number;
  /** "/v2/things/x": split at "/", no percent-decoding; a trailing "/" is an empty last segment. */
  readonly path: string;
  /** "limit=2&a=b", split at "&"; empty for none. */
  readonly query: string;
  /** Longer than one block, it goes block by block (Block1); none is empty. */
  readonly payload?: string;
  /** 0 to 65535. */
  readonly contentFormat?: number;
  /** 0 to 65535. */
  readonly accept?: number | undefined;
  /** True for a request that is sent once and neither acknowledged nor repeated. */
  readonly nonConfirmable?: boolean;
  /** GET only: opens an observe relation (RFC 7641). */
  readonly observe?: boolean;
  /** With `observe`, for a `lenient` owner: the answer to each registration is told at once and with an empty body, whatever it holds. */
  readonly brief?: boolean;
}

/** What the client tells its owner. No function may call the client on the same turn. */
export interface CoapSink {
  /** One datagram to the server. */
  send(this: void, bytes: string): void;
  /** `count` bytes that nobody can foretell. */
  random(this: void, count: number): string;
  /** The last word on `ref`: the response of any class, its body whole. A ping is answered with code 0. The ref is closed. */
  response(this: void, ref: number, code: number, payload: string, contentFormat: number): void;
  /** A fresh notification, the first one included; the relation lives on. */
  notify(this: void, ref: number, code: number, payload: string): void;
  /** `ref` ended without a response (`CoapCode`). The ref is closed. */
  failed(this: void, ref: number, code: number): void;
  /** Call `coapTick` in `inMs` milliseconds; replaces the wish before. */
  wake(this: void, inMs: number): void;
}

export const enum ExchangePhase {
  /** Waits for its turn. */
  queued = 0,
  /** Sent, neither acknowledged nor answered: the one outstanding interaction. */
  sent = 1,
  /** Acknowledged (or non-confirmable and a while ago): the response is still to come. */
  waiting = 2,
  /** An observe relation with no request under way. */
  idle = 3,
}

/** One request from `coapRequest` to its end, with the requests that it takes (blocks, re-registrations). */
export interface CoapExchange {
  /** The owner's number; -1 after `coapCancel`. */
  ref: number;
  /** Undefined for a ping. */
  request: CoapRequest | undefined;
  phase: ExchangePhase;
  /** Token of the request under way; empty in `queued` and `idle`. */
  token: string;
  /** Uptime of the last sending, or in `idle` of the last notification, and milliseconds from then to the next step. */
  at: number;
  dueMs: number;
  /** Block size in use: the option's, or a smaller one that the server asked for. */
  szx: number;
  /** Request payload bytes that the server has acknowledged. */
  uploaded: number;
  /** Blocks of the response received so far. When not empty the next request asks for the block behind them. */
  body: string;
  etag?: string | undefined;
  /** How often this body began anew. */
  restarts: number;
  /** Token of the observe relation; empty while there is none. */
  relation: string;
  /** Sequence number of the freshest notification, -1 when any is fresh. */
  sequence: number;
}

/** The client of one server endpoint. */
export interface CoapClient {
  readonly options: CoapOptions;
  /** In the order of the requests. */
  readonly open: CoapExchange[];
  /** The one in state `sent`; NSTART is 1 (RFC 7252 4.7). */
  current: CoapExchange | undefined;
  /** Message id of `current`. */
  messageId: number;
  nextId: number;
  /** Message ids used since `idsAt`. */
  ids: number;
  idsAt: number;
  /** Message ids heard lately, five bytes each: id, uptime in seconds. */
  heard: string;
  /** Set while a function of the client runs, to catch a sink that calls back. */
  inside: boolean;
}
