/**
 * Virtual datagrams: they are lost, doubled, delayed and overtake each other as the conditions of the machine say, in
 * both directions.
 */
import { Fault } from "../../hal/ports/fault";
import type { UdpOptions, UdpPort, UdpSocket } from "../../hal/ports/udp";
import type { Boot, Holder } from "./boot";
import { isAddress } from "./dns";
import { type Station } from "./ends";
import { Handles } from "./handles";
import { type Network, SERVER_ADDRESS, type UdpHandler } from "./network";

export interface UdpMachine {
  readonly bytesMax: number;
  readonly socketsMax: number;
}

/** A server's socket inside the world. */
export interface UdpServer {
  send(bytes: string, address: string, port: number): void;
  close(): void;
}

interface Place {
  readonly address: string;
  readonly port: number;
}

/** One datagram on its way. `station` is the machine on either end, whose conditions hold. */
function travel(network: Network, station: Station, from: Place, to: Place, bytes: string): void {
  const { conditions } = station;
  const { random, timeline } = network;
  const copies = random.chance(conditions.udpLossRate) ? 0 : random.chance(conditions.udpDuplicateRate) ? 2 : 1;
  for (let copy = 0; copy < copies; copy += 1) {
    let delay = random.between(conditions.latencyMs.min, conditions.latencyMs.max);
    if (random.chance(conditions.udpReorderRate)) delay += conditions.udpReorderMs;
    timeline.schedule(delay, () => network.udp.get(`${to.address}:${to.port}`)?.handler(bytes, from.address, from.port));
  }
}

/** Binds a server's socket; throws when the port is taken. */
export function bindUdp(network: Network, port: number, handler: UdpHandler, address = SERVER_ADDRESS): UdpServer {
  const key = `${address}:${port}`;
  if (network.udp.has(key)) throw new Error(`something is bound to ${key} already`);
  const binding = { handler, station: undefined };
  network.udp.set(key, binding);
  return {
    send: (bytes, toAddress, toPort) => {
      const station = network.udp.get(`${toAddress}:${toPort}`)?.station;
      if (station !== undefined) travel(network, station, { address, port }, { address: toAddress, port: toPort }, bytes);
    },
    close: () => {
      if (network.udp.get(key) === binding) network.udp.delete(key);
    },
  };
}

interface Socket {
  readonly key: string;
  readonly port: number;
  readonly bound: boolean;
}

/** The sockets of one boot. */
class UdpStack implements Holder {
  private readonly open = new Handles<Socket>();

  constructor(
    private readonly boot: Boot,
    private readonly network: Network,
    private readonly station: Station,
    private readonly machine: UdpMachine,
  ) {
    boot.onEnd(this);
  }

  start(options: UdpOptions): UdpSocket {
    const { boot, network, machine, station } = this;
    const { port } = options;
    if (!Number.isInteger(port) || port < 0 || port > 65535 || this.open.size >= machine.socketsMax || !boot.alive) return 0;
    network.onSocket?.();
    const own = port === 0 ? network.freePort() : port;
    const key = `${station.address}:${own}`;
    const bound = !network.udp.has(key);
    const id = this.open.add({ key, port: own, bound });
    if (bound) network.udp.set(key, { station, handler: (bytes, from, fromPort) => this.arrive(options, bytes, from, fromPort) });
    else this.refuse(id, options);
    return id;
  }

  write(id: UdpSocket, bytes: string, address: string, port: number): Fault {
    const { network, machine, station } = this;
    const socket = this.open.get(id);
    if (socket === undefined || !socket.bound) return Fault.closed;
    if (bytes.length > machine.bytesMax) return Fault.tooLarge;
    if (!isAddress(address) || !Number.isInteger(port) || port < 1 || port > 65535) return Fault.invalid;
    if (station.ready()) travel(network, station, { address: station.address, port: socket.port }, { address, port }, bytes);
    return Fault.none;
  }

  close(id: UdpSocket): void {
    const socket = this.open.get(id);
    if (socket === undefined) return;
    this.open.delete(id);
    if (socket.bound) this.network.udp.delete(socket.key);
  }

  release(): void {
    for (const id of this.open.ids()) this.close(id);
  }

  private arrive(options: UdpOptions, bytes: string, from: string, fromPort: number): void {
    if (!this.station.ready() || bytes.length > this.machine.bytesMax) return;
    this.boot.enter(() => options.onReadable(bytes, from, fromPort));
  }

  /** The port is taken. */
  private refuse(id: UdpSocket, options: UdpOptions): void {
    this.boot.later(() => {
      if (this.open.get(id) !== undefined) options.onError(Fault.busy);
    });
  }
}

/** The UDP port of one boot of the machine at `station`. */
export function createUdpPort(boot: Boot, network: Network, station: Station, machine: UdpMachine): UdpPort {
  const stack = new UdpStack(boot, network, station, machine);
  return {
    bytesMax: machine.bytesMax,
    open: (options) => stack.start(options),
    write: (id, bytes, address, port) => stack.write(id, bytes, address, port),
    close: (id) => stack.close(id),
  };
}
