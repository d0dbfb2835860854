/**
 * Runs one suite in a process of its own, with one text of one source file changed first: how suites are tried on mistakes made on purpose.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface SourceMutation {
  readonly says: string;
  /** Below the folder that the list is of. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly from: string;
  readonly to: string;
  /** The suite that must fail. */
  readonly suite: string;
}

export interface Outcome {
  readonly numFailedTests: number;
  readonly numPassedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

const { jest: settings } = JSON.parse(readFileSync("package.json", "utf8")) as { jest: { transform: Record<string, [string, object]> } };
const [pattern, [, options]] = Object.entries(settings.transform)[0]!;

const transformer = "test/support/mutating.mjs";

/** One run of one suite; a busy machine takes several times as long as an idle one. */
const RUN_MS_MAX = 240000;
/** For the test that waits for it. */
export const MUTATION_TIMEOUT_MS = RUN_MS_MAX + 60000;

/** `mutation` names its file from the project's root; undefined changes nothing. */
export function outcomeOf(suite: string, mutation: Pick<SourceMutation, "file" | "from" | "to"> | undefined): Outcome {
  const config = { ...settings, rootDir: process.cwd(), transform: { [pattern]: [`<rootDir>/${transformer}`, options] } };
  const env: NodeJS.ProcessEnv = { ...process.env, MOTET_NIGHTLY: "0", ...(mutation === undefined ? {} : { MOTET_MUTATION: JSON.stringify(mutation) }) };
  const args = [join("node_modules", "jest", "bin", "jest.js"), "--config", JSON.stringify(config), "--json", "--runInBand", "--testTimeout=3000", "--forceExit", "--runTestsByPath", suite];
  const { stdout } = spawnSync(process.execPath, args, { env, encoding: "utf8", maxBuffer: 1 << 26, timeout: RUN_MS_MAX, killSignal: "SIGKILL" });
  return JSON.parse(stdout) as Outcome;
}

/** How often a text stands in a file. */
export function standsIn(file: string, text: string): number {
  return readFileSync(file, "utf8").split(text).length - 1;
}
