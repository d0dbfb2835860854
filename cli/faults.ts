/** `motet faults`: searches days under faults for a broken promise, and runs one of them again. */
import type { Command } from "commander";
import { durationMs } from "../sim/lab/duration";
import { platformNames, routeOf, routes, transportNames } from "../sim/lab/platforms";
import { promises } from "../sim/faults/promises";
import { scenarioNames } from "../sim/faults/scenarios";
import { runSeed, search, shrinkRun } from "../sim/faults/search";
import type { DayOf, Run, Tally } from "../sim/faults/search";
import { endedByUser, parseDuration, parseSeed, wholeNumber } from "./context";
import type { Context } from "./context";
import { quoted } from "./quoted";
import { scenarioOf } from "./scenario";

/** A day that is shorter than this has no time for faults. */
const DAY_MS_MIN = 600000;
/** A search of so many days takes a month. */
const RUNS_MAX = 1000000;
const LAST_EVENTS = 12;
const PROGRESS_EVERY = 10;

interface DayChoice {
  readonly faults: string;
  readonly platform: string;
  readonly transport: string;
  readonly for: string;
}

/** A search of one route. */
interface Search extends DayChoice {
  readonly runs: number;
  readonly seed: number;
}

/** As it stands on the command line, where all routes are one choice. */
interface RunOptions extends Omit<Search, "transport"> {
  readonly transport?: string;
}

/** The transport unless told otherwise. */
const TRANSPORT = "mqtt";

function dayOf(choice: DayChoice): DayOf {
  const route = routeOf(choice.platform, choice.transport);
  const forMs = durationMs(choice.for)!;
  if (forMs < DAY_MS_MIN) throw new Error('A day under faults takes 10 minutes at least: write --for 10m or more.');
  return { scenario: scenarioOf(choice.faults), route, forMs };
}

/** The line that runs a seed again. */
function replayLine({ seed }: Run, { faults, platform, transport, for: lasts }: DayChoice): string {
  return `motet faults replay ${seed} --faults ${quoted(faults)} --platform ${platform} --transport ${transport} --for ${lasts}`;
}

/** Time since the device's power came, as "1 d 02:03:04.567". */
function sinceStart(ms: number): string {
  const days = Math.floor(ms / 86400000);
  return `${days === 0 ? "" : `${days} d `}${new Date(ms).toISOString().slice(11, 23)}`;
}

function tellPlan({ output }: Context, { plan }: Run): void {
  for (const { kind, atMs, forMs, settings } of plan) {
    const lasts = forMs === 0 ? "" : ` for ${Math.ceil(forMs / 1000)} s`;
    const how = Object.entries(settings).map(([name, value]) => `, ${name} ${value}`).join("");
    output.report({ event: "fault", kind, atMs, forMs, ...settings }, [`  ${sinceStart(atMs)}  ${kind}${lasts}${how}`]);
  }
}

/** What broke, the faults that are needed for it, and what the device said last. How to see it again comes first: finding those faults takes a while. */
async function tellBroken(context: Context, day: DayOf, run: Run, choice: DayChoice, signal: AbortSignal): Promise<void> {
  const { output } = context;
  const { promise: first } = run.violations[0]!;
  const line = replayLine(run, choice);
  output.report({ event: "found", seed: run.seed, promise: first, line }, [`Seed ${run.seed} breaks ${first}. Run it again:`, `  ${line}`, "Looking for the fewest faults that break it; Ctrl-C ends that."]);
  const few = await shrinkRun(day, run, () => signal.aborted);
  for (const { promise, atMs, says } of few.violations) {
    output.report({ event: "broken", seed: run.seed, promise, atMs, says }, [`Broken: ${promise}, ${promises[promise]}.`, `  At ${sinceStart(atMs)}: ${says}.`]);
  }
  output.note(`It takes ${few.plan.length} of the ${run.plan.length} faults:`);
  tellPlan(context, few);
  output.note("What the device said last:");
  for (const { ms, event, number, text } of few.said.slice(-LAST_EVENTS)) {
    output.report({ event: "said", atMs: ms, what: event, number, text }, [`  ${sinceStart(ms)}  ${event} ${number} ${text}`.trimEnd()]);
  }
  output.report({ event: "replay", line }, ["Run it again:", `  ${line}`]);
}

function tallyLines(tally: Tally): string[] {
  const { runs, accepted, delivered, duplicated, dropped, faultsLeast, kindsLeast, faults } = tally;
  const all = [...faults.values()].reduce((sum, count) => sum + count, 0);
  return [
    `${runs} days, ${all} faults of ${faults.size} kinds (in each day ${faultsLeast} of ${kindsLeast} kinds at least).`,
    `${accepted} readings accepted, ${delivered} delivered, ${duplicated} of them more than once, ${dropped} dropped and counted.`,
  ];
}

/** What `--platform` says when days are searched on every route, one after the other. */
const EVERY_ROUTE = "all";

/** The searches of a command: one, or one for each route, which share the days out. */
function searchesOf(options: RunOptions): readonly Search[] {
  if (options.platform !== EVERY_ROUTE) return [{ ...options, transport: options.transport ?? TRANSPORT }];
  if (options.transport !== undefined) throw new Error("With --platform all each transport has its turn: leave --transport out.");
  return routes.map((route) => ({ ...options, ...route, runs: Math.ceil(options.runs / routes.length) }));
}

async function runSearches(context: Context, options: RunOptions): Promise<void> {
  const signal = endedByUser();
  for (const one of searchesOf(options)) if (!signal.aborted) await runSearch(context, one, signal);
}

async function runSearch(context: Context, options: Search, signal: AbortSignal): Promise<void> {
  const day = dayOf(options);
  const { runs, seed, platform, transport, for: lasts } = options;
  context.output.report({ event: "search", scenario: day.scenario.name, platform, transport, runs, seed }, [`${runs} days of ${lasts} under "${day.scenario.name}" on ${platform} over ${transport}, from seed ${seed} on. Ctrl-C ends the search.`]);
  const { tally, broken } = await search({
    day,
    firstSeed: seed,
    runs,
    onRun: ({ runs: done }) => {
      if (done % PROGRESS_EVERY === 0) context.output.progress(`${done} of ${runs} days`);
      return signal.aborted;
    },
  });
  context.output.progress("");
  if (broken !== undefined) await tellBroken(context, day, broken, options, signal);
  const { faults, ...sums } = tally;
  const event = { event: "end", scenario: day.scenario.name, platform, transport, broken: broken === undefined ? 0 : 1, ...sums, faults: Object.fromEntries(faults) };
  context.output.report(event, [...tallyLines(tally), broken === undefined ? "No promise was broken." : `Seed ${broken.seed} broke a promise.`]);
  if (broken !== undefined) process.exitCode = 1;
  // A search that was cut short has shown nothing.
  if (signal.aborted) process.exitCode ??= 130;
}

async function replay(context: Context, seed: number, options: DayChoice): Promise<void> {
  const signal = endedByUser();
  const day = dayOf(options);
  const run = runSeed(day, seed);
  tellPlan(context, run);
  if (run.violations.length > 0) await tellBroken(context, day, run, options, signal);
  const { violations, counts, hash } = run;
  context.output.report({ event: "end", seed, broken: violations.length, ...counts, hash }, [
    `${counts.accepted} readings accepted, ${counts.delivered} delivered, ${counts.duplicated} of them more than once, ${counts.dropped} dropped and counted.`,
    violations.length === 0 ? `No promise was broken. Hash ${hash}.` : `Hash ${hash}.`,
  ]);
  if (violations.length > 0) process.exitCode = 1;
}

/** Checks a duration, and keeps it as it was written, for the line that runs the day again. */
function parseLasts(text: string): string {
  parseDuration(text);
  return text;
}

export function addFaults(program: Command, context: Context): void {
  const faults = program.command("faults").description("search a device's days under faults for a broken promise");
  const withDay = (command: Command, platforms: string, transport?: string): Command =>
    command
      .option("--faults <scenario>", `${scenarioNames.join(", ")}, or a file`, "storm")
      .option("--platform <name>", platforms, "thethings")
      .option("--transport <name>", `${transportNames}, as far as the platform has it${transport === undefined ? ` (default: "${TRANSPORT}")` : ""}`, transport)
      .option("--for <duration>", "how long a day is", parseLasts, "24h")
      .option("--json", "print one event per line as JSON");
  withDay(faults.command("run").description("run days with different seeds until one breaks a promise"), `${platformNames}; or ${EVERY_ROUTE}, with every transport, which share the days out`)
    .option("--runs <n>", "how many days", wholeNumber(1, RUNS_MAX, "The number of days"), 100)
    .option("--seed <n>", "the first seed", parseSeed, 1)
    .action((options: RunOptions) => runSearches(context, options));
  withDay(faults.command("replay").description("run the day of a seed again").argument("<seed>", "its seed", parseSeed), platformNames, TRANSPORT).action((seed: number, options: DayChoice) => replay(context, seed, options));
}
