/** Watches the promises of one device during a day: hears the device, the app and the cloud, and says what was broken. */
import type { Thing } from "../../firmware/agent/thing";
import { Ledger } from "../lab/ledger";
import type { Arrival } from "../lab/platform";
import type { FlipLoss } from "./flips";
import type { PromiseId, Violation } from "./promises";

/** The longest wait between two tries, ms. */
const BACKOFF_MS_MAX = 300000;
/** How long a connection lasts until the waits begin anew: a minute, which is looked at each half minute, ms. */
const STABLE_MS = 100000;
/** What a device may hold in memory: batches on their way, readings of the RAM queue (docs/SPEC-store.md). */
const FLIGHTS_MAX = 4;
const RAM_READINGS_MAX = 24;
/** A reading's time may be off by so much: what an app's turn takes, and the rounding of the clock. */
const TIME_TOLERANCE_MS = 2000;
/** Waits in a row that show whether chance has a say in them. */
const WAITS_TO_JUDGE = 8;
/** Of one promise; a day that breaks everything would say so thousands of times. */
const TOLD_MAX = 3;

/** A value of the app: it is reported until the device has accepted it, so more than once where nobody was told. */
interface Made {
  /** World times, ms since 1970. */
  readonly atMs: number[];
  arrivals: number;
}

export interface WatchOptions {
  readonly now: () => number;
  /** World time, ms since 1970. */
  readonly worldMs: () => number;
  /** True where no clock jumps: then the times of readings are checked. */
  readonly timesHold: boolean;
}

export class Watch {
  /** Remembers every reading: one from a block that takes no marks any more comes again after a boot, however old it is. */
  readonly ledger = new Ledger(Infinity);
  readonly violations: Violation[] = [];
  private readonly made = new Map<string, Made[]>();
  /** By key: the value that arrived last. */
  private readonly last = new Map<string, number>();
  private readonly sent = new Set<number>();
  private readonly obeyed = new Set<number>();
  private readonly seen = new Map<string, unknown>();
  private waits: number[] = [];
  private failures = 0;
  private connectedAtMs: number | undefined;
  private token = "";
  private uncounted = 0;
  private overcounted = 0;

  constructor(private readonly options: WatchOptions) {}

  /** The app has reported a reading, which may be accepted; `value` is its number within its key. */
  reported(key: string, value: number): void {
    const made = this.made.get(key) ?? [];
    this.made.set(key, made);
    (made[value] ??= { atMs: [], arrivals: 0 }).atMs.push(this.options.worldMs());
  }

  /** The app's user has sent a command. */
  commanded(value: number): void {
    this.sent.add(value);
  }

  /** The app obeys a command. */
  obeys(value: number): void {
    if (this.obeyed.has(value)) this.broken("S8", `command ${value} ran twice`);
    if (!this.sent.has(value)) this.broken("S8", `command ${value} was never sent`);
    this.obeyed.add(value);
  }

  /** The cloud has the device's answer to a command. */
  answered(value: number, obeyed: boolean): void {
    if (obeyed && !this.obeyed.has(value)) this.broken("S8", `command ${value} was answered as obeyed and did not run`);
  }

  /** The device is back in quiet times, and the platform has kept a command for it. */
  returned(value: number): void {
    if (!this.obeyed.has(value)) this.broken("S8", `command ${value}, which waited for the device, did not run`);
  }

  /** The device's log. */
  said(event: string, number: number, text: string): void {
    this.ledger.said(event, number, text);
    if (event === "retry") this.waited(number);
    if (event === "connected") this.connectedAtMs = this.options.now();
    if (event === "boot") this.rebooted();
    const { published, delivered, duplicated } = this.ledger;
    if (event === "published" && published > delivered + duplicated) this.broken("S4", `${published} readings count as arrived, the cloud took in ${delivered + duplicated}`);
  }

  /** What the cloud stored for the device. */
  arrived(elements: readonly Arrival[]): void {
    for (const { key, value, atMs } of elements) {
      const name = `${key} ${atMs}`;
      if (this.seen.has(name) && this.seen.get(name) !== value) this.collided(name, value);
      this.seen.set(name, value);
    }
    for (const element of this.ledger.arrived(elements)) this.arrivedFirst(element);
  }

  /** Two readings under one name: a device did it, or a clock that was set back and a boot gave two of them one millisecond. */
  private collided(name: string, value: unknown): void {
    if (this.options.timesHold) this.broken("S2", `${name} came as ${String(this.seen.get(name))} and as ${String(value)}`);
    else this.uncounted += 1;
  }

  private arrivedFirst({ key, value, atMs: told }: Arrival): void {
    const made = this.made.get(key);
    if (made === undefined) return;
    const number = Number(value);
    const reading = made[number];
    if (reading === undefined) return this.broken("S2", `the cloud has ${key} ${String(value)}, which was never made`);
    reading.arrivals += 1;
    if (reading.arrivals > reading.atMs.length) this.broken("S2", `${key} ${number} came ${reading.arrivals} times under different times`);
    const last = this.last.get(key) ?? 0;
    if (number < last) this.broken("S3", `${key} ${number} came behind ${key} ${last}`);
    this.last.set(key, Math.max(last, number));
    if (!this.options.timesHold) return;
    const off = Math.min(...reading.atMs.map((atMs) => Math.abs(told - atMs)));
    if (off > TIME_TOLERANCE_MS) this.broken("S9", `${key} ${number} is ${off} ms away from the time at which it was made`);
  }

  /** Looks at the running device; `undefined` while it is off. */
  probe(thing: Thing | undefined): void {
    if (thing === undefined) return;
    const { flights, ram, held, keys } = thing.publisher;
    if (flights.length > FLIGHTS_MAX) this.broken("S5", `${flights.length} batches are on their way`);
    if (ram.readings.length > RAM_READINGS_MAX) this.broken("S5", `${ram.readings.length} readings wait in memory`);
    if (held.length !== keys.length) this.broken("S5", `${held.length} marks for ${keys.length} keys`);
  }

  /** A boot has begun: what was accepted before must be in its log, unless the cloud has it or it was counted. */
  booted(thing: Thing): void {
    const { log } = thing.publisher;
    const { waiting } = log;
    const { outstanding } = this.ledger;
    // The losses of the boot before are told with the first batch after it.
    const untold = log.droppedFull + log.droppedCorrupt - this.ledger.droppedFor("full") - this.ledger.droppedFor("corrupt");
    if (outstanding > waiting + Math.max(0, untold) + this.uncounted) this.broken("S10", `after a boot the log holds ${waiting} readings where ${outstanding} are outstanding`);
    if (this.token !== "" && thing.token !== this.token) this.broken("S10", "after a boot the token is another, or none");
    this.token = thing.token;
  }

  /** What flipped bits took from the log, as far as nobody can know. */
  flipped({ uncounted, overcounted }: FlipLoss): void {
    this.uncounted += uncounted;
    this.overcounted += overcounted;
  }

  /** The device is known under that token from now on. */
  activated(token: string): void {
    this.token = token;
  }

  /**
   * The day is over, the faults as well. `drained` says whether the log is empty, `cuts` how often the power failed inside a write:
   * such a reading may be in the log though nobody was told.
   */
  finish(drained: boolean, cuts: number, lastCommand: number): void {
    const { accepted, delivered, droppedInAll, outstanding } = this.ledger;
    if (!drained) return this.broken("S6", `${outstanding} readings are outstanding long after the last fault`);
    // What a full log dropped may have arrived, and only its acknowledgement was lost.
    const counted = cuts + this.overcounted + this.ledger.droppedFor("full");
    if (outstanding > this.uncounted || outstanding < -counted) this.broken("S1", `of ${accepted} accepted readings ${delivered} were delivered and ${droppedInAll} counted as dropped`);
    if (!this.obeyed.has(lastCommand)) this.broken("S8", "a command of quiet times did not run");
  }

  private rebooted(): void {
    this.failures = 0;
    this.waits = [];
    this.connectedAtMs = undefined;
  }

  private waited(ms: number): void {
    if (this.connectedAtMs !== undefined && this.options.now() - this.connectedAtMs >= STABLE_MS) this.failures = 0;
    this.connectedAtMs = undefined;
    this.failures += 1;
    this.waits.push(ms);
    const ceiling = Math.min(BACKOFF_MS_MAX, 1000 * 2 ** (this.failures - 1));
    if (ms < 0 || ms > Math.max(ceiling, 1000)) this.broken("S7", `the ${this.failures}th wait in a row is ${ms} ms, above ${ceiling}`);
    if (this.waits.length < WAITS_TO_JUDGE) return;
    if (new Set(this.waits).size === 1) this.broken("S7", `${WAITS_TO_JUDGE} waits of ${ms} ms: no chance is in them`);
    this.waits = this.waits.slice(1);
  }

  /** A promise was broken, by the word of whoever watches a part of it. */
  broken(promise: PromiseId, says: string): void {
    if (this.violations.filter((each) => each.promise === promise).length < TOLD_MAX) this.violations.push({ promise, atMs: this.options.now(), says });
  }
}
