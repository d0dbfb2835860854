/**
 * The virtual world: one clock, one seeded generator, one network and the machines in it. Nothing real happens here: the
 * same seed and the same calls give the same run, bit for bit.
 */
import type { FlashArea } from "../../hal/ports/flash";
import { VirtualClock } from "./clock";
import { type Conditions, createConditions } from "./conditions";
import { Machine, type MachineOptions, type Surroundings, type WorldLog } from "./machine";
import { type TcpHandler } from "./ends";
import { createNetwork, type ListenOptions, type Network, type UdpHandler } from "./network";
import { type AccessPoint, type Air, airChanged, createAir } from "./radio";
import { Random } from "./random";
import { bindUdp, type UdpServer } from "./udp";

export interface WorldOptions {
  readonly seed: string | number;
  /** World time at the beginning, ms since 1970; 2026-01-01T00:00:00Z unless given. */
  readonly startTimeMs?: number;
  /** Changes to a good network, for all machines. */
  readonly conditions?: Partial<Conditions>;
  /** Networks in the air; undefined: every machine has a network from its boot on and joins any name at once. */
  readonly accessPoints?: readonly { readonly ssid: string; readonly password: string; readonly joinMs?: number }[];
  readonly flashAreas?: readonly FlashArea[];
  readonly log?: WorldLog;
}

const START_TIME_MS = 1767225600000;
const JOIN_MS = 1500;
const MACHINES_MAX = 60000;

export class World {
  readonly clock = new VirtualClock();
  readonly random: Random;
  readonly network: Network;
  readonly conditions: Conditions;
  readonly machines: Machine[] = [];
  private readonly air: Air;
  /** What all machines share. */
  private readonly surroundings: Surroundings;
  private readonly names = new Set<string>();
  private readonly startTimeMs: number;

  constructor(private readonly options: WorldOptions) {
    this.random = new Random(options.seed);
    this.network = createNetwork(this.clock, this.random);
    this.conditions = createConditions(options.conditions);
    this.startTimeMs = options.startTimeMs ?? START_TIME_MS;
    this.air = createAir(
      options.accessPoints?.map((point): AccessPoint => ({ joinMs: JOIN_MS, ...point, present: true })),
    );
    this.surroundings = {
      timeline: this.clock,
      network: this.network,
      air: this.air,
      conditions: this.conditions,
      worldMs: () => this.now(),
      log: options.log ?? (() => undefined),
    };
  }

  /** World time, ms since 1970. */
  now(): number {
    return this.startTimeMs + this.clock.now();
  }

  /** Runs everything up to and including `ms` milliseconds from now. */
  run(ms: number): void {
    this.clock.run(ms);
  }

  /** Runs until `done` holds, looking after every event, for `limitMs` at most; answers whether it came to hold. */
  runUntil(done: () => boolean, limitMs: number): boolean {
    return this.clock.runUntil(done, limitMs);
  }

  /** A machine with power; its program starts on a turn of its own. */
  createDevice(options: MachineOptions = {}): Machine {
    const number = this.machines.length + 1;
    if (number > MACHINES_MAX) throw new Error(`a world holds ${MACHINES_MAX} machines; use more worlds`);
    const name = options.name ?? `device${number}`;
    if (!/^[0-9a-z]{4,32}$/.test(name)) throw new Error(`a machine's name is 4 to 32 characters of 0-9 and a-z, not "${name}"`);
    if (this.names.has(name)) throw new Error(`there is a machine ${name} already`);
    this.names.add(name);
    const areas = this.options.flashAreas === undefined ? {} : { flashAreas: this.options.flashAreas };
    const machine = new Machine(this.surroundings, { ...areas, ...options }, name, `10.1.${number >> 8}.${number & 255}`);
    this.machines.push(machine);
    return machine;
  }

  /** Listens on the servers' address, or on another; see `Network.listenTcp`. */
  listenTcp(port: number, handler: TcpHandler, options?: ListenOptions): { close(): void } {
    return this.network.listenTcp(port, handler, options);
  }

  /** Binds a server's UDP socket. */
  bindUdp(port: number, handler: UdpHandler, address?: string): UdpServer {
    return bindUdp(this.network, port, handler, address);
  }

  /** Changes an access point (takes it away, brings it back, gives it another password); radios notice at once. */
  setAccessPoint(ssid: string, change: { present?: boolean; password?: string }): void {
    const point = this.air.accessPoints?.find((candidate) => candidate.ssid === ssid);
    if (point === undefined) throw new Error(`no access point ${ssid} in this world`);
    Object.assign(point, change);
    airChanged(this.air);
  }

  /** The same for all of them. */
  setAccessPoints(change: { present: boolean }): void {
    for (const point of this.air.accessPoints ?? []) Object.assign(point, change);
    airChanged(this.air);
  }
}

export function createWorld(options: WorldOptions): World {
  return new World(options);
}
