/**
 * A whole machine on a desk: the ports over real sockets, real time and files, with the chips, pins and radio of the
 * virtual world. Nothing here decides anything that a board would not; faults are the virtual world's.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { EpochTime } from "../../hal/ports/clock";
import type { FlashArea } from "../../hal/ports/flash";
import type { Ports } from "../../hal/ports/index";
import { ResetReason } from "../../hal/ports/system";
import { TlsLevel } from "../../hal/ports/tls";
import { Boot } from "../world/boot";
import { checksum } from "../world/checksum";
import { Clock, fromMs } from "../world/clock-port";
import { defaultAreas, flashOfBoot } from "../world/flash-areas";
import { createI2cPort, type I2cBus } from "../world/i2c";
import { createAnalogPort, createDigitalPort } from "../world/pin-ports";
import { PinBank } from "../world/pins";
import { type AccessPoint, type Air, airChanged, createAir, Radio } from "../world/radio";
import { createSystemPort } from "../world/system";
import { Sensors, type SensorSource } from "../world/sensors";
import { createDnsPort } from "./dns";
import { openFlashFiles } from "./flash";
import { loadUniqueId, openStateDir } from "./state";
import { createTcpPort } from "./tcp";
import { createRealTimeline } from "./timeline";
import { createUdpPort } from "./udp";

export interface DeviceOptions {
  /** The folder of the device's flash and identity; made if absent. Its files are closed to other users. */
  readonly stateDir: string;
  /** A file of certificates (PEM) that servers must chain to; undefined: those that Node trusts. */
  readonly caFile?: string | undefined;
  /** What TLS is worth here; `verified` unless a test plays a weaker machine. */
  readonly tlsLevel?: TlsLevel;
  /** The one network in the air; undefined: the desk's, which is joined at once under any name. */
  readonly wifi?: { readonly ssid: string; readonly password: string } | undefined;
  /** What the sensors feel; undefined: a room. */
  readonly sensorSource?: SensorSource | undefined;
  /** The device's clock runs this many times faster than the wall clock; the network does not. */
  readonly speed?: number;
  /** World time when the machine is opened, ms since 1970; it runs on at `speed`, and sensors follow it. Now, unless given. */
  readonly startTimeMs?: number;
  /** True for a machine with a battery-backed clock: it knows world time at boot. */
  readonly clockIsSet?: boolean;
  readonly resetReason?: ResetReason;
  readonly flashAreas?: readonly FlashArea[];
  readonly tcpReadBytesMax?: number;
  readonly tcpWriteBytesMax?: number;
  readonly udpBytesMax?: number;
  /** The most TCP, and the most UDP sockets at a time. */
  readonly socketsMax?: number;
  /** Pins and buses that outlive a boot; made anew unless given. */
  readonly pins?: PinBank;
  readonly buses?: ReadonlyMap<string, I2cBus>;
  readonly log?: ((event: string, number: number, text: string) => void) | undefined;
  /** The machine restarted, woke or was bitten by its watchdog: this boot is over. The owner opens the next one. */
  readonly onReset?: ((reason: ResetReason) => void) | undefined;
  /** A callback of the program threw, which crashes the machine: `onReset` follows. Without it the error goes on to Node. */
  readonly onCrash?: ((error: unknown) => void) | undefined;
}

export interface Device extends Ports {
  readonly pins: PinBank;
  readonly buses: ReadonlyMap<string, I2cBus>;
  /** Takes the network of `wifi` away, or brings it back; nothing for a device on the desk's network. */
  setNetwork(present: boolean): void;
  /** World time as the sensors feel it, whatever the device believes. */
  worldTime(): EpochTime;
  /** Switches the machine off: sockets, timers and files are released. Idempotent. */
  close(): void;
}

/** The whole of a typical write of a device; a board holds less. */
const TCP_WRITE_BYTES_MAX = 4096;
/** What an ESP32 hands to the script at once. */
const TCP_READ_BYTES_MAX = 536;
/** One datagram in one Ethernet frame. */
const UDP_BYTES_MAX = 1472;
const SOCKETS_MAX = 8;
const MEMORY_BYTES = 1 << 20;

/** Opens a device: one boot of one machine. Throws StateError when its folder cannot be used. */
export function openDevice(options: DeviceOptions): Device {
  const speed = options.speed ?? 1;
  if (!(speed > 0)) throw new RangeError(`speed is above 0, not ${speed}`);
  const ca = options.caFile === undefined ? undefined : readCa(options.caFile);
  openStateDir(options.stateDir);
  const uniqueId = loadUniqueId(options.stateDir);
  const files = openFlashFiles(options.stateDir, options.flashAreas ?? defaultAreas);
  const timeline = createRealTimeline(speed);
  const startTimeMs = options.startTimeMs ?? Date.now();
  const worldMs = (): number => startTimeMs + timeline.now();
  const boot = new Boot(timeline, {
    ended: (error) => {
      if (options.onCrash === undefined) return false;
      options.onCrash(error);
      close();
      options.onReset?.(ResetReason.crash);
      return true;
    },
  });
  const pins = options.pins ?? new PinBank();
  const buses = options.buses ?? new Sensors(timeline, worldMs, options.sensorSource).buses;
  const close = (): void => {
    boot.end();
    files.close();
    timeline.close();
  };
  const onReset = (reason: ResetReason, afterMs: number): void => {
    files.close();
    timeline.schedule(afterMs, () => {
      close();
      options.onReset?.(reason);
    });
  };
  const point = options.wifi && accessPoint(options.wifi);
  const air = createAir(point && [point]);
  return {
    ...createNetwork(boot, air, options, ca),
    clock: new Clock(boot, { epochAtZeroMs: options.clockIsSet === true ? startTimeMs : undefined }).port,
    random: { bytes: (count) => randomBytes(count).toString("latin1") },
    log: { record: (event, number, text) => void (boot.alive && options.log?.(event, number, text)) },
    flash: flashOfBoot(boot, files.port),
    checksum,
    i2c: createI2cPort(boot, { buses }),
    digital: createDigitalPort(boot, pins),
    analog: createAnalogPort(boot, pins),
    system: createSystemPort(boot, {
      resetReason: options.resetReason ?? ResetReason.powerOn,
      uniqueId,
      watchdog: true,
      deepSleep: true,
      memoryFree: () => MEMORY_BYTES,
      onReset,
    }),
    pins,
    buses,
    setNetwork: (present) => {
      if (point === undefined) return;
      point.present = present;
      airChanged(air);
    },
    worldTime: () => fromMs(worldMs()),
    close,
  };
}

function createNetwork(
  boot: Boot,
  air: Air,
  options: DeviceOptions,
  ca: string | undefined,
): Pick<Ports, "wifi" | "dns" | "tcp" | "udp"> {
  const radio = new Radio(boot, air);
  const socketsMax = options.socketsMax ?? SOCKETS_MAX;
  return {
    wifi: radio.port,
    dns: createDnsPort(boot, radio),
    tcp: createTcpPort(boot, {
      tlsLevel: options.tlsLevel ?? TlsLevel.verified,
      ca,
      writeBytesMax: options.tcpWriteBytesMax ?? TCP_WRITE_BYTES_MAX,
      readBytesMax: options.tcpReadBytesMax ?? TCP_READ_BYTES_MAX,
      socketsMax,
      radio,
    }),
    udp: createUdpPort(boot, { bytesMax: options.udpBytesMax ?? UDP_BYTES_MAX, socketsMax, radio }),
  };
}

function accessPoint(wifi: { readonly ssid: string; readonly password: string }): AccessPoint {
  return { ...wifi, present: true, joinMs: 200 };
}

function readCa(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw new Error(`The certificates at ${path} cannot be read (${code}): give the path of a PEM file.`, { cause });
  }
}
