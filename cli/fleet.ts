/** `motet fleet`: thousands of devices in virtual time on this machine, or one part of them; and parts put together. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { mergeFleetFiles, readFleetFile } from "../sim/fleet/file";
import { shardsOfPart } from "../sim/fleet/fleet";
import { summarise } from "../sim/fleet/summary";
import { runShards } from "../sim/fleet/workers";
import { endedByUser } from "./context";
import type { Context } from "./context";
import { conclude, fleetOf, progressOf, withFleetOptions, workerScript, workersOption } from "./fleet-options";
import type { FleetChoice } from "./fleet-options";
import { outFile } from "./fleet-output";
import { addQueue } from "./fleet-queue";

interface FleetOptions extends FleetChoice {
  readonly workers: number;
  readonly shard?: Part;
  readonly out?: string;
}

const PARTS_MAX = 10000;

/** One part of a fleet, from 0. */
interface Part {
  readonly index: number;
  readonly count: number;
}

function parsePart(text: string): Part {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || count < 1 || count > PARTS_MAX || index >= count) throw new InvalidArgumentError(`A part is written i/n with i from 0 to n-1, as in 0/4; n is at most ${PARTS_MAX}.`);
  return { index, count };
}

async function run(context: Context, options: FleetOptions): Promise<void> {
  const { shard: part, out, workers } = options;
  if (part !== undefined && out === undefined) throw new Error("A part alone says little: add --out FILE, and put all parts together with motet fleet merge.");
  const fleet = fleetOf(options);
  const shards = shardsOfPart(fleet, part?.index ?? 0, part?.count ?? 1);
  const write = outFile(out);
  const began = performance.now();
  const signal = endedByUser();
  const results = await runShards(fleet, shards, { workers, script: workerScript(context), signal, onProgress: progressOf(context, options, fleet.forMs * shards.length) });
  context.output.progress("");
  write({ fleet, results });
  conclude(context, fleet, summarise(results), performance.now() - began);
  if (signal.aborted) process.exitCode = 130;
}

function merge(context: Context, paths: readonly string[]): void {
  const files = paths.map((path) => {
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (problem) {
      throw new Error(`The file ${path} cannot be read (${(problem as NodeJS.ErrnoException).code ?? "unknown"}): name the files that the parts have written with --out.`, { cause: problem });
    }
    return { ...readFleetFile(text, path), name: basename(path) };
  });
  const { fleet, results } = mergeFleetFiles(files);
  const summary = summarise(results);
  conclude(context, fleet, summary, summary.busyMs);
}

export function addFleet(program: Command, context: Context): void {
  // Verbs below fleet have options of the same names: what stands behind a verb is its own.
  program.enablePositionalOptions();
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
  addQueue(fleet, context);
}
