/** A world with a cloud and devices, as a test of an app uses it. */
import type { Definition } from "../../firmware/agent/thing";
import type { Thing } from "../../firmware/agent/thing";
import type { Conditions } from "../world/conditions";
import type { Machine, MachineOptions } from "../world/machine";
import { createWorld as createBareWorld } from "../world/world";
import type { World } from "../world/world";
import { createLabCloud } from "./cloud";
import type { LabCloud } from "./cloud";
import { createLabDevice, settingsFor } from "./device";
import type { Said } from "./device";
import { durationMs } from "./duration";
import type { Way } from "./platform";
import { platformOf, routeOf } from "./platforms";
import { programOf } from "./program";
import { Trace } from "./trace";

export interface LabOptions {
  /** The same seed gives the same run. */
  readonly seed: string | number;
  /** Whose cloud it has: "thethings" unless given. */
  readonly platform?: string;
  /** Changes to a good network, for all devices. */
  readonly conditions?: Partial<Conditions>;
  /** WiFi networks; without them every device has a network from its boot on. */
  readonly accessPoints?: readonly { readonly ssid: string; readonly password: string; readonly joinMs?: number }[];
  /** World time at the beginning; 2026-01-01T00:00:00Z unless given. */
  readonly start?: Date;
}

export interface BootOptions {
  /** One that the platform has: "mqtt" unless given. */
  readonly transport?: string;
  readonly ssid?: string;
  readonly password?: string;
  /** What the machine is like: chips, pins, flash, limits. */
  readonly machine?: MachineOptions;
}

/** A device under test. */
export interface Tested {
  /** Its machine: power, flash, pins, connections. */
  readonly machine: Machine;
  /** Everything that it said of itself so far. */
  readonly said: readonly Said[];
  /** The same under one name: "connected", "reading", "published", "command", "offline" … */
  told(event: string): readonly Said[];
}

/** The cloud's side of a test. */
export interface CloudSide {
  /** What the platform holds of a resource, oldest first. */
  values(device: Tested, key: string): unknown[];
  /**
   * A command to the device, as an app of the user sends it. "kept" unless given: on EVRYTHNG an action, on ThingsBoard a shared attribute;
   * "passing" is a property that is written, a call. thethings.iO has one way.
   */
  send(device: Tested, key: string, value: boolean | number | string, way?: Way): void;
  stop(): void;
  start(): void;
}

class LabWorld {
  /** The machinery below: network, access points, clock, generator. */
  readonly world: World;
  readonly cloud: CloudSide;
  private readonly server: LabCloud;
  private readonly platform: string;
  private readonly trace = new Trace();
  private readonly tokens = new Map<Tested, () => string>();

  constructor(options: LabOptions) {
    const { seed, conditions, accessPoints, start, platform = "thethings" } = options;
    this.platform = platform;
    const air = accessPoints === undefined ? {} : { accessPoints };
    const weather = conditions === undefined ? {} : { conditions };
    this.world = createBareWorld({ seed, ...air, ...weather, ...(start === undefined ? {} : { startTimeMs: start.getTime() }) });
    this.server = createLabCloud(this.world, platformOf(platform));
    this.cloud = {
      values: (device, key) => this.values(device, key),
      send: (device, key, value, way) => this.send(device, key, value, way ?? "kept"),
      stop: () => this.server.stop(),
      start: () => this.server.start(),
    };
  }

  /** Makes a device, provisions it as its platform wants it, and switches it on. */
  boot(app: Definition, options: BootOptions = {}): Tested {
    const { transport = "mqtt", ssid = "", password = "", machine = {} } = options;
    const said: Said[] = [];
    const place = this.tokens.size;
    const device = createLabDevice(this.world, {
      program: programOf(app, routeOf(this.platform, transport)),
      provision: settingsFor({ ...this.server.side.credentials(), ssid, password }),
      machine,
      onSaid: (event, number, text) => {
        const ms = this.world.clock.now();
        for (const value of [ms, place, number]) this.trace.number(value);
        this.trace.text(`${event} ${text}`);
        said.push({ ms, event, number, text });
      },
    });
    const tested: Tested = { machine: device.machine, said, told: (event) => said.filter((one) => one.event === event) };
    this.tokens.set(tested, () => (device.running() as Thing | undefined)?.token ?? "");
    return tested;
  }

  /** Runs so much virtual time: "90s", "10m", "8h", "7d", or milliseconds. */
  run(duration: string | number): void {
    this.world.run(this.ms(duration));
  }

  /** Runs until `done` holds, looking after every event; answers whether it came to hold within the limit. */
  runUntil(done: () => boolean, limit: string | number): boolean {
    return this.world.runUntil(done, this.ms(limit));
  }

  /** Of everything that the devices said so far: equal for equal runs. */
  get hash(): string {
    return this.trace.hash;
  }

  private ms(duration: string | number): number {
    const ms = durationMs(duration);
    if (ms === undefined) throw new Error(`"${duration}" is no duration: write 90s, 10m, 8h or 7d, or milliseconds as a number.`);
    return ms;
  }

  private tokenOf(device: Tested): string {
    const token = this.tokens.get(device)?.() ?? "";
    if (token === "") throw new Error(`${device.machine.name} is not activated yet: run the world until it has said "activated".`);
    return token;
  }

  private values(device: Tested, key: string): unknown[] {
    return this.server.side.values(this.tokenOf(device), key);
  }

  private send(device: Tested, key: string, value: boolean | number | string, way: Way): void {
    const sent = this.server.side.command(this.tokenOf(device), key, value, way, () => undefined);
    if (sent === "refused") throw new Error(`The cloud refused the command "${key}": its disk is full, or it cannot take such a key or value.`);
  }
}

/** A world with a cloud that runs. */
export type Lab = InstanceType<typeof LabWorld>;

export function createWorld(options: LabOptions): Lab {
  return new LabWorld(options);
}
