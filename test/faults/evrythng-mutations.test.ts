/**
 * The suites of a device on EVRYTHNG are tried on mistakes made on purpose: each mistake must fail a test, and without one everything
 * must pass. An ordinary run tries three of them, the nightly one all.
 */
import { join } from "node:path";
import { budget, generator, seed } from "../support/budget";
import { deviceMutations } from "./evrythng-mutations";
import { MUTATION_TIMEOUT_MS, outcomeOf, standsIn } from "./source-mutation";

const folder = "firmware";

const draw = generator(seed);
const order = deviceMutations.map((mutation) => ({ mutation, rank: draw(1000000) })).sort((a, b) => a.rank - b.rank);
const tried = order.slice(0, budget(3, deviceMutations.length)).map(({ mutation }) => mutation);

test.each(tried.map((mutation) => [mutation.says, mutation] as const))("%s: noticed", (_says, { suite, file, from, to }) => {
  const { numFailedTests, numRuntimeErrorTestSuites } = outcomeOf(suite, { file: join(folder, file), from, to });
  expect(numRuntimeErrorTestSuites).toBe(0);
  expect(numFailedTests).toBeGreaterThan(0);
}, MUTATION_TIMEOUT_MS);

test("every mutation can be made: its text stands once in its file", () => {
  for (const { file, from } of deviceMutations) expect([file, from, standsIn(join(folder, file), from)]).toEqual([file, from, 1]);
});

test("without a mutation the same run passes", () => {
  expect(outcomeOf(tried[0]!.suite, undefined)).toMatchObject({ numFailedTests: 0, numRuntimeErrorTestSuites: 0 });
}, MUTATION_TIMEOUT_MS);
