/**
 * The file of `--out`: the fleet, and what came of some of its shards. Everything is checked when it is read, because it may come from
 * another machine, another version, or a hand; a mistake is one sentence.
 */
import { dropCauses } from "../lab/ledger";
import { isRoute } from "../lab/platforms";
import { DEVICES_MAX, devicesIn, fleetId, shardCount } from "./fleet";
import type { Fleet } from "./fleet";
import type { ShardResult } from "./summary";

/** A file that cannot be used; `message` is one sentence. */
export class FleetFileError extends Error {}

export interface FleetFile {
  readonly fleet: Fleet;
  readonly results: readonly ShardResult[];
}

const VERSION = 2;

export function writeFleetFile({ fleet, results }: FleetFile): string {
  return `${JSON.stringify({ motetFleet: VERSION, id: fleetId(fleet), fleet, results })}\n`;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function areCounts(value: unknown, names?: readonly string[]): boolean {
  if (!isRecord(value)) return false;
  return Object.values(value).every(isCount) && (names === undefined || names.every((name) => name in value));
}

const countNames = ["produced", "delivered", "duplicated", "lost", "waiting", "devices", "neverConnected", "undrained", "boots", "events"];
const plainNames = ["shard", "simMs", "drainMs", "busyMs", "memoryBytes", "flashBytes"];

function isHistogram(value: unknown): boolean {
  return Array.isArray(value) && value.length % 2 === 0 && value.every(isCount);
}

/** A fleet as it came from outside; what its faults are is checked where they are made, and its id covers them. */
export function isFleet(value: unknown): value is Fleet {
  if (!isRecord(value)) return false;
  const { seed, devices, platform, transport, everyMs, forMs } = value;
  const isPlain = typeof seed === "string" && isRoute(platform, transport);
  return isPlain && isCount(devices) && devices >= 1 && devices <= DEVICES_MAX && isCount(everyMs) && everyMs >= 1 && isCount(forMs) && forMs >= 1;
}

/** One result as it came from outside. */
export function isResult(value: unknown, fleet: Fleet): value is ShardResult {
  if (!isRecord(value) || !isRecord(value["counts"])) return false;
  const { shard, hash, complete, counts, faults, attempts, accepts } = value;
  const { dropped, ...plain } = counts as Record<string, unknown>;
  return (
    plainNames.every((name) => isCount(value[name])) &&
    (shard as number) < shardCount(fleet) &&
    typeof hash === "string" &&
    /^[0-9a-f]{16}$/.test(hash) &&
    typeof complete === "boolean" &&
    areCounts(plain, countNames) &&
    areCounts(dropped, dropCauses) &&
    areCounts(faults) &&
    isHistogram(attempts) &&
    isHistogram(accepts) &&
    (plain["devices"] as number) <= devicesIn(fleet, shard as number)
  );
}

/** Reads such a file. Throws `FleetFileError`; `name` is what the file is called there. */
export function readFleetFile(text: string, name: string): FleetFile {
  const refuse = (what: string): never => {
    throw new FleetFileError(`${name} ${what}`);
  };
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return refuse('is no result of a fleet: it must be a file that "motet fleet --out" has written to its end.');
  }
  if (!isRecord(file) || !("motetFleet" in file)) return refuse('is no result of a fleet: it must be a file that "motet fleet --out" has written.');
  if (file["motetFleet"] !== VERSION) return refuse(`was written by another version of motet (format ${String(file["motetFleet"])}, not ${VERSION}): run its part again with this one.`);
  const { fleet, results } = file;
  if (!isFleet(fleet) || file["id"] !== fleetId(fleet)) return refuse("describes a fleet that cannot be: it was changed after it was written; run its part again.");
  if (!Array.isArray(results) || !results.every((result) => isResult(result, fleet))) return refuse("holds a shard that is damaged: run its part again.");
  return { fleet, results };
}

/** Puts files together: the whole fleet, each shard once. Throws `FleetFileError`. */
export function mergeFleetFiles(files: readonly (FleetFile & { readonly name: string })[]): FleetFile {
  const [first] = files;
  if (first === undefined) throw new FleetFileError("There is nothing to merge: name the files that the parts have written.");
  const found = new Map<number, { readonly name: string; readonly result: ShardResult }>();
  for (const { name, fleet, results } of files) {
    if (fleetId(fleet) !== fleetId(first.fleet)) throw new FleetFileError(`${name} is of another fleet than ${first.name}: all parts need the same devices, seed, times, platform, transport and faults.`);
    for (const result of results) {
      const twin = found.get(result.shard);
      if (twin !== undefined) throw new FleetFileError(`${name} and ${twin.name} both hold shard ${result.shard}: give each part once.`);
      if (!result.complete) throw new FleetFileError(`${name} was ended before its time: run its part again.`);
      found.set(result.shard, { name, result });
    }
  }
  const missing = Array.from({ length: shardCount(first.fleet) }, (_, shard) => shard).filter((shard) => !found.has(shard));
  if (missing.length > 0) throw new FleetFileError(`${missing.length} of ${shardCount(first.fleet)} shards are missing, shard ${missing[0]!} first: give the files of all parts.`);
  return { fleet: first.fleet, results: [...found.values()].map(({ result }) => result).sort((a, b) => a.shard - b.shard) };
}
