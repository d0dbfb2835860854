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
import type { Listening, Station } from "./ends";
import type { Network } from "./network";

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

/** The connections of one boot: what the network tells of them, and what the script hears. */
class TcpStack {
  private readonly open = new Map<TcpSocket, Socket>();
  private handle = 0;

  constructor(
    private readonly boot: Boot,
    private readonly network: Network,
    private readonly station: Station,
    private readonly machine: TcpMachine,
  ) {
    machine.onLost(() => {
      this.vanish();
      for (const id of this.open.keys()) boot.later(() => this.end(id, Fault.broken));
    });
    boot.onEnd(() => {
      this.vanish();
      this.open.clear();
    });
  }

  start(options: TcpOptions): TcpSocket {
    const { boot, network, station, machine } = this;
    if (!isValid(options, machine.tlsLevel) || this.open.size >= machine.socketsMax || !boot.alive) return 0;
    this.handle += 1;
    const id = this.handle;
    const socket: Socket = { options, link: undefined, writable: false, waiting: false };
    this.open.set(id, socket);
    network.onSocket?.();
    const { tcpConnect, tcpConnectTimeoutMs } = station.conditions;
    if (!station.ready()) boot.later(() => this.end(id, Fault.broken));
    else if (tcpConnect === "silent") boot.schedule(tcpConnectTimeoutMs, () => this.end(id, Fault.timeout));
    else boot.schedule(this.latency(), () => this.arrive(id, socket));
    return id;
  }

  write(id: TcpSocket, bytes: string): Fault {
    const socket = this.open.get(id);
    if (socket === undefined) return Fault.closed;
    if (bytes.length === 0) return Fault.invalid;
    if (bytes.length > this.machine.writeBytesMax) return Fault.tooLarge;
    if (!socket.writable || socket.link === undefined) return Fault.busy;
    socket.writable = false;
    socket.waiting = true;
    socket.link.up.send(bytes);
    this.drain(id);
    return Fault.none;
  }

  close(id: TcpSocket): void {
    const socket = this.open.get(id);
    if (socket === undefined) return;
    this.open.delete(id);
    socket.link?.close();
  }

  /** The machine is gone, and no peer is told. */
  private vanish(): void {
    for (const socket of this.open.values()) socket.link?.vanish();
  }

  private latency(): number {
    const { latencyMs } = this.station.conditions;
    return this.network.random.between(latencyMs.min, latencyMs.max);
  }

  /** The first packet has reached the server. */
  private arrive(id: TcpSocket, socket: Socket): void {
    if (!this.open.has(id)) return;
    const { boot, network, station } = this;
    const { address, port, tls } = socket.options;
    const listening = network.listening(address, port);
    if (station.conditions.tcpConnect === "refuse" || listening === undefined) {
      boot.schedule(this.latency(), () => this.end(id, Fault.refused));
      return;
    }
    const roundTripMs = tls === undefined ? this.latency() : this.latency() + 2 * this.latency();
    const fault = handshake(socket.options, listening, this.machine.tlsLevel);
    if (fault !== Fault.none) {
      boot.schedule(roundTripMs, () => this.end(id, fault));
      return;
    }
    socket.link = new Link(network, station, listening, tls !== undefined, {
      alive: () => boot.alive && this.open.has(id),
      onBytes: (bytes) => boot.enter(() => this.deliver(id, bytes)),
      onRoom: () => this.drain(id),
      onEnded: (why) => boot.enter(() => this.end(id, why)),
    });
    socket.link.down.holdUntil(boot.now() + roundTripMs);
    boot.schedule(roundTripMs, () => this.ready(id));
  }

  private ready(id: TcpSocket): void {
    const socket = this.open.get(id);
    if (socket === undefined) return;
    socket.writable = true;
    socket.options.onWritable();
  }

  private deliver(id: TcpSocket, bytes: string): void {
    const { readBytesMax } = this.machine;
    for (let from = 0; from < bytes.length; from += readBytesMax) {
      // The script may close the socket between two pieces.
      const socket = this.open.get(id);
      if (socket === undefined) return;
      socket.options.onReadable(bytes.substring(from, from + readBytesMax));
    }
  }

  /** Tells that the write has left, once the stack's buffer has room again. */
  private drain(id: TcpSocket): void {
    const socket = this.open.get(id);
    if (socket?.link === undefined || !socket.waiting || socket.link.up.unread > this.machine.sendBufferBytes) return;
    socket.waiting = false;
    this.boot.later(() => this.ready(id));
  }

  private end(id: TcpSocket, fault: Fault): void {
    const socket = this.open.get(id);
    if (socket === undefined) return;
    this.open.delete(id);
    socket.link?.leave();
    socket.options.onError(fault);
  }
}

/** The TCP port of one boot of the machine at `station`. */
export function createTcpPort(boot: Boot, network: Network, station: Station, machine: TcpMachine): TcpPort {
  const stack = new TcpStack(boot, network, station, machine);
  return {
    tlsLevel: machine.tlsLevel,
    writeBytesMax: machine.writeBytesMax,
    connect: (options) => stack.start(options),
    write: (id, bytes) => stack.write(id, bytes),
    close: (id) => stack.close(id),
  };
}
