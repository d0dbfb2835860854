/** `motet fleet`: thousands of devices in virtual time, on this machine or on many. */
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { scenarioNames } from "../sim/faults/scenarios";
import { mergeFleetFiles, readFleetFile, writeFleetFile } from "../sim/fleet/file";
import { DEVICES_MAX, shardsOfPart } from "../sim/fleet/fleet";
import type { Fleet } from "../sim/fleet/fleet";
import { summarise } from "../sim/fleet/summary";
import { runShards, WORKERS_MAX } from "../sim/fleet/workers";
import { durationMs } from "../sim/lab/duration";
import type { Context } from "./context";
import { scenarioOf } from "./scenario";
import { bar, endEvent, endLines } from "./fleet-output";

/** One part of a fleet, from 0. */
interface Part {
  readonly index: number;
  readonly count: number;
}

export interface FleetOptions {
  readonly devices: number;
  readonly for: number;
  readonly faults?: string;
  readonly seed: string;
  readonly transport: string;
  readonly every: number;
  readonly workers: number;
  readonly shard?: Part;
  readonly out?: string;
  readonly json?: boolean;
}

const SECOND_MS = 1000;
const YEAR_MS = 366 * 24 * 3600 * SECOND_MS;
const PARTS_MAX = 10000;
/** Real time between two events on progress, ms. */
const PROGRESS_EVENT_MS = 1000;

function whole(least: number, most: number, what: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) throw new InvalidArgumentError(`${what} is a whole number from ${least} to ${most}.`);
    return number;
  };
}

function duration(least: number, most: number, what: string): (text: string) => number {
  return (text) => {
    const ms = durationMs(text);
    if (ms === undefined || ms < least || ms > most) throw new InvalidArgumentError(`${what} is a duration like "30s", "10m" or "24h", from ${least / SECOND_MS} s to ${most / SECOND_MS} s.`);
    return ms;
  };
}

function parsePart(text: string): Part {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || count < 1 || count > PARTS_MAX || index >= count) throw new InvalidArgumentError(`A part is written i/n with i from 0 to n-1, as in 0/4; n is at most ${PARTS_MAX}.`);
  return { index, count };
}

/** The fleet that the options describe. Throws one sentence. */
export function fleetOf(options: FleetOptions): Fleet {
  const { devices, seed, transport, every: everyMs, for: forMs, faults } = options;
  if (transport !== "mqtt" && transport !== "coap") throw new Error(`The transport is mqtt or coap, not "${transport}".`);
  return { seed, devices, transport, everyMs, forMs, ...(faults === undefined ? {} : { faults: scenarioOf(faults) }) };
}

/** The script that worker threads run; built beside the command. */
export function workerScript({ root }: Context): string {
  return join(root, "dist", "fleet-worker.js");
}

/** Aborts when the user ends the command; a second time ends it at once. */
export function endedByUser(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
  return ended.signal;
}

function writeOut(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (problem) {
    throw new Error(`The result cannot be written to ${path} (${(problem as NodeJS.ErrnoException).code ?? "unknown"}): name another file.`, { cause: problem });
  }
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

async function run(context: Context, options: FleetOptions): Promise<void> {
  const { shard: part, out, workers } = options;
  if (part !== undefined && out === undefined) throw new Error("A part alone says little: add --out FILE, and put all parts together with motet fleet merge.");
  const fleet = fleetOf(options);
  const shards = shardsOfPart(fleet, part?.index ?? 0, part?.count ?? 1);
  const began = performance.now();
  const signal = endedByUser();
  const results = await runShards(fleet, shards, { workers, script: workerScript(context), signal, onProgress: progressOf(context, options, fleet.forMs * shards.length) });
  context.output.progress("");
  if (out !== undefined) writeOut(out, writeFleetFile({ fleet, results }));
  const summary = summarise(results);
  const wallMs = performance.now() - began;
  context.output.report(endEvent(fleet, summary, wallMs), endLines(fleet, summary, wallMs));
  if (signal.aborted) process.exitCode = 130;
  else if (summary.counts.lost > 0) process.exitCode = 1;
}

function merge(context: Context, paths: readonly string[]): void {
  const files = paths.map((path) => {
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch {
      throw new Error(`There is no file ${path}: name the files that the parts have written with --out.`);
    }
    return { ...readFleetFile(text, path), name: basename(path) };
  });
  const { fleet, results } = mergeFleetFiles(files);
  const summary = summarise(results);
  context.output.report(endEvent(fleet, summary, summary.busyMs), endLines(fleet, summary, summary.busyMs));
}

/** The options that describe a fleet. */
export function withFleetOptions(command: Command): Command {
  return command
    .option("--devices <n>", "how many devices", whole(1, DEVICES_MAX, "The number of devices"), 1000)
    .option("--for <duration>", "simulated time, e.g. 24h", duration(10 * SECOND_MS, YEAR_MS, "The time"), 3600 * SECOND_MS)
    .option("--every <duration>", "how often a device reads its sensor", duration(SECOND_MS, 24 * 3600 * SECOND_MS, "The time between two readings"), 30 * SECOND_MS)
    .option("--transport <name>", "mqtt or coap", "mqtt")
    .option("--faults <scenario>", `what goes wrong: ${scenarioNames.join(", ")}, or a file`)
    .option("--seed <text>", "the same seed gives the same run", "1")
    .option("--json", "print one event per line as JSON");
}

export const workersOption = ["--workers <n>", "worker threads", whole(1, WORKERS_MAX, "The number of workers"), Math.min(WORKERS_MAX, availableParallelism())] as const;

export function addFleet(program: Command, context: Context): Command {
  const fleet = withFleetOptions(program.command("fleet").description("run thousands of devices in virtual time, each with the firmware that ships"))
    .option(...workersOption)
    .option("--shard <i/n>", "run one of n parts, i from 0 to n-1", parsePart)
    .option("--out <file>", "write what came of it, for motet fleet merge")
    .action((options: FleetOptions) => run(context, options));
  fleet
    .command("merge")
    .description("put the files of all parts together")
    .argument("<files...>", "files that --out has written")
    .option("--json", "print one event per line as JSON")
    .action((paths: readonly string[]) => merge(context, paths));
  return fleet;
}
