/**
 * The virtual network: names, servers that listen, sockets for datagrams, and the connections between machines and
 * servers. It holds the registers; how bytes travel is in pipe.ts, link.ts and udp.ts.
 */
import type { Listening, ServerTls, Station, TcpHandler } from "./ends";
import type { Lines } from "./link";
import type { Random } from "./random";
import type { Timeline } from "./timeline";

/** The address of the world's servers, unless they say otherwise. */
export const SERVER_ADDRESS = "10.0.0.1";

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

export interface Network extends Lines {
  /** Host names in lower case, to addresses. */
  readonly names: Map<string, string>;
  readonly udp: Map<string, UdpBinding>;
  /** Hears of each socket that a machine opens, whatever comes of it. */
  onSocket: (() => void) | undefined;
  /** Listens; throws when the port is taken. Connections outlive the listener, as they do on real machines. */
  listenTcp(port: number, handler: TcpHandler, options?: ListenOptions): { close(): void };
  listening(address: string, port: number): Listening | undefined;
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
