/**
 * The suites of the local ThingsBoard are tried on mistakes made on purpose: each mistake must fail a test, and without one
 * everything must pass. An ordinary run tries three of them, the nightly one all.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { budget, generator, seed } from "../support/budget";
import { cloudMutations } from "./thingsboard-mutations";
import type { CloudMutation } from "./thingsboard-mutations";

interface Outcome {
  readonly numFailedTests: number;
  readonly numPassedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

const { jest: settings } = JSON.parse(readFileSync("package.json", "utf8")) as { jest: { transform: Record<string, [string, object]> } };
const [pattern, [, options]] = Object.entries(settings.transform)[0]!;

const transformer = "test/support/mutating.mjs";
/** A folder of the sources, where mutations are. */
const folder = "sim/cloud/thingsboard";

/** Runs one suite in a process of its own. */
function outcome(suite: string, mutation: Pick<CloudMutation, "file" | "from" | "to"> | undefined): Outcome {
  const config = { ...settings, rootDir: process.cwd(), transform: { [pattern]: [`<rootDir>/${transformer}`, options] } };
  const env: NodeJS.ProcessEnv = { ...process.env, MOTET_NIGHTLY: "0", ...(mutation === undefined ? {} : { MOTET_MUTATION: JSON.stringify({ ...mutation, file: `${folder}/${mutation.file}` }) }) };
  const args = [join("node_modules", "jest", "bin", "jest.js"), "--config", JSON.stringify(config), "--json", "--runInBand", "--testTimeout=3000", "--forceExit", "--runTestsByPath", suite];
  const { stdout } = spawnSync(process.execPath, args, { env, encoding: "utf8", maxBuffer: 1 << 26, timeout: 60000, killSignal: "SIGKILL" });
  return JSON.parse(stdout) as Outcome;
}

const draw = generator(seed);
const order = cloudMutations.map((mutation) => ({ mutation, rank: draw(1000000) })).sort((a, b) => a.rank - b.rank);
const tried = order.slice(0, budget(3, cloudMutations.length)).map(({ mutation }) => mutation);

test.each(tried.map((mutation) => [mutation.says, mutation] as const))("%s: noticed", (_says, { suite, ...mutation }) => {
  const { numFailedTests, numRuntimeErrorTestSuites } = outcome(suite, mutation);
  expect(numRuntimeErrorTestSuites).toBe(0);
  expect(numFailedTests).toBeGreaterThan(0);
}, 120000);

test("every mutation can be made: its text stands once in its file", () => {
  for (const { file, from } of cloudMutations) expect([file, from, readFileSync(join(folder, file), "utf8").split(from).length]).toEqual([file, from, 2]);
});

test("without a mutation the same run passes", () => {
  expect(outcome(tried[0]!.suite, undefined)).toMatchObject({ numFailedTests: 0, numRuntimeErrorTestSuites: 0 });
}, 120000);
