/** The frame of suites that try other suites on mistakes made on purpose: an ordinary run tries three of a list, the nightly one all. */
import { join } from "node:path";
import { budget, generator, seed } from "../support/budget";
import { MUTATION_TIMEOUT_MS, outcomeOf, standsIn } from "./source-mutation";
import type { SourceMutation } from "./source-mutation";

const TRIED = 3;

/** Declares the tests of one list, whose files are below `folder`: each mistake fails a test, and without one everything passes. */
export function mutationSuite(folder: string, mutations: readonly SourceMutation[]): void {
  const draw = generator(seed);
  const order = mutations.map((mutation) => ({ mutation, rank: draw(1000000) })).sort((a, b) => a.rank - b.rank);
  const tried = order.slice(0, budget(TRIED, mutations.length)).map(({ mutation }) => mutation);

  test.each(tried.map((mutation) => [mutation.says, mutation] as const))("%s: noticed", (_says, { suite, file, from, to }) => {
    const { numFailedTests, numRuntimeErrorTestSuites } = outcomeOf(suite, { file: join(folder, file), from, to });
    expect(numRuntimeErrorTestSuites).toBe(0);
    expect(numFailedTests).toBeGreaterThan(0);
  }, MUTATION_TIMEOUT_MS);

  test("every mutation can be made: its text stands once in its file", () => {
    for (const { file, from } of mutations) expect([file, from, standsIn(join(folder, file), from)]).toEqual([file, from, 1]);
  });

  test("without a mutation the same run passes", () => {
    expect(outcomeOf(tried[0]!.suite, undefined)).toMatchObject({ numFailedTests: 0, numRuntimeErrorTestSuites: 0 });
  }, MUTATION_TIMEOUT_MS);
}
