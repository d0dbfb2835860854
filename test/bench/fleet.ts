/**
 * The fleet beside a bare event queue: the same devices in the same rhythm, once as firmware with its log in flash and the real cloud,
 * once as stubs that do nothing but queue what a publish at QoS 1 needs (a reading, its way up, its parsing, its way down, a
 * keep-alive timer that begins anew). They take turns in slices, so that a busy machine slows both alike.
 */
import type { Fleet } from "../../sim/fleet/fleet";
import { SHARD_DEVICES } from "../../sim/fleet/fleet";
import { openShard } from "../../sim/fleet/shard";
import type { OpenShard } from "../../sim/fleet/shard";
import { weighBytes } from "../../sim/fleet/weigh";
import { VirtualClock } from "../../sim/world/clock";
import type { QueuedEvent } from "../../sim/world/queue";
import { Random } from "../../sim/world/random";

export interface FleetRow {
  readonly what: string;
  /** Simulated seconds of 10,000 devices in one real second, on one core. */
  readonly simPerSec: number;
  /** Real time of one publish, microseconds. */
  readonly publishUs: number;
  readonly bytesPerDevice: number;
}

const DEVICES = 10000;
const EVERY_MS = 30000;
const KEEP_ALIVE_MS = 60000;
const SHARDS = DEVICES / SHARD_DEVICES;
const SLICE_MS = 30000;
/** Of the stubs, all of which run in each slice. */
const STUB_SLICE_MS = 10000;
const SLICES = 6;
const WARM_UP_MS = 90000;

interface Stub {
  readonly topic: string;
  keepAlive: QueuedEvent | undefined;
  inFlight: boolean;
}

/** Stub devices on a bare queue; answers the clock that runs them. */
function stubs(count: number): VirtualClock {
  const clock = new VirtualClock();
  const random = new Random("bench");
  const latest = new Map<string, number>();
  const acknowledge = (stub: Stub): void => {
    stub.inFlight = false;
    if (stub.keepAlive !== undefined) clock.cancel(stub.keepAlive);
    stub.keepAlive = clock.schedule(KEEP_ALIVE_MS, () => undefined);
  };
  const publish = (stub: Stub): void => {
    clock.schedule(EVERY_MS, () => publish(stub));
    stub.inFlight = true;
    const text = JSON.stringify({ values: [{ key: "temperature", value: 21.5, datetime: clock.now() }] });
    clock.schedule(random.between(20, 50), () => {
      const { values } = JSON.parse(text) as { values: { value: number }[] };
      latest.set(stub.topic, values[0]!.value);
      clock.schedule(random.between(20, 50), () => acknowledge(stub));
    });
  };
  for (let i = 0; i < count; i += 1) {
    const stub: Stub = { topic: `v2/things/${i}`, keepAlive: undefined, inFlight: false };
    clock.schedule(random.below(EVERY_MS), () => publish(stub));
  }
  return clock;
}

/** Runs `pass` for so much simulated time; answers the real time, ms. */
function timed(pass: (ms: number) => void, ms: number): number {
  const began = performance.now();
  pass(ms);
  return performance.now() - began;
}

interface Figures {
  fleetMs: number;
  stubMs: number;
}

/** One shard in turns with the stubs; the shards of a fleet run one after the other on a core, so that is how they are timed. */
function shardBeside(fleet: Fleet, shard: number, bare: VirtualClock, figures: Figures): void {
  const running = openShard(fleet, shard);
  running.pass(WARM_UP_MS);
  for (let i = 0; i < SLICES; i += 1) {
    figures.fleetMs += timed((ms) => running.pass(ms), SLICE_MS);
    figures.stubMs += timed((ms) => bare.run(ms), STUB_SLICE_MS);
  }
}

/**
 * Memory of a device besides its flash, bytes: of two shards the second, beside the first, which has brought the code with it. Both are
 * held meanwhile; what a shard before them left would make it look smaller as it goes.
 */
function deviceBytes(fleet: Fleet): number {
  const held: OpenShard[] = [];
  let before = 0;
  for (const shard of [0, 1]) {
    before = weighBytes();
    const running = openShard(fleet, shard);
    held.push(running);
    running.pass(WARM_UP_MS);
  }
  return (weighBytes() - before - held[1]!.flashBytes) / SHARD_DEVICES;
}

/** The fleet, and the stubs. */
export function fleetBench(): readonly [FleetRow, FleetRow] {
  const fleet: Fleet = { seed: "bench", devices: DEVICES, platform: "thethings", transport: "mqtt", everyMs: EVERY_MS, forMs: WARM_UP_MS * 100 };
  const bytes = deviceBytes(fleet);
  const empty = weighBytes();
  const bare = stubs(DEVICES);
  bare.run(WARM_UP_MS);
  const stubBytes = (weighBytes() - empty) / DEVICES;
  const figures: Figures = { fleetMs: 0, stubMs: 0 };
  for (let shard = 0; shard < SHARDS; shard += 1) shardBeside(fleet, shard, bare, figures);
  const row = (what: string, ms: number, simMs: number, bytes: number): FleetRow => {
    const publishes = (DEVICES * simMs) / EVERY_MS;
    return { what, simPerSec: simMs / ms, publishUs: (ms * 1000) / publishes, bytesPerDevice: Math.round(bytes) };
  };
  return [row("firmware, log in flash, real cloud", figures.fleetMs, SLICES * SLICE_MS, bytes), row("stub devices on a bare queue", figures.stubMs, SHARDS * SLICES * STUB_SLICE_MS, stubBytes)];
}
