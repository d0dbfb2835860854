/**
 * One shard: up to a thousand devices with the firmware that ships, in a world of their own with a cloud of their own. Everything that
 * is chance comes from the fleet's seed and the shard's number; who runs it, and beside what, has no say.
 */
import { every, measure, report } from "../../firmware/index";
import type { Definition } from "../../firmware/index";
import { waitingReadings } from "../../firmware/agent/publisher";
import type { Thing } from "../../firmware/agent/thing";
import type { Program } from "../engines/program";
import { direct } from "../faults/director";
import type { PlannedFault, Stage } from "../faults/fault";
import { planFaults } from "../faults/plan";
import { createLabCloud } from "../lab/cloud";
import type { LabCloud } from "../lab/cloud";
import { createLabDevice, settingsFor } from "../lab/device";
import type { LabDevice } from "../lab/device";
import { dropCauses, Ledger } from "../lab/ledger";
import type { DropCause } from "../lab/ledger";
import type { Arrival } from "../lab/platform";
import { platformOf } from "../lab/platforms";
import { programOf } from "../lab/program";
import { Trace } from "../lab/trace";
import { SERVER_ADDRESS } from "../world/network";
import { createWorld } from "../world/world";
import type { World } from "../world/world";
import { devicesIn, seedOf } from "./fleet";
import type { Fleet } from "./fleet";
import { PerSecond } from "./per-second";
import type { Counts, ShardResult } from "./summary";

const MINUTE_MS = 60000;
/** Devices are switched on one after the other within this time, or within a tenth of a shorter run. */
const ROLLOUT_MS_MAX = MINUTE_MS;
/** How long devices have to drain behind the faults: as long as the harness of faults gives one. */
const DRAIN_MS_MAX = 180 * MINUTE_MS;
/** Simulated time between two looks at who wants to know or to stop. */
const SLICE_MS = 5000;
const DRAIN_SLICE_MS = 1000;
const HOST = "cloud.site.example";
const SITE = { ssid: "site", password: "password of the site" } as const;
/** Values of a key that the cloud keeps: what was delivered is counted as it comes, not looked up. */
const CLOUD_VALUES = 2;

/** Who watches a shard run. */
export interface Onlooker {
  /** Simulated time that is over, ms. */
  progress?(simMs: number): void;
  /** True ends the run at once. */
  stopped?(): boolean;
  /** Memory in use after a collection, bytes. */
  weighBytes?(): number;
  /** Real time, ms. */
  realMs?(): number;
}

/** Reads a sensor that warms up and cools down; silent once the run is over, so that everything can arrive. */
function sensorApp(everyMs: number, producing: () => boolean): Definition {
  return (thing) => {
    measure(thing, { key: "temperature", unit: "Cel", decimals: 1 });
    every(thing, everyMs, () => {
      if (producing()) report(thing, "temperature", 20 + (Math.floor(thing.board.clock.uptime() / everyMs) % 100) / 10);
    });
  };
}

/** A device with its books. */
interface Member {
  readonly device: LabDevice;
  readonly ledger: Ledger;
  connected: boolean;
  watched: boolean;
}

class Shard {
  private readonly world: World;
  private readonly cloud: LabCloud;
  private readonly members: Member[] = [];
  private readonly stage: Stage & { readonly devices: LabDevice[] };
  private readonly trace = new Trace();
  private readonly attempts = new PerSecond();
  private readonly accepts = new PerSecond();
  private readonly program: Program;
  private readonly rolloutMs: number;
  private producing = true;

  constructor(private readonly fleet: Fleet, private readonly shard: number, private readonly onlooker: Onlooker) {
    this.world = createWorld({ seed: seedOf(fleet, shard), accessPoints: [SITE] });
    const { clock, network } = this.world;
    network.names.set(HOST, SERVER_ADDRESS);
    network.onSocket = () => this.attempts.count(clock.now());
    this.cloud = createLabCloud(this.world, platformOf(fleet.platform), {
      valuesMax: CLOUD_VALUES,
      onConnect: () => this.accepts.count(clock.now()),
    });
    this.stage = { world: this.world, cloud: this.cloud, devices: [] };
    this.program = programOf(sensorApp(fleet.everyMs, () => this.producing), fleet, "fleet");
    this.rolloutMs = Math.min(ROLLOUT_MS_MAX, Math.floor(fleet.forMs / 10));
    const devices = devicesIn(fleet, shard);
    for (let i = 0; i < devices; i += 1) clock.schedule(Math.floor((i * this.rolloutMs) / devices), () => this.switchOn());
  }

  run(): ShardResult {
    const { world, fleet, onlooker } = this;
    const began = onlooker.realMs?.() ?? 0;
    const before = onlooker.weighBytes?.() ?? 0;
    const everyoneIsOn = this.pass(this.rolloutMs);
    const director = direct(this.stage, everyoneIsOn ? this.plan() : []);
    const over = everyoneIsOn && this.pass(fleet.forMs - this.rolloutMs);
    this.producing = false;
    director.calm();
    const memory = onlooker.weighBytes === undefined ? 0 : onlooker.weighBytes() - before;
    const endMs = world.clock.now();
    const complete = over && this.drain();
    const { flashBytes } = this;
    return {
      shard: this.shard,
      hash: this.trace.hash,
      complete,
      counts: this.counts(),
      faults: Object.fromEntries([...director.begun].sort(([a], [b]) => (a < b ? -1 : 1))),
      attempts: this.attempts.pairs(),
      accepts: this.accepts.pairs(),
      simMs: endMs,
      drainMs: world.clock.now() - endMs,
      busyMs: Math.round((onlooker.realMs?.() ?? 0) - began),
      memoryBytes: Math.max(0, memory - flashBytes),
      flashBytes,
    };
  }

  /** Flash that was written, bytes. */
  get flashBytes(): number {
    return this.members.reduce((sum, { device }) => sum + device.machine.flash.bytesHeld, 0);
  }

  private plan(): readonly PlannedFault[] {
    const { fleet, shard, rolloutMs } = this;
    const { faults } = fleet;
    if (faults === undefined) return [];
    if (!("rules" in faults)) return faults;
    return planFaults(faults, { seed: seedOf(fleet, shard), devices: this.members.length, fromMs: rolloutMs, untilMs: fleet.forMs });
  }

  /** Runs so much simulated time; false when somebody has stopped it. */
  pass(ms: number): boolean {
    const { world, onlooker } = this;
    for (const end = world.clock.now() + ms; world.clock.now() < end; ) {
      if (onlooker.stopped?.() === true) return false;
      world.run(Math.min(SLICE_MS, end - world.clock.now()));
      onlooker.progress?.(world.clock.now());
    }
    return true;
  }

  /** Lets everything arrive; false when somebody has stopped it. */
  private drain(): boolean {
    const { world, onlooker } = this;
    const limit = world.clock.now() + DRAIN_MS_MAX;
    for (let waiting = this.members; ; world.run(DRAIN_SLICE_MS)) {
      waiting = waiting.filter((member) => !isDrained(member));
      if (waiting.length === 0 || world.clock.now() >= limit) return true;
      if (onlooker.stopped?.() === true) return false;
    }
  }

  private switchOn(): void {
    const place = this.members.length;
    const ledger = new Ledger();
    const device = createLabDevice(this.world, {
      program: this.program,
      provision: settingsFor({ host: HOST, ...SITE, ...this.cloud.side.credentials() }),
      onSaid: (event, number, text) => this.hear(place, event, number, text),
    });
    this.members.push({ device, ledger, connected: false, watched: false });
    this.stage.devices.push(device);
  }

  private hear(place: number, event: string, number: number, text: string): void {
    const { trace, world } = this;
    const member = this.members[place]!;
    trace.number(world.clock.now());
    trace.number(place);
    trace.number(number);
    trace.text(event);
    trace.text(text);
    member.ledger.said(event, number, text);
    if (event === "connected") member.connected = true;
    if (event === "connected" || event === "activated") this.follow(member, place);
  }

  /** Hears what the cloud stores for a device, from its first token on. */
  private follow(member: Member, place: number): void {
    if (member.watched) return;
    const token = (member.device.running() as Thing).token;
    const store = (elements: readonly Arrival[]): void => {
      this.trace.number(place);
      for (const { key, value, atMs } of elements) this.trace.text(`${key} ${String(value)} ${atMs}`);
      member.ledger.arrived(elements);
    };
    member.watched = this.cloud.side.watch(token, store);
  }

  private counts(): Counts {
    const { members, world } = this;
    const all = (pick: (member: Member) => number): number => members.reduce((sum, member) => sum + pick(member), 0);
    const outstanding = (member: Member): number => Math.max(0, member.ledger.outstanding);
    const dropped = dropCauses.map((cause) => [cause, all(({ ledger }) => ledger.droppedFor(cause))]);
    return {
      produced: all(({ ledger }) => ledger.accepted),
      delivered: all(({ ledger }) => ledger.delivered),
      duplicated: all(({ ledger }) => ledger.duplicated),
      dropped: Object.fromEntries(dropped) as Record<DropCause, number>,
      lost: all((member) => (isDrained(member) ? outstanding(member) : 0)),
      waiting: all((member) => (isDrained(member) ? 0 : outstanding(member))),
      devices: members.length,
      neverConnected: all(({ connected }) => (connected ? 0 : 1)),
      undrained: all((member) => (isDrained(member) ? 0 : 1)),
      boots: all(({ device }) => device.machine.boots.length),
      events: world.clock.events,
    };
  }
}

/** It is connected and its log is empty. */
function isDrained({ device }: Member): boolean {
  const thing = device.machine.on ? (device.running() as Thing | undefined) : undefined;
  return thing?.publisher.live === true && waitingReadings(thing) === 0;
}

/** A shard that somebody runs piece by piece: a bench. */
export interface OpenShard {
  /** Runs so much simulated time. */
  pass(ms: number): void;
  /** Flash that was written, bytes. */
  readonly flashBytes: number;
}

/** Makes a shard without faults; nothing has run yet. */
export function openShard(fleet: Fleet, shard: number): OpenShard {
  return new Shard(fleet, shard, {});
}

/** Runs one shard from its beginning to its end. */
export function runShard(fleet: Fleet, shard: number, onlooker: Onlooker = {}): ShardResult {
  return new Shard(fleet, shard, onlooker).run();
}
