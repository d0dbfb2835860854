/**
 * What a fleet is, as plain data, and how it is divided. Shards are a property of the fleet, never of who runs it: the same fleet has
 * the same shards on one worker, on ten, and on a hundred machines.
 */
import { createHash } from "node:crypto";
import type { PlannedFault, Scenario } from "../faults/fault";
import type { Route } from "../lab/platforms";

/** Devices of a whole shard; the last of a fleet may have fewer. */
export const SHARD_DEVICES = 1000;
export const DEVICES_MAX = 10000000;

export interface Fleet extends Route {
  /** The root of all chance. */
  readonly seed: string;
  /** 1 to `DEVICES_MAX`. */
  readonly devices: number;
  /** A device reads its sensor so often, ms. */
  readonly everyMs: number;
  /** Simulated time under faults, ms; behind it the fleet drains. */
  readonly forMs: number;
  /** What goes wrong: a scenario, of which each shard draws its own plan, or a plan that holds in every shard; undefined for nothing. */
  readonly faults?: Scenario | readonly PlannedFault[];
}

export function shardCount(fleet: Fleet): number {
  return Math.ceil(fleet.devices / SHARD_DEVICES);
}

/** Devices of one shard. */
export function devicesIn(fleet: Fleet, shard: number): number {
  return Math.min(SHARD_DEVICES, fleet.devices - shard * SHARD_DEVICES);
}

/** The seed of one shard; the world's generator hashes it. */
export function seedOf(fleet: Fleet, shard: number): string {
  return `${fleet.seed}/shard ${shard}`;
}

/** The shards of part `index` (from 0) of `count` parts: every `count`-th, so that parts differ by one shard at most. */
export function shardsOfPart(fleet: Fleet, index: number, count: number): number[] {
  return Array.from({ length: shardCount(fleet) }, (_, shard) => shard).filter((shard) => shard % count === index);
}

/** The name of a fleet: equal for equal descriptions. 16 hexadecimal digits. */
export function fleetId(fleet: Fleet): string {
  const { seed, devices, platform, transport, everyMs, forMs, faults = null } = fleet;
  return digest(JSON.stringify([seed, devices, platform, transport, everyMs, forMs, faults]));
}

/** The hash of a run: of its shards' hashes in order. 16 hexadecimal digits. */
export function fleetHash(shardHashes: readonly string[]): string {
  return digest(shardHashes.join(" "));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
