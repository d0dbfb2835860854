/** The session's struct, its options and its sink. No code. */
import type { WsSession, WsSink } from "../websocket/session";

export interface SioOptions {
  /** As the Host header has it, with ":port" unless it is the default. */
  readonly host: string;
  /** Where Engine.IO is served: "/socket.io/". */
  readonly path: string;
  /** Further parameters of the address, "a=b&c=d", or empty. */
  readonly query: string;
  /** Engine.IO's version: 4 (Socket.IO 3 and 4) or 3 (Socket.IO 1 and 2). */
  readonly version: number;
  /** "/" or "/name". */
  readonly namespace: string;
  /** What CONNECT carries in version 4: a JSON object as text, or empty. May hold secrets. */
  readonly auth: string;
  /** The longest head of the handshake's answer. */
  readonly headBytesMax: number;
  /** The longest packet, sent or received: 125 to 2^23-1. */
  readonly messageBytesMax: number;
  /** How long the handshake, joining the namespace, an acknowledgement and the end after a close may take each: 1 to 2^31-1. */
  readonly answerTimeoutMs: number;
  /** How many events may wait for their acknowledgement at a time. */
  readonly acksMax: number;
}

/** What the core tells its owner, at once. No member may call the core on the same turn (builds that check assert it). */
export interface SioSink {
  /** Bytes for the transport, in order. */
  send(this: void, bytes: string): void;
  /** `count` bytes that nobody can foretell. */
  random(this: void, count: number): string;
  /** The namespace is joined. Whatever was subscribed before has to be subscribed again. */
  connected(this: void): void;
  /** An event: its name, its arguments as the text of a JSON array, and the number to acknowledge it by, -1 for none. */
  event(this: void, name: string, args: string, ackId: number): void;
  /** The acknowledgement of the event that was given `ref`, its arguments as the text of a JSON array. */
  acknowledged(this: void, ref: number, args: string): void;
  /** None came within `answerTimeoutMs`, or one with bytes, which this client does not read. */
  unanswered(this: void, ref: number): void;
  /** An event with bytes came, which this client does not read, and was passed over whole. */
  binarySkipped(this: void): void;
  /** The connection is over: close the transport once what was sent has left. `code` is a SioCode or a WsCode; `message` is the server's word on a refusal, else empty. */
  closed(this: void, code: number, message: string): void;
  /** Call `sioTick` in `inMs`; this replaces an earlier wish. A tick that comes early or twice does no harm. */
  wake(this: void, inMs: number): void;
}

export const enum SioPhase {
  closed = 0,
  /** The WebSocket or Engine.IO is being opened. */
  opening = 1,
  /** CONNECT is sent, or in version 3 expected. */
  joining = 2,
  connected = 3,
  /** The WebSocket is being closed. */
  closing = 4,
}

/** An event that waits for its acknowledgement. */
export interface SioAck {
  readonly id: number;
  readonly ref: number;
  /** Uptime when it was sent. */
  readonly since: number;
}

/** One connection at a time. Owners read `phase`; the rest is the core's. */
export interface SioSession {
  readonly options: SioOptions;
  readonly sink: SioSink;
  readonly ws: WsSession;
  /** What the WebSocket tells is noted here and taken up when its call has returned. */
  wsSink: WsSink;
  /** Messages to take up, in order; a binary one is the byte FF, which no text has. */
  inbox: string[];
  /** What the WebSocket ended with. */
  wsCode: number;
  /** Why the session ends, if it is known before the WebSocket has ended; and the server's word on it. */
  endCode: number;
  endMessage: string;
  phase: SioPhase;
  pingIntervalMs: number;
  pingTimeoutMs: number;
  /** The longest packet that the server takes. */
  payloadMax: number;
  /** Uptime of the heartbeat before: of the WebSocket's opening, the server's last Ping, or our own last Ping or its answer. */
  since: number;
  /** Version 3: true while our Ping is unanswered. */
  pinged: boolean;
  /** Binary messages that belong to an event which is passed over. */
  attachments: number;
  /** The number of the next acknowledgement asked for. */
  nextAck: number;
  acks: SioAck[];
  /** True while a call into the core runs; used by builds that check. */
  busy: boolean;
}
