/**
 * One day of one device under a plan of faults, watched. The device runs an app that counts its readings, so that each is known by
 * its value, reads a sensor, and obeys numbered commands; behind the faults come quiet hours, in which everything has to arrive.
 */
import type { Definition } from "../../firmware/index";
import { ResetReason } from "../../hal/ports/system";
import { waitingReadings } from "../../firmware/agent/publisher";
import type { Thing } from "../../firmware/agent/thing";
import type { Program } from "../engines/program";
import { createLabCloud } from "../lab/cloud";
import type { LabCloud } from "../lab/cloud";
import { createLabDevice, settingsFor } from "../lab/device";
import type { LabDevice, Said } from "../lab/device";
import type { Arrival, Sent, Way } from "../lab/platform";
import { platformOf } from "../lab/platforms";
import type { Route } from "../lab/platforms";
import { programOf } from "../lab/program";
import { Trace } from "../lab/trace";
import { checksum } from "../world/checksum";
import { SERVER_ADDRESS } from "../world/network";
import { Random } from "../world/random";
import { createWorld } from "../world/world";
import type { World } from "../world/world";
import { restless, watchedApp } from "./app";
import { direct } from "./director";
import type { PlannedFault } from "./fault";
import { lossByFlips } from "./flips";
import type { Violation } from "./promises";
import { SensorWatch } from "./sensor-watch";
import { Watch } from "./watch";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long a device has to connect for the first time, and to drain its log behind the faults. */
const CONNECT_WITHIN_MS = HOUR;
const DRAIN_WITHIN_MS = 3 * HOUR;
const READ_EVERY_MS = 5 * MINUTE;
/** One device in eight has a log of a few dozen readings and fills it: what is dropped has to be counted, too. */
const TIGHT_ONE_IN = 8;
const TIGHT_READ_EVERY_MS = 2 * MINUTE;
const TIGHT_AREAS = [{ name: "records", blockBytes: 4096, blocks: 4 }, { name: "log", blockBytes: 256, blocks: 4 }] as const;
const COMMAND_EVERY_MS = 20 * MINUTE;
/** Behind the last fault: until a connection that nobody told of is noticed, and what is observed is asked for again. */
const SETTLE_MS = 30 * MINUTE;
const PROBE_EVERY_MS = 10 * MINUTE;
const HOST = "cloud.site.example";
const SITE = { ssid: "site", password: "password of the site" } as const;
/** The last words of a device that are kept for the report. */
const SAID_MAX = 40;

/** Makes a device's program of its app. */
export type MakeProgram = (definition: Definition, route: Route) => Program;

export interface DayOptions {
  readonly seed: string | number;
  readonly route: Route;
  /** Times are counted from the device's first connection. */
  readonly plan: readonly PlannedFault[];
  readonly forMs: number;
  /** Makes the program; another one where a test breaks the firmware on purpose. */
  readonly make?: MakeProgram;
}

export interface DayResult {
  readonly violations: readonly Violation[];
  /** How often each kind of fault happened. */
  readonly begun: ReadonlyMap<string, number>;
  readonly counts: { readonly accepted: number; readonly delivered: number; readonly duplicated: number; readonly dropped: number };
  /** Of everything that was said and stored, in order. */
  readonly hash: string;
  /** What the device said last. */
  readonly said: readonly Said[];
}

class Day {
  private readonly world: World;
  private readonly cloud: LabCloud;
  private readonly device: LabDevice;
  private readonly watch: Watch;
  private readonly sensors: SensorWatch;
  private readonly trace = new Trace();
  private readonly said: Said[] = [];
  private commands = 0;
  private token = "";
  /** The machine's boot in which the program came up last. */
  private boots = 0;

  constructor(private readonly options: DayOptions) {
    const { seed, route, plan, make = programOf } = options;
    this.world = createWorld({ seed, accessPoints: [SITE] });
    this.world.network.names.set(HOST, SERVER_ADDRESS);
    this.cloud = createLabCloud(this.world, platformOf(route.platform));
    const timesHold = !plan.some(({ kind }) => kind === "clock-jump");
    this.watch = new Watch({ now: () => this.world.clock.now(), worldMs: () => this.world.now(), timesHold });
    this.sensors = new SensorWatch({ sensor: () => this.device.machine.sensors, broken: (promise, says) => this.watch.broken(promise, says) });
    const isTight = new Random(`${seed}/device`).below(TIGHT_ONE_IN) === 0;
    this.device = createLabDevice(this.world, {
      program: make(watchedApp(this.watch, this.sensors, isTight ? TIGHT_READ_EVERY_MS : READ_EVERY_MS), route),
      machine: { sensorSource: restless, ...(isTight ? { flashAreas: TIGHT_AREAS } : {}) },
      provision: settingsFor({ host: HOST, ...SITE, ...this.cloud.side.credentials() }),
      onSaid: (event, number, text) => this.hear(event, number, text),
      beforeBoot: () => this.beforeBoot(),
      onBoot: (running) => this.booted(running as Thing),
    });
  }

  run(): DayResult {
    const { world, watch } = this;
    const connected = world.runUntil(() => this.said.some(({ event }) => event === "connected"), CONNECT_WITHIN_MS);
    const begun = connected ? this.live() : new Map<string, number>();
    if (!connected) watch.finish(false, 0, 0);
    const { accepted, delivered, duplicated, droppedInAll } = watch.ledger;
    const counts = { accepted, delivered, duplicated, dropped: droppedInAll };
    return { violations: watch.violations, begun, counts, hash: this.trace.hash, said: this.said };
  }

  /** What runs now; nothing between the return of the power and the boot. */
  private get thing(): Thing | undefined {
    const { on, boots } = this.device.machine;
    return on && boots.length === this.boots ? (this.device.running() as Thing) : undefined;
  }

  private get isDrained(): boolean {
    const { thing } = this;
    return thing !== undefined && thing.publisher.live && waitingReadings(thing) === 0;
  }

  /** The day itself, and the quiet hours behind it. */
  private live(): ReadonlyMap<string, number> {
    const { world, cloud, device, watch, options } = this;
    this.token = this.thing!.token;
    watch.activated(this.token);
    cloud.side.watch(this.token, (arrivals) => this.store(arrivals));
    const fromMs = world.clock.now();
    const director = direct({ world, cloud, devices: [device] }, options.plan.map((fault) => ({ ...fault, atMs: fromMs + fault.atMs })));
    for (let ms = 0; ms < options.forMs; ms += COMMAND_EVERY_MS) world.clock.schedule(ms, () => void this.command(this.commands % 2 === 0 ? "kept" : "passing"));
    for (let ms = 0; ms < options.forMs; ms += PROBE_EVERY_MS) world.clock.schedule(ms, () => watch.probe(this.thing));
    world.run(options.forMs);
    director.calm();
    world.run(SETTLE_MS);
    world.runUntil(() => this.isDrained, DRAIN_WITHIN_MS);
    this.leaveAndReturn();
    this.command("passing");
    world.run(MINUTE);
    const drained = world.runUntil(() => this.isDrained, HOUR);
    if (device.machine.boots.includes(ResetReason.watchdog)) watch.broken("S11", "the watchdog had to help");
    watch.finish(drained, device.machine.flash.cuts, this.commands);
    return director.begun;
  }

  /** A command is sent while the cloud's servers are down: what the platform keeps runs when the device is back. */
  private leaveAndReturn(): void {
    const { world, cloud, watch } = this;
    cloud.stop();
    const sent = this.command("kept");
    world.run(MINUTE);
    cloud.start();
    const isBack = world.runUntil(() => this.isDrained, HOUR);
    world.run(MINUTE);
    if (isBack && sent === "kept") watch.returned(this.commands);
  }

  /** An app of the user sends the next command. */
  private command(way: Way): Sent {
    this.commands += 1;
    const value = this.commands;
    this.watch.commanded(value);
    return this.cloud.side.command(this.token, "order", value, way, (obeyed) => this.watch.answered(value, obeyed));
  }

  private beforeBoot(): void {
    this.sensors.booted();
    this.watch.flipped(lossByFlips(this.device.machine.flash, checksum));
  }

  private booted(thing: Thing): void {
    this.boots = this.device.machine.boots.length;
    this.watch.booted(thing);
  }

  private hear(event: string, number: number, text: string): void {
    const ms = this.world.clock.now();
    this.trace.number(ms);
    this.trace.number(number);
    this.trace.text(`${event} ${text}`);
    this.said.push({ ms, event, number, text });
    if (this.said.length > SAID_MAX) this.said.shift();
    this.watch.said(event, number, text);
  }

  private store(arrivals: readonly Arrival[]): void {
    for (const { key, value, atMs } of arrivals) this.trace.text(`${key} ${String(value)} ${atMs}`);
    this.watch.arrived(arrivals);
  }
}

export function runDay(options: DayOptions): DayResult {
  return new Day(options).run();
}
