/**
 * The suites of a device on EVRYTHNG are tried on mistakes made on purpose: each mistake must fail a test, and without one everything
 * must pass. An ordinary run tries three of them, the nightly one all.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { budget, generator, seed } from "../support/budget";
import { outcomeOf } from "../support/mutated-suite";
import { deviceMutations } from "./evrythng-mutations";

const folder = "firmware";
const TIMEOUT_MS = 120000;

const draw = generator(seed);
const order = deviceMutations.map((mutation) => ({ mutation, rank: draw(1000000) })).sort((a, b) => a.rank - b.rank);
const tried = order.slice(0, budget(3, deviceMutations.length)).map(({ mutation }) => mutation);

test.each(tried.map((mutation) => [mutation.says, mutation] as const))("%s: noticed", (_says, { suite, ...mutation }) => {
  const { numFailedTests, numRuntimeErrorTestSuites } = outcomeOf(suite, folder, mutation);
  expect(numRuntimeErrorTestSuites).toBe(0);
  expect(numFailedTests).toBeGreaterThan(0);
}, TIMEOUT_MS);

test("every mutation can be made: its text stands once in its file", () => {
  for (const { file, from } of deviceMutations) expect([file, from, readFileSync(join(folder, file), "utf8").split(from).length]).toEqual([file, from, 2]);
});

test("without a mutation the same run passes", () => {
  expect(outcomeOf(tried[0]!.suite, folder, undefined)).toMatchObject({ numFailedTests: 0, numRuntimeErrorTestSuites: 0 });
}, TIMEOUT_MS);
