/**
 * The suites of the local ThingsBoard are tried on mistakes made on purpose: each mistake must fail a test, and without one
 * everything must pass. An ordinary run tries three of them, the nightly one all.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { budget, generator, seed } from "../support/budget";
import { outcomeOf } from "../support/mutated-suite";
import { cloudMutations } from "./thingsboard-mutations";

/** A folder of the sources, where mutations are. */
const folder = "sim/cloud/thingsboard";

const draw = generator(seed);
const order = cloudMutations.map((mutation) => ({ mutation, rank: draw(1000000) })).sort((a, b) => a.rank - b.rank);
const tried = order.slice(0, budget(3, cloudMutations.length)).map(({ mutation }) => mutation);

test.each(tried.map((mutation) => [mutation.says, mutation] as const))("%s: noticed", (_says, { suite, ...mutation }) => {
  const { numFailedTests, numRuntimeErrorTestSuites } = outcomeOf(suite, folder, mutation);
  expect(numRuntimeErrorTestSuites).toBe(0);
  expect(numFailedTests).toBeGreaterThan(0);
}, 120000);

test("every mutation can be made: its text stands once in its file", () => {
  for (const { file, from } of cloudMutations) expect([file, from, readFileSync(join(folder, file), "utf8").split(from).length]).toEqual([file, from, 2]);
});

test("without a mutation the same run passes", () => {
  expect(outcomeOf(tried[0]!.suite, folder, undefined)).toMatchObject({ numFailedTests: 0, numRuntimeErrorTestSuites: 0 });
}, 120000);
