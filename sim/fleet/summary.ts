/** What came of a shard, and of a fleet: plain numbers that add up. Nothing here knows how they were come by. */
import { dropCauses } from "../lab/ledger";
import type { DropCause } from "../lab/ledger";
import { fleetHash } from "./fleet";
import { PerSecond } from "./per-second";

export interface Counts {
  /** Readings that devices took on themselves. */
  readonly produced: number;
  /** Readings that the cloud took in for the first time, and those that came once more. */
  readonly delivered: number;
  readonly duplicated: number;
  readonly dropped: Readonly<Record<DropCause, number>>;
  /** Of drained devices: readings that nobody can account for. */
  readonly lost: number;
  /** Of devices that were not drained when the run ended: readings that wait. */
  readonly waiting: number;
  readonly devices: number;
  /** Devices that never connected, and those that had something left at the end. */
  readonly neverConnected: number;
  readonly undrained: number;
  readonly boots: number;
  /** Events of the virtual world. */
  readonly events: number;
}

export interface ShardResult {
  readonly shard: number;
  /** Of everything that devices said and the cloud stored, in order; 16 hexadecimal digits. */
  readonly hash: string;
  /** False when the run was ended before its time. */
  readonly complete: boolean;
  readonly counts: Counts;
  /** How often each kind of fault began. */
  readonly faults: Readonly<Record<string, number>>;
  /** Sockets that devices opened to reach the cloud, and connections that the cloud took, as `PerSecond.pairs`. */
  readonly attempts: readonly number[];
  readonly accepts: readonly number[];
  /** Simulated time that was run, and from the end of the faults until the last device had nothing left; ms. */
  readonly simMs: number;
  readonly drainMs: number;
  /** Real time, ms: no part of the hash. */
  readonly busyMs: number;
  /** Memory of all devices and their cloud without the flash that was written, and that flash, bytes; 0 when nobody weighed. */
  readonly memoryBytes: number;
  readonly flashBytes: number;
}

export interface Summary extends Omit<ShardResult, "shard" | "attempts" | "accepts"> {
  readonly attempts: PerSecond;
  readonly accepts: PerSecond;
  readonly shards: number;
}

type Numbers = Readonly<Record<string, number>>;

function sum(all: readonly Numbers[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const one of all) for (const [name, value] of Object.entries(one)) total[name] = (total[name] ?? 0) + value;
  return total;
}

/** The summary of shards, in any order; every shard once. */
export function summarise(results: readonly ShardResult[]): Summary {
  const inOrder = [...results].sort((a, b) => a.shard - b.shard);
  const attempts = new PerSecond();
  const accepts = new PerSecond();
  for (const result of inOrder) {
    attempts.add(new PerSecond(result.attempts));
    accepts.add(new PerSecond(result.accepts));
  }
  const most = (pick: (result: ShardResult) => number): number => inOrder.reduce((max, result) => Math.max(max, pick(result)), 0);
  const all = (pick: (result: ShardResult) => number): number => inOrder.reduce((total, result) => total + pick(result), 0);
  const plain = inOrder.map(({ counts: { dropped: _, ...rest } }) => rest);
  return {
    hash: fleetHash(inOrder.map(({ hash }) => hash)),
    shards: inOrder.length,
    complete: inOrder.every(({ complete }) => complete),
    counts: { ...(sum(plain) as unknown as Counts), dropped: droppedIn(inOrder) },
    faults: sum(inOrder.map(({ faults }) => faults)),
    attempts,
    accepts,
    simMs: most(({ simMs }) => simMs),
    drainMs: most(({ drainMs }) => drainMs),
    busyMs: all(({ busyMs }) => busyMs),
    memoryBytes: all(({ memoryBytes }) => memoryBytes),
    flashBytes: all(({ flashBytes }) => flashBytes),
  };
}

function droppedIn(results: readonly ShardResult[]): Record<DropCause, number> {
  const entries = dropCauses.map((cause) => [cause, results.reduce((total, { counts }) => total + counts.dropped[cause], 0)]);
  return Object.fromEntries(entries) as Record<DropCause, number>;
}
