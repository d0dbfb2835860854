/**
 * Virtual TCP: servers that listen inside the world, and the TCP port of a machine. Connections break as real ones do:
 * refused, reset, cut at a byte, silent, or known to one side only.
 */
import { Fault } from "../../hal/ports/fault";
import type { TcpOptions, TcpPort, TcpSocket } from "../../hal/ports/tcp";
import { TlsLevel } from "../../hal/ports/tls";
import type { Boot } from "./boot";
import { isAddress, isHostName } from "./dns";
import { Link } from "./link";
import type { Listening, Network, Station } from "./network";

export interface TcpMachine {
  readonly tlsLevel: TlsLevel;
  readonly writeBytesMax: number;
  /** The largest piece in which bytes reach the script. */
  readonly readBytesMax: number;
  /** Bytes that the machine's stack takes before `onWritable` waits for the peer. */
  readonly sendBufferBytes: number;
  readonly socketsMax: number;
  /** The radio's. */
  readonly onLost: (lost: () => void) => void;
}

interface Socket {
  readonly options: TcpOptions;
  link: Link | undefined;
  writable: boolean;
  /** A write waits for room in the stack's buffer. */
  waiting: boolean;
}

function isValid(options: TcpOptions, tlsLevel: TlsLevel): boolean {
  const { address, port, tls } = options;
  if (!isAddress(address) || !Number.isInteger(port) || port < 1 || port > 65535) return false;
  return tls === undefined || (tlsLevel !== TlsLevel.none && isHostName(tls.serverName));
}

/** What a TLS handshake with this server comes to. */
function handshake(options: TcpOptions, listening: Listening, tlsLevel: TlsLevel): Fault {
  if (options.tls === undefined) return Fault.none;
  if (listening.tls === undefined) return Fault.tls;
  if (tlsLevel < TlsLevel.verified) return Fault.none;
  const { trusted, names } = listening.tls;
  return trusted && names.includes(options.tls.serverName) ? Fault.none : Fault.tls;
}

/** The TCP port of one boot of the machine at `station`. */
export function createTcpPort(boot: Boot, network: Network, station: Station, machine: TcpMachine): TcpPort {
  const open = new Map<TcpSocket, Socket>();
  let handle = 0;
  const { conditions } = station;
  const latency = (): number => network.random.between(conditions.latencyMs.min, conditions.latencyMs.max);

  const end = (id: TcpSocket, fault: Fault): void => {
    const socket = open.get(id);
    if (socket === undefined) return;
    open.delete(id);
    socket.link?.leave();
    socket.options.onError(fault);
  };
  const ready = (id: TcpSocket): void => {
    const socket = open.get(id);
    if (socket === undefined) return;
    socket.writable = true;
    socket.options.onWritable();
  };
  const deliver = (id: TcpSocket, bytes: string): void => {
    for (let from = 0; from < bytes.length; from += machine.readBytesMax) {
      // The script may close the socket between two pieces.
      const socket = open.get(id);
      if (socket === undefined) return;
      socket.options.onReadable(bytes.substring(from, from + machine.readBytesMax));
    }
  };
  const drain = (id: TcpSocket): void => {
    const socket = open.get(id);
    if (socket?.link === undefined || !socket.waiting || socket.link.up.unread > machine.sendBufferBytes) return;
    socket.waiting = false;
    boot.later(() => ready(id));
  };
  /** The first packet has reached the server. */
  const arrive = (id: TcpSocket, socket: Socket): void => {
    if (!open.has(id)) return;
    const { address, port, tls } = socket.options;
    const listening = network.listening(address, port);
    if (conditions.tcpConnect === "refuse" || listening === undefined) {
      boot.schedule(latency(), () => end(id, Fault.refused));
      return;
    }
    const roundTripMs = tls === undefined ? latency() : latency() + 2 * latency();
    const fault = handshake(socket.options, listening, machine.tlsLevel);
    if (fault !== Fault.none) {
      boot.schedule(roundTripMs, () => end(id, fault));
      return;
    }
    socket.link = new Link(network, station, listening, tls !== undefined, {
      alive: () => boot.alive && open.has(id),
      onBytes: (bytes) => boot.enter(() => deliver(id, bytes)),
      onRoom: () => drain(id),
      onEnded: (why) => boot.enter(() => end(id, why)),
    });
    socket.link.down.holdUntil(boot.now() + roundTripMs);
    boot.schedule(roundTripMs, () => ready(id));
  };
  machine.onLost(() => {
    for (const [id, socket] of open) {
      socket.link?.vanish();
      boot.later(() => end(id, Fault.broken));
    }
  });
  boot.onEnd(() => {
    for (const socket of open.values()) socket.link?.vanish();
    open.clear();
  });
  return {
    tlsLevel: machine.tlsLevel,
    writeBytesMax: machine.writeBytesMax,
    connect: (options) => {
      if (!isValid(options, machine.tlsLevel) || open.size >= machine.socketsMax || !boot.alive) return 0;
      handle += 1;
      const id = handle;
      const socket: Socket = { options, link: undefined, writable: false, waiting: false };
      open.set(id, socket);
      if (!station.ready()) boot.later(() => end(id, Fault.broken));
      else if (conditions.tcpConnect === "silent") {
        boot.schedule(conditions.tcpConnectTimeoutMs, () => end(id, Fault.timeout));
      } else boot.schedule(latency(), () => arrive(id, socket));
      return id;
    },
    write: (id, bytes) => {
      const socket = open.get(id);
      if (socket === undefined) return Fault.closed;
      if (bytes.length === 0) return Fault.invalid;
      if (bytes.length > machine.writeBytesMax) return Fault.tooLarge;
      if (!socket.writable || socket.link === undefined) return Fault.busy;
      socket.writable = false;
      socket.waiting = true;
      socket.link.up.send(bytes);
      drain(id);
      return Fault.none;
    },
    close: (id) => {
      const socket = open.get(id);
      if (socket === undefined) return;
      open.delete(id);
      socket.link?.close();
    },
  };
}
