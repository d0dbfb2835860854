/** What the verbs of `motet fleet` share: the options that describe a fleet, workers, progress, and what is said at the end. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { scenarioNames } from "../sim/faults/scenarios";
import { DEVICES_MAX } from "../sim/fleet/fleet";
import type { Fleet } from "../sim/fleet/fleet";
import type { Summary } from "../sim/fleet/summary";
import { WORKERS_MAX } from "../sim/fleet/workers";
import { durationMs } from "../sim/lab/duration";
import { platformNames, routeOf, transportNames } from "../sim/lab/platforms";
import { wholeNumber } from "./context";
import type { Context } from "./context";
import { scenarioOf } from "./scenario";
import { bar, endEvent, endLines } from "./fleet-output";

/** What describes a fleet on the command line. */
export interface FleetChoice {
  readonly devices: number;
  readonly for: number;
  readonly faults?: string;
  readonly seed: string;
  readonly platform: string;
  readonly transport: string;
  readonly every: number;
  readonly json?: boolean;
}

const SECOND_MS = 1000;
const YEAR_MS = 366 * 24 * 3600 * SECOND_MS;
/** Real time between two events on progress, ms. */
const PROGRESS_EVENT_MS = 1000;

function duration(least: number, most: number, what: string): (text: string) => number {
  return (text) => {
    const ms = durationMs(text);
    if (ms === undefined || ms < least || ms > most) throw new InvalidArgumentError(`${what} is a duration like "30s", "10m" or "24h", from ${least / SECOND_MS} s to ${most / SECOND_MS} s.`);
    return ms;
  };
}

/** The fleet that the options describe. Throws one sentence. */
export function fleetOf(options: FleetChoice): Fleet {
  const { devices, seed, platform, transport, every: everyMs, for: forMs, faults } = options;
  return { seed, devices, ...routeOf(platform, transport), everyMs, forMs, ...(faults === undefined ? {} : { faults: scenarioOf(faults) }) };
}

/** The script that worker threads run; built beside the command. */
export function workerScript({ root }: Context): string {
  return join(root, "dist", "fleet-worker.js");
}

/** Shows how far all shards are together: a bar for people, an event now and then for programs. */
export function progressOf({ output }: Context, { json }: { readonly json?: boolean }, wholeMs: number): (simMs: number) => void {
  const began = performance.now();
  let toldMs = -PROGRESS_EVENT_MS;
  return (simMs) => {
    const sinceMs = performance.now() - began;
    const share = Math.min(1, simMs / wholeMs);
    output.progress(bar(share, sinceMs));
    if (json !== true || sinceMs - toldMs < PROGRESS_EVENT_MS) return;
    toldMs = sinceMs;
    output.event({ event: "progress", percent: Math.floor(share * 100), simSeconds: simMs / 1000 });
  };
}

/** Says what came of a fleet; lost readings are a failure, whoever ran it. */
export function conclude({ output }: Context, fleet: Fleet, summary: Summary, wallMs: number): void {
  output.report(endEvent(fleet, summary, wallMs), endLines(fleet, summary, wallMs));
  if (summary.counts.lost > 0) process.exitCode = 1;
}

/** The options that describe a fleet. */
export function withFleetOptions(command: Command): Command {
  return command
    .option("--devices <n>", "how many devices", wholeNumber(1, DEVICES_MAX, "The number of devices"), 1000)
    .addOption(new Option("--for <duration>", "simulated time, e.g. 24h").argParser(duration(10 * SECOND_MS, YEAR_MS, "The time")).default(3600 * SECOND_MS, "1h"))
    .addOption(new Option("--every <duration>", "how often a device reads its sensor").argParser(duration(SECOND_MS, 24 * 3600 * SECOND_MS, "The time between two readings")).default(30 * SECOND_MS, "30s"))
    .option("--platform <name>", platformNames, "thethings")
    .option("--transport <name>", `${transportNames}, as far as the platform has it`, "mqtt")
    .option("--faults <scenario>", `what goes wrong: ${scenarioNames.join(", ")}, or a file`)
    .option("--seed <text>", "the same seed gives the same run", "1")
    .option("--json", "print one event per line as JSON");
}

export const workersOption = ["--workers <n>", "worker threads", wholeNumber(1, WORKERS_MAX, "The number of workers"), Math.min(WORKERS_MAX, availableParallelism())] as const;
