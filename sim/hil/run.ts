/**
 * Runs tests on lanes: those of one lane one after the other, lanes side by side or in a row. A bench that failed is tried again, a
 * few times, and that is said; a device that failed is not.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../../boards/toolchain/folder";
import { deskTime } from "../desk/time";
import { Bench } from "./bench";
import { BenchCloud } from "./cloud";
import { BenchError, Expectation } from "./faults";
import { Journal } from "./journal";
import type { Capability } from "./capabilities";
import type { HilTest } from "./test";
import type { Lane } from "./units/unit";

/** The app of tests that name none. */
export const PROBE = "bench-probe";
/** How often a test is tried whose bench fails. */
export const TRIES_MAX = 3;
/** The most that this computer may keep a test waiting, beside the limits that the test names. */
export const SLACK_MS = 30000;
const TEST_MS_MAX = 3600000;
const NAME_CHARS_MAX = 80;

export type Status = "pass" | "fail" | "broken" | "unable";

export interface Result {
  readonly test: string;
  readonly lane: string;
  /** "broken": the bench failed each time; "unable": the lane lacks what the test needs, and it did not run. */
  readonly status: Status;
  /** Why, where it did not pass: one sentence. */
  readonly reason: string;
  /** What kept the bench from finishing, for each further try. */
  readonly retries: readonly string[];
  /** Of this computer's time. */
  readonly ms: number;
  /** Path of the log; undefined where none was kept. */
  readonly log: string | undefined;
}

export interface RunOptions {
  readonly transport: "mqtt" | "coap";
  /** Where logs are kept, a folder for each lane. */
  readonly logDir: string;
  /** Keeps the logs of tests that passed, too. */
  readonly keepLogs: boolean;
  readonly slackMs?: number;
  /** Hears that a test begins, and how each ended. */
  readonly onBegin?: (test: string, lane: string) => void;
  readonly onResult?: (result: Result) => void;
  /** True when the rest is not to begin. */
  readonly isOver?: () => boolean;
}

/** What of a test's needs a lane lacks, as a sentence; undefined when it can run there. */
export function unableOn({ needs = [] }: HilTest, lane: Lane): string | undefined {
  const missing = needs.filter((need) => lane.lacks.has(need));
  return missing.length === 0 ? undefined : missing.map((need: Capability) => `${need}: ${lane.lacks.get(need)!}`).join("; ");
}

/** The name of a test's log. */
function fileName(test: string): string {
  return `${test.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, NAME_CHARS_MAX)}.txt`;
}

/** A test that waits for something of its own must end as well. */
async function limited(run: Promise<void>): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Expectation(`the test did not end within ${TEST_MS_MAX / 60000} minutes`)), TEST_MS_MAX);
  });
  try {
    await Promise.race([run, late]);
  } finally {
    clearTimeout(limit);
  }
}

/** One try: undefined when it passed. */
async function attempt(test: HilTest, lane: Lane, journal: Journal, { transport, slackMs = SLACK_MS }: RunOptions): Promise<unknown> {
  const dir = mkdtempSync(join(tmpdir(), "motet-hil-"));
  const time = deskTime(lane.speed);
  const cloud = new BenchCloud({ journal, time, stateDir: join(dir, "cloud"), host: lane.host });
  const bench = new Bench({ lane, journal, cloud, transport, nowMs: time.now, slackMs });
  try {
    await cloud.start();
    await bench.adopt(await lane.open(test.app ?? PROBE, { dir, nowMs: time.now }, bench.ears));
    await limited(test.run(bench));
    bench.conclude();
    return undefined;
  } catch (problem) {
    return problem ?? new Error("the test threw nothing");
  } finally {
    await bench.close().catch(() => undefined);
    rmSync(dir, { recursive: true, force: true });
  }
}

function sentenceOf(problem: unknown): string {
  const message = problem instanceof Error ? problem.message : String(problem);
  return message.split("\n").slice(0, 12).join("\n");
}

/** Keeps a log; its path, or why there is none. */
function keepLog(lane: Lane, test: HilTest, { logDir }: RunOptions, text: string): { readonly log: string | undefined; readonly problem: string } {
  const folder = join(logDir, lane.name);
  const path = join(folder, fileName(test.name));
  try {
    // What a board's owner wired is nobody else's business.
    makeFolder(folder, 0o700);
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
    return { log: path, problem: "" };
  } catch (cause) {
    return { log: undefined, problem: `Its log cannot be kept (${(cause as NodeJS.ErrnoException).code ?? "unknown error"}): give --logs a folder that can be written.` };
  }
}

/** Runs one test on one lane, or says why it cannot. Never rejects. */
export async function runTest(test: HilTest, lane: Lane, options: RunOptions): Promise<Result> {
  const head = { test: test.name, lane: lane.name };
  const unable = unableOn(test, lane);
  if (unable !== undefined) return { ...head, status: "unable", reason: unable, retries: [], ms: 0, log: undefined };
  const start = Date.now();
  const retries: string[] = [];
  for (;;) {
    const journal = new Journal();
    for (const secret of lane.secrets) journal.hide(secret);
    const problem = await attempt(test, lane, journal, options);
    const reason = problem === undefined ? "" : journal.masked(sentenceOf(problem));
    const isBroken = problem instanceof BenchError;
    if (isBroken && problem.isPassing && retries.length + 1 < TRIES_MAX) {
      retries.push(reason);
      continue;
    }
    if (problem !== undefined) journal.add("bench", `${isBroken ? "the bench failed" : "failed"}: ${reason}`);
    const kept = problem !== undefined || options.keepLogs ? keepLog(lane, test, options, journal.text()) : { log: undefined, problem: "" };
    const why = [reason, kept.problem].filter((each) => each !== "").join("\n");
    return { ...head, status: problem === undefined ? "pass" : isBroken ? "broken" : "fail", reason: why, retries, ms: Date.now() - start, log: kept.log };
  }
}

async function runLane(tests: readonly HilTest[], lane: Lane, options: RunOptions): Promise<Result[]> {
  const results: Result[] = [];
  for (const test of tests) {
    if (options.isOver?.() === true) break;
    options.onBegin?.(test.name, lane.name);
    const result = await runTest(test, lane, options);
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}

/**
 * Compiles all that will run. A compiler lets nothing else of this process run for seconds, and no board at the end of a cable may be
 * taken for silent meanwhile. What has mistakes fails the tests that need it.
 */
async function compileAll(tests: readonly HilTest[], lanes: readonly Lane[], { isOver }: RunOptions): Promise<void> {
  for (const lane of lanes) {
    const apps = tests.filter((test) => unableOn(test, lane) === undefined).map(({ app = PROBE }) => app);
    for (const app of new Set(apps)) if (isOver?.() !== true) await lane.compile(app).catch(() => undefined);
  }
}

/** Runs tests on rows of lanes: the lanes of a row one after the other, the rows side by side. */
export async function runTests(tests: readonly HilTest[], rows: readonly (readonly Lane[])[], options: RunOptions): Promise<Result[]> {
  await compileAll(tests, rows.flat(), options);
  const runRow = async (lanes: readonly Lane[]): Promise<Result[]> => {
    const results: Result[] = [];
    for (const lane of lanes) results.push(...(await runLane(tests, lane, options)));
    return results;
  };
  return (await Promise.all(rows.map(runRow))).flat();
}
