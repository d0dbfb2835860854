/**
 * Virtual TCP: servers that listen inside the world, and the TCP port of a machine. Connections break as real ones do:
 * refused, reset, cut at a byte, silent, or known to one side only.
 */
import { Fault } from "../../hal/ports/fault";
import type { TcpOptions, TcpPort, TcpSocket } from "../../hal/ports/tcp";
import { TlsLevel } from "../../hal/ports/tls";
import type { Boot, Holder } from "./boot";
import { isAddress, isHostName } from "./dns";
import { Handles } from "./handles";
import { type DeviceEnd, Link } from "./link";
import type { Listening, Station } from "./ends";
import type { Network } from "./network";
import type { NetworkUser, Radio } from "./radio";

export interface TcpMachine {
  readonly tlsLevel: TlsLevel;
  readonly writeBytesMax: number;
  /** The largest piece in which bytes reach the script. */
  readonly readBytesMax: number;
  /** Bytes that the machine's stack takes before `onWritable` waits for the peer. */
  readonly sendBufferBytes: number;
  readonly socketsMax: number;
  readonly radio: Radio;
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

/** One connection, from `connect` on. Its handle is gone once the program has closed it or has heard of its end. */
class Socket implements DeviceEnd {
  link: Link | undefined;
  writable = false;
  /** A write waits for room in the stack's buffer. */
  private waiting = false;
  id = 0;

  constructor(
    readonly options: TcpOptions,
    private readonly stack: TcpStack,
  ) {}

  write(link: Link, bytes: string): void {
    this.writable = false;
    this.waiting = true;
    link.up.send(bytes);
    this.onRoom();
  }

  alive(): boolean {
    return this.stack.boot.alive && this.stack.has(this);
  }

  onBytes(bytes: string): void {
    this.stack.boot.enter(() => this.stack.deliver(this, bytes));
  }

  /** Tells that the write has left, once the stack's buffer has room again. */
  onRoom(): void {
    const { link, stack } = this;
    if (link === undefined || !this.waiting || link.up.unread > stack.machine.sendBufferBytes || !stack.has(this)) return;
    this.waiting = false;
    stack.boot.later(() => this.ready());
  }

  onEnded(fault: Fault): void {
    this.stack.boot.enter(() => this.end(fault));
  }

  ready(): void {
    if (!this.stack.has(this)) return;
    this.writable = true;
    this.options.onWritable();
  }

  end(fault: Fault): void {
    if (!this.stack.forget(this)) return;
    this.link?.leave();
    this.options.onError(fault);
  }
}

/** The connections of one boot: what the network tells of them, and what the script hears. */
class TcpStack implements NetworkUser, Holder {
  private readonly open = new Handles<Socket>();

  constructor(
    readonly boot: Boot,
    private readonly network: Network,
    private readonly station: Station,
    readonly machine: TcpMachine,
  ) {
    machine.radio.onLost(this);
    boot.onEnd(this);
  }

  /** The network is gone. */
  lost(): void {
    this.vanish();
    for (const socket of this.open.held()) this.boot.later(() => socket.end(Fault.broken));
  }

  release(): void {
    this.vanish();
    this.open.clear();
  }

  has(socket: Socket): boolean {
    return this.open.get(socket.id) === socket;
  }

  /** False when it was gone already. */
  forget(socket: Socket): boolean {
    if (!this.has(socket)) return false;
    this.open.delete(socket.id);
    return true;
  }

  start(options: TcpOptions): TcpSocket {
    const { boot, network, station, machine } = this;
    if (!isValid(options, machine.tlsLevel) || this.open.size >= machine.socketsMax || !boot.alive) return 0;
    const socket = new Socket(options, this);
    socket.id = this.open.add(socket);
    network.onSocket?.();
    const { tcpConnect, tcpConnectTimeoutMs } = station.conditions;
    if (!station.ready()) boot.later(() => socket.end(Fault.broken));
    else if (tcpConnect === "silent") boot.schedule(tcpConnectTimeoutMs, () => socket.end(Fault.timeout));
    else boot.schedule(this.latency(), () => this.arrive(socket));
    return socket.id;
  }

  write(id: TcpSocket, bytes: string): Fault {
    const socket = this.open.get(id);
    if (socket === undefined) return Fault.closed;
    if (bytes.length === 0) return Fault.invalid;
    if (bytes.length > this.machine.writeBytesMax) return Fault.tooLarge;
    if (!socket.writable || socket.link === undefined) return Fault.busy;
    socket.write(socket.link, bytes);
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
    for (const { link } of this.open.held()) link?.vanish();
  }

  private latency(): number {
    const { latencyMs } = this.station.conditions;
    return this.network.random.between(latencyMs.min, latencyMs.max);
  }

  /** The first packet has reached the server. */
  private arrive(socket: Socket): void {
    if (!this.has(socket)) return;
    const { boot, network, station } = this;
    const { address, port, tls } = socket.options;
    const listening = network.listening(address, port);
    if (station.conditions.tcpConnect === "refuse" || listening === undefined) {
      boot.schedule(this.latency(), () => socket.end(Fault.refused));
      return;
    }
    const roundTripMs = tls === undefined ? this.latency() : this.latency() + 2 * this.latency();
    const fault = handshake(socket.options, listening, this.machine.tlsLevel);
    if (fault !== Fault.none) {
      boot.schedule(roundTripMs, () => socket.end(fault));
      return;
    }
    socket.link = new Link(network, station, listening, tls !== undefined, socket);
    socket.link.down.holdUntil(boot.now() + roundTripMs);
    boot.schedule(roundTripMs, () => socket.ready());
  }

  /** Hands bytes to the program, in pieces. */
  deliver(socket: Socket, bytes: string): void {
    const { readBytesMax } = this.machine;
    for (let from = 0; from < bytes.length; from += readBytesMax) {
      // The script may close the socket between two pieces.
      if (!this.has(socket)) return;
      socket.options.onReadable(bytes.substring(from, from + readBytesMax));
    }
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
