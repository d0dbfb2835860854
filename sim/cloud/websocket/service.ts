/**
 * The faces of the WebSocket server: what a platform is told of a handshake, and what both sides of an open socket are.
 *
 * Types only. The server speaks RFC 6455 and counts; who may connect and what a message means is the platform's alone.
 */
import type { IncomingHttpHeaders } from "node:http";

/** A handshake, before it is answered. Path and query may hold secrets: neither may reach a log. */
export interface Handshake {
  /** As it came, up to the question mark; nothing is decoded or normalised. */
  readonly path: string;
  /** Names and values decoded, repeated ones kept. */
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The subprotocols that the client offers, in its order. */
  readonly protocols: readonly string[];
  /** The client's address, without its port. */
  readonly address: string;
}

/** One open socket, as a platform sees it. Nothing in it fails; once the socket has gone, nothing happens. */
export interface WebSocketPeer {
  /** Counts up from 1 within a server; fit for logs. */
  readonly number: number;
  /** A string goes as a text message, bytes as a binary one. */
  send(data: string | Buffer): void;
  /** Bytes that were sent and that the client, or the network, has not taken yet. */
  unread(): number;
  /** Asks to be given no more messages until `resume`. Those that are on their way may still come. */
  pause(): void;
  resume(): void;
  /** Closes with a status code of RFC 6455 (default 1000), once everything sent has gone out. No message comes any more. Idempotent. */
  close(code?: number, reason?: string): void;
  /** Closes now; what was not taken yet is dropped. Idempotent. */
  abort(): void;
}

/** What a platform does for one open socket. Nothing in it may throw. */
export interface WebSocketSession {
  /** A whole message; the bytes of a text are valid UTF-8. It is never written to again. */
  message(data: Buffer, isText: boolean): void;
  /** A ping or a pong of the client's: it is there. */
  heard?(): void;
  /** The client has taken what waited: `unread` has fallen. */
  drained?(): void;
  /** Once, when the socket has gone, for whatever reason. */
  closed(): void;
}

/** A handshake that is accepted. */
export interface Accepted {
  /** One of the protocols offered; absent: none is named, which clients that offered some take for a failure. */
  readonly protocol?: string;
  /** Called when the handshake has been answered. */
  open(peer: WebSocketPeer): WebSocketSession;
}

/** Accepts a handshake, or refuses it with an HTTP status code (400 to 599, without a body). */
export type WebSocketService = (handshake: Handshake) => Accepted | number;
