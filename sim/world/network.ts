/**
 * The virtual network: names, servers that listen, sockets for datagrams, and the connections between machines and
 * servers. It holds the registers; how bytes travel is in pipe.ts, link.ts and udp.ts.
 */
import type { Fault } from "../../hal/ports/fault";
import type { Conditions } from "./conditions";
import type { Link } from "./link";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

/** The address of the world's servers, unless they say otherwise. */
export const SERVER_ADDRESS = "10.0.0.1";

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

export interface ListenOptions {
  readonly address?: string;
  readonly tls?: ServerTls | undefined;
}

/** A datagram and where it came from. */
export type UdpHandler = (bytes: string, address: string, port: number) => void;

/** A bound UDP socket. `station` is the machine's; undefined for a server. */
export interface UdpBinding {
  readonly handler: UdpHandler;
  readonly station: Station | undefined;
}

/** A machine, as the network sees it. */
export interface Station {
  readonly address: string;
  readonly conditions: Conditions;
  /** It has power and is on the network. */
  ready(): boolean;
}

export interface Network {
  readonly timeline: Timeline;
  readonly random: Random;
  /** Host names in lower case, to addresses. */
  readonly names: Map<string, string>;
  /** Every connection that some side still knows, oldest first. */
  readonly links: Set<Link>;
  readonly udp: Map<string, UdpBinding>;
  /** Hears of each socket that a machine opens, whatever comes of it. */
  onSocket: (() => void) | undefined;
  /** Listens; throws when the port is taken. Connections outlive the listener, as they do on real machines. */
  listenTcp(port: number, handler: TcpHandler, options?: ListenOptions): { close(): void };
  listening(address: string, port: number): Listening | undefined;
  /** A client port. */
  freePort(): number;
}

const CLIENT_PORT_MIN = 49152;
const CLIENT_PORTS = 65536 - CLIENT_PORT_MIN;

export function createNetwork(timeline: Timeline, random: Random): Network {
  const listeners = new Map<string, Listening>();
  let ports = 0;
  return {
    timeline,
    random,
    names: new Map(),
    links: new Set(),
    udp: new Map(),
    onSocket: undefined,
    listenTcp: (port, handler, options = {}) => {
      const key = `${options.address ?? SERVER_ADDRESS}:${port}`;
      if (listeners.has(key)) throw new Error(`something listens on ${key} already`);
      listeners.set(key, { port, handler, tls: options.tls });
      return { close: () => void listeners.delete(key) };
    },
    listening: (address, port) => listeners.get(`${address}:${port}`),
    freePort: () => {
      ports += 1;
      return CLIENT_PORT_MIN + (ports % CLIENT_PORTS);
    },
  };
}
