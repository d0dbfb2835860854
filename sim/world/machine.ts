/**
 * A machine of the virtual world: flash, chips, pins and identity that outlive a boot, and the ports of the boot that runs.
 * Its owner switches it on and off and takes the network away; the device code sees ports only.
 */
import type { FlashArea } from "../../hal/ports/flash";
import type { Ports } from "../../hal/ports/index";
import type { LogPort } from "../../hal/ports/log";
import { ResetReason } from "../../hal/ports/system";
import { TlsLevel } from "../../hal/ports/tls";
import { Boot, type BootOwner } from "./boot";
import { checksum } from "./checksum";
import { Clock } from "./clock-port";
import { type Conditions, createConditions } from "./conditions";
import { createDnsPort } from "./dns";
import { createFlash, type FlashKind, PowerCut, type WorldFlash } from "./flash";
import { defaultAreas, flashOfBoot } from "./flash-areas";
import { createI2cPort, type I2cBus } from "./i2c";
import type { Link } from "./link";
import type { Station } from "./ends";
import type { Network } from "./network";
import { createAnalogPort, createDigitalPort } from "./pin-ports";
import { PinBank, type PinNames } from "./pins";
import type { QueuedEvent } from "./queue";
import { type Air, Radio } from "./radio";
import { Sensors, type SensorSource } from "./sensors";
import { createSystemPort } from "./system";
import { createTcpPort } from "./tcp";
import type { Timeline } from "./timeline";
import { createUdpPort } from "./udp";

/** Hears what devices say: world time in ms since the beginning, the machine's name, and the record. */
export type WorldLog = (timeMs: number, machine: string, event: string, number: number, text: string) => void;

export interface MachineOptions {
  /** Unique in the world: 4 to 32 characters of [0-9a-z]; `device<n>` unless given. */
  readonly name?: string;
  /** The program: called on a turn of its own at every boot. */
  readonly main?: (ports: Ports) => void;
  /** Hears what its programs say, in place of the world's log. */
  readonly log?: LogPort;
  /** Changes to the world's conditions for this machine alone; the struct can be changed later, too. */
  readonly conditions?: Partial<Conditions>;
  readonly sensorSource?: SensorSource | undefined;
  /** The flash of the machine; made of `flashAreas` and `flashKind` unless given. */
  readonly flash?: WorldFlash;
  readonly flashAreas?: readonly FlashArea[];
  /** What keeps the areas; "nor" unless given. */
  readonly flashKind?: FlashKind;
  readonly pinNames?: PinNames;
  readonly tlsLevel?: TlsLevel;
  readonly tcpReadBytesMax?: number;
  readonly tcpWriteBytesMax?: number;
  readonly tcpSendBufferBytes?: number;
  readonly udpBytesMax?: number;
  readonly socketsMax?: number;
  readonly watchdog?: boolean;
  readonly deepSleep?: boolean;
  readonly memoryFree?: () => number;
  /** True for a machine that knows world time at boot. */
  readonly clockIsSet?: boolean;
  readonly uptimeAtBootMs?: number;
  /** From a reset, or from power, to the first line of the program, ms. */
  readonly bootMs?: number;
}

/** What a machine needs of its world. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly air: Air;
  /** Conditions that hold where the machine's own do not differ. */
  readonly conditions: Conditions;
  readonly worldMs: () => number;
  readonly log: WorldLog;
}

interface Running {
  readonly boot: Boot;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly radio: Radio;
}

const memoryFree = (): number => 1 << 16;

export class Machine implements Station, BootOwner {
  readonly conditions: Conditions;
  readonly flash: WorldFlash;
  readonly pins: PinBank;
  /** Why each boot began, first to last. */
  readonly boots: ResetReason[] = [];
  private running: Running | undefined;
  private chips: Sensors | undefined;
  private rebooting: QueuedEvent | undefined;

  /** Made by `World.createDevice`; it has power at once. */
  constructor(
    private readonly world: Surroundings,
    private readonly options: MachineOptions,
    readonly name: string,
    readonly address: string,
  ) {
    this.conditions = createConditions({ ...world.conditions, ...options.conditions });
    const seed = world.network.random.fork(`${name}/flash`).below(2147483647);
    this.flash = options.flash ?? createFlash({ areas: options.flashAreas ?? defaultAreas, seed }, options.flashKind);
    this.pins = new PinBank(options.pinNames);
    this.begin(ResetReason.powerOn);
  }

  /** The ports of the present boot; throws while the machine is off. */
  get ports(): Ports {
    if (this.running === undefined) throw new Error(`${this.name} is off`);
    return this.running.ports;
  }

  /** Its sensors, with switches for their faults; made when they are first asked for, because most of a fleet never asks. */
  get sensors(): Sensors {
    const { timeline, worldMs } = this.world;
    this.chips ??= new Sensors(timeline, worldMs, this.options.sensorSource);
    return this.chips;
  }

  /** Its buses, with the chips on them. */
  get buses(): ReadonlyMap<string, I2cBus> {
    return this.sensors.buses;
  }

  /** True while a boot runs. */
  get on(): boolean {
    return this.running !== undefined;
  }

  /** Its connections that some side still knows. */
  get links(): Link[] {
    return [...this.world.network.links].filter((link) => link.address === this.address);
  }

  ready(): boolean {
    return this.running !== undefined && this.running.radio.ready;
  }

  /** Takes the power: nothing of this boot happens any more, and peers are not told. Idempotent. */
  powerCut(): void {
    if (this.rebooting !== undefined) this.world.timeline.cancel(this.rebooting);
    this.rebooting = undefined;
    this.running?.boot.end();
    this.running = undefined;
  }

  /** Gives the power back; the machine boots after its boot time. Nothing while it runs or is about to. */
  powerOn(): void {
    if (this.running === undefined && this.rebooting === undefined) this.reboot(ResetReason.powerOn, 0);
  }

  /** The chip resets by itself (its program crashed, its supply dipped) and boots again with that reason. Nothing while it is off. */
  reset(reason: ResetReason): void {
    if (this.running === undefined) return;
    this.powerCut();
    this.reboot(reason, 0);
  }

  /** Moves the device's idea of world time. */
  jumpEpoch(ms: number): void {
    this.running?.clock.jumpEpoch(ms);
  }

  /** The flash model cuts the power by throwing; the machine is then off until its owner gives it back. */
  ended(error: unknown): boolean {
    if (!(error instanceof PowerCut)) return false;
    this.powerCut();
    return true;
  }

  private reboot(reason: ResetReason, afterMs: number): void {
    this.running = undefined;
    this.rebooting = this.world.timeline.schedule(afterMs + (this.options.bootMs ?? 300), () => {
      this.rebooting = undefined;
      this.begin(reason);
    });
  }

  private begin(reason: ResetReason): void {
    if (this.flash.isOff) this.flash.restore();
    this.boots.push(reason);
    const boot = new Boot(this.world.timeline, this);
    this.running = this.start(boot, reason);
    const { ports } = this.running;
    boot.later(() => {
      // The loader may find its flash damaged, and no program any more: the machine then waits for a person with a cable.
      if (this.flash.boot()) this.options.main?.(ports);
    });
  }

  private start(boot: Boot, reason: ResetReason): Running {
    const { options, world } = this;
    const epochAtZeroMs = options.clockIsSet === true ? world.worldMs() - world.timeline.now() : undefined;
    const clock = new Clock(boot, { uptimeAtBootMs: options.uptimeAtBootMs ?? 0, epochAtZeroMs });
    const radio = new Radio(boot, world.air);
    const random = world.network.random.fork(`${this.name}/${this.boots.length}`);
    const socketsMax = options.socketsMax ?? 8;
    // Plain fields, all of them made at once: given a getter or a prototype for each machine, the engine keeps a shape for each as well,
    // and looks it up wherever device code names a port.
    const ports: Ports = {
      clock: clock.port,
      random: { bytes: (count) => random.bytes(count) },
      log: options.log ?? {
        record: (event, number, text) => {
          if (boot.alive) world.log(world.timeline.now(), this.name, event, number, text);
        },
      },
      wifi: radio.port,
      dns: createDnsPort(boot, world.network.names, this.conditions, world.network.random, radio),
      tcp: createTcpPort(boot, world.network, this, {
        tlsLevel: options.tlsLevel ?? TlsLevel.none,
        writeBytesMax: options.tcpWriteBytesMax ?? 4096,
        readBytesMax: options.tcpReadBytesMax ?? 536,
        sendBufferBytes: options.tcpSendBufferBytes ?? 5744,
        socketsMax,
        radio,
      }),
      udp: createUdpPort(boot, world.network, this, { bytesMax: options.udpBytesMax ?? 1472, socketsMax }),
      flash: flashOfBoot(boot, this.flash.port),
      checksum,
      i2c: createI2cPort(boot, this),
      digital: createDigitalPort(boot, this.pins),
      analog: createAnalogPort(boot, this.pins),
      system: createSystemPort(boot, {
        resetReason: reason,
        uniqueId: this.name,
        watchdog: options.watchdog ?? true,
        deepSleep: options.deepSleep ?? true,
        memoryFree: options.memoryFree ?? memoryFree,
        onReset: (why, afterMs) => this.reboot(why, afterMs),
      }),
    };
    return { boot, ports, clock, radio };
  }
}
