/**
 * Virtual datagrams: they are lost, doubled, delayed and overtake each other as the conditions of the machine say, in
 * both directions.
 */
import { Fault } from "../../hal/ports/fault";
import type { UdpOptions, UdpPort, UdpSocket } from "../../hal/ports/udp";
import type { Boot } from "./boot";
import { isAddress } from "./dns";
import { type Station } from "./ends";
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

/** The UDP port of one boot of the machine at `station`. */
export function createUdpPort(boot: Boot, network: Network, station: Station, machine: UdpMachine): UdpPort {
  const open = new Map<UdpSocket, { readonly key: string; readonly port: number; bound: boolean }>();
  let handle = 0;
  const release = (id: UdpSocket): void => {
    const socket = open.get(id);
    if (socket === undefined) return;
    open.delete(id);
    if (socket.bound) network.udp.delete(socket.key);
  };
  const bind = (id: UdpSocket, options: UdpOptions): void => {
    const port = options.port === 0 ? network.freePort() : options.port;
    const key = `${station.address}:${port}`;
    const bound = !network.udp.has(key);
    open.set(id, { key, port, bound });
    if (!bound) {
      boot.later(() => {
        if (open.has(id)) options.onError(Fault.busy);
      });
      return;
    }
    network.udp.set(key, {
      station,
      handler: (bytes, from, fromPort) => {
        if (!station.ready() || bytes.length > machine.bytesMax) return;
        boot.enter(() => options.onReadable(bytes, from, fromPort));
      },
    });
  };
  boot.onEnd(() => {
    for (const id of [...open.keys()]) release(id);
  });
  return {
    bytesMax: machine.bytesMax,
    open: (options) => {
      const { port } = options;
      if (!Number.isInteger(port) || port < 0 || port > 65535 || open.size >= machine.socketsMax || !boot.alive) return 0;
      handle += 1;
      network.onSocket?.();
      bind(handle, options);
      return handle;
    },
    write: (id, bytes, address, port) => {
      const socket = open.get(id);
      if (socket === undefined || !socket.bound) return Fault.closed;
      if (bytes.length > machine.bytesMax) return Fault.tooLarge;
      if (!isAddress(address) || !Number.isInteger(port) || port < 1 || port > 65535) return Fault.invalid;
      if (station.ready()) travel(network, station, { address: station.address, port: socket.port }, { address, port }, bytes);
      return Fault.none;
    },
    close: release,
  };
}
