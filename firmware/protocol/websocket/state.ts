/**
 * The connection's struct, its options, its sink, and the few moves that sending, receiving and time share. Every field is
 * written here and by the other files of this folder, nowhere else.
 */
import type { HttpReader } from "../http/reader";

export interface WsOptions {
  /** As the Host header has it, with ":port" unless it is the default. */
  readonly host: string;
  /** From "/" on, with its query. May hold secrets: it is never told to anybody but the server. */
  readonly path: string;
  /** Subprotocols to offer, in order of preference; empty for none. The server chooses one, or none. */
  readonly subprotocols: readonly string[];
  /** Further headers of the request, made by `httpHeaderLine`. */
  readonly headers: string;
  /** The longest head of the handshake's answer. */
  readonly headBytesMax: number;
  /** The longest message, sent or received, whole or in fragments: 125 to 2^23-1. A longer one is refused by its length alone. */
  readonly messageBytesMax: number;
  /** How long the handshake, the answer to a Ping, and the end after a Close may take: 1 to 2^31-1. */
  readonly answerTimeoutMs: number;
  /** After so long without a byte from the peer a Ping goes out; 0 never, up to 2^31-1. */
  readonly pingAfterMs: number;
  /**
   * True where messages are a stream of bytes: a subprotocol has to be chosen, binary messages are given on as their bytes come and
   * nothing of them is kept, and a text message ends the connection at its first byte.
   */
  readonly stream: boolean;
}

/**
 * What the core tells its owner, at once, from inside the call that caused it. No member may call the core on the same
 * turn: an owner that wants to answer does so later (builds that check assert it).
 *
 * A peer can cause a send as often as it likes, by Pings: an owner whose transport does not take what waits any more ends
 * the connection.
 */
export interface WsSink {
  /** Bytes for the transport, in order: the request, then whole frames. */
  send(this: void, bytes: string): void;
  /** `count` bytes that nobody can foretell. */
  random(this: void, count: number): string;
  /** The handshake is over. `subprotocol` is one of those offered, or empty. */
  opened(this: void, subprotocol: string): void;
  /** A whole text message: UTF-8, checked. */
  text(this: void, message: string): void;
  /** A whole binary message; a piece of one where messages are a stream. */
  binary(this: void, message: string): void;
  /** The connection is over for the core: close the transport, once what was sent has left. `code` is a WsCode. Nothing follows. */
  closed(this: void, code: number): void;
  /** Call `wsTick` in `inMs`; this replaces an earlier wish. A tick that comes early or twice does no harm. */
  wake(this: void, inMs: number): void;
}

export const enum WsPhase {
  /** No connection: before `wsConnect`, and after `sink.closed`. */
  closed = 0,
  /** The request is sent, its answer is not here yet. */
  connecting = 1,
  open = 2,
  /** We sent Close; the peer's is not here yet. */
  closing = 3,
  /** Both Closes are out: the server ends the transport (RFC 6455 7.1.1). */
  ending = 4,
}

/** What the next byte of a frame is. */
export const enum WsStep {
  first = 0,
  second = 1,
  /** A further byte of the length. */
  length = 2,
  payload = 3,
}

/** What a handshake holds until it is over. */
export interface WsHandshake {
  readonly key: string;
  readonly reader: HttpReader;
}

/** One connection at a time. Owners read `phase`; the rest is the core's. */
export interface WsSession {
  readonly options: WsOptions;
  phase: WsPhase;
  handshake: WsHandshake | undefined;
  step: WsStep;
  /** First byte of the present frame: FIN and opcode. */
  first: number;
  /** Bytes of its length still to come, and how many there are in all. */
  lengthLeft: number;
  lengthBytes: number;
  /** Its length as far as it is read, then the bytes of payload still to come. */
  left: number;
  /** Payload of the present control frame. */
  control: string;
  /** Opcode of the message under way, 0 for none, and what is here of it. */
  kind: number;
  message: string;
  /** Of the text under way: bytes that its last character lacks, and the bounds of the next of them. */
  tail: number;
  tailLow: number;
  tailHigh: number;
  /** What `closed` will tell when the transport ends. */
  closeCode: number;
  /** Uptime since when an answer is waited for; while open the last byte's. */
  since: number;
  /** True when a Ping of ours waits for any byte. */
  pinged: boolean;
  /** True while a call into the core runs; used by builds that check. */
  busy: boolean;
}

/** Puts down everything that belongs to the frames of one connection. */
export function resetFrames(session: WsSession): void {
  session.step = WsStep.first;
  session.left = 0;
  session.control = "";
  session.kind = 0;
  session.message = "";
  session.tail = 0;
}

/**
 * Ends the connection for `code`, and gives it back.
 * @cold
 */
export function finish(session: WsSession, sink: WsSink, code: number): number {
  session.phase = WsPhase.closed;
  session.handshake = undefined;
  resetFrames(session);
  sink.closed(code);
  return code;
}
