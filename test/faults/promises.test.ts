/** The watch over a day finds what is broken: for each promise a firmware that breaks it on purpose, and none that does not. */
import type { Scenario } from "../../sim/faults/fault";
import { promises } from "../../sim/faults/promises";
import { namedScenario, scenarioNames } from "../../sim/faults/scenarios";
import { runSeed, shrinkRun } from "../../sim/faults/search";
import type { DayOf } from "../../sim/faults/search";
import { routes } from "../../sim/lab/platforms";
import { breaking, mutations, routesOf } from "./mutations";

const HOUR = 3600000;
/** Days until a broken firmware has to be found. */
const SEEDS = 12;

const scenario = (name: string): Scenario => namedScenario(name)!;

test.each([...new Set(routes.map(({ platform }) => platform))])("on %s every promise has a firmware that breaks it", (platform) => {
  const tried = mutations.filter((mutation) => routesOf(mutation).some((route) => route.platform === platform));
  expect([...new Set(tried.map(({ promise }) => promise))]).toEqual(Object.keys(promises));
});

const cases = mutations.flatMap((mutation) => routesOf(mutation).map((route) => ({ mutation, route, ...route, promise: mutation.promise, says: mutation.says })));

test.each(cases)("$promise on $platform over $transport: $says", ({ mutation, route }) => {
  const { hours = route.platform === "thethings" ? 24 : 12 } = mutation;
  const sound: DayOf = { scenario: scenario(mutation.scenario), route, forMs: hours * HOUR };
  const broken: DayOf = { ...sound, make: breaking(mutation) };
  const finds = (day: DayOf, seed: number): boolean => runSeed(day, seed).violations.some(({ promise }) => promise === mutation.promise);
  const seed = Array.from({ length: SEEDS }, (_, i) => i).find((each) => finds(broken, each));
  expect(seed).toBeDefined();
  expect(finds(sound, seed!)).toBe(false);
});

test("what breaks a promise is shrunk to the faults that it takes", async () => {
  const wiping = mutations.find(({ promise }) => promise === "S10")!;
  const day: DayOf = { scenario: scenario("storm"), route: routesOf(wiping)[0]!, forMs: 6 * HOUR, make: breaking(wiping) };
  const run = Array.from({ length: SEEDS }, (_, seed) => runSeed(day, seed)).find(({ violations }) => violations.some(({ promise }) => promise === "S10"))!;
  const few = await shrinkRun(day, { ...run, violations: run.violations.filter(({ promise }) => promise === "S10") }, () => false);
  // A power cut, and whatever keeps readings in the log until then.
  expect(few.plan.length).toBeLessThanOrEqual(3);
  expect(few.plan.some(({ kind }) => kind.startsWith("power-cut"))).toBe(true);
  expect(few.violations.map(({ promise }) => promise)).toContain("S10");
});

test.each(scenarioNames.flatMap((name) => routes.map((route) => ({ name, route, ...route }))))("$name on $platform over $transport: the same seed gives the same day", ({ name, route }) => {
  const day: DayOf = { scenario: scenario(name), route, forMs: 6 * HOUR };
  const [one, other, another] = [runSeed(day, 3), runSeed(day, 3), runSeed(day, 4)];
  expect(one.hash).toBe(other.hash);
  expect(one.hash).not.toBe(another.hash);
  expect(one.violations).toEqual([]);
});
