/** The two ends of a connection, as the network knows them: a server that listens, and a machine. Types only. */
import type { Fault } from "../../hal/ports/fault";
import type { Conditions } from "./conditions";

/** A stream to one client, as a server inside the world holds it. Bytes are binary strings. */
export interface ServerStream {
  /** The client's address and port. */
  readonly address: string;
  readonly port: number;
  /** Takes bytes; never fails (a stream that has gone drops them). */
  send(bytes: string): void;
  /** Bytes that were sent and have not arrived. */
  unread(): number;
  /** Asks to be given no more bytes until `resume`. */
  pause(): void;
  resume(): void;
  /** Closes once everything sent has arrived; `onEnded` does not follow. Idempotent. */
  close(): void;
  /** Resets; what has not arrived may be lost; `onEnded` does not follow. Idempotent. */
  abort(): void;
}

/** What a server wants to hear of one stream; never called from inside a call into the stream. */
export interface ServerEnd {
  onBytes(bytes: string): void;
  /** Everything sent has arrived. */
  onDrained?(): void;
  /** The client closed (`closed`) or the connection broke (`broken`); nothing follows. */
  onEnded(fault: Fault): void;
}

/** Called for every new client; undefined resets it. */
export type TcpHandler = (stream: ServerStream) => ServerEnd | undefined;

/** What a TLS server's certificate says. */
export interface ServerTls {
  /** The names that it carries. */
  readonly names: readonly string[];
  /** It is in date and chains to an authority that the machines trust. */
  readonly trusted: boolean;
}

export interface Listening {
  readonly port: number;
  readonly handler: TcpHandler;
  readonly tls: ServerTls | undefined;
}

/** A machine, as the network sees it. */
export interface Station {
  readonly address: string;
  readonly conditions: Conditions;
  /** It has power and is on the network. */
  ready(): boolean;
}
