/**
 * S1 to S10 over days of storm, as a person searches them: `motet faults run` in processes of its own. MOTET_NIGHTLY=1 runs a
 * hundred thousand days; MOTET_SEED chooses others.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { motet, scratch } from "../e2e/command";
import type { Event } from "../e2e/command";
import { routes } from "../../sim/lab/platforms";
import type { Route } from "../../sim/lab/platforms";
import { budget, seed } from "../support/budget";

/** Over each transport of thethings.iO, and on each other route, where a day is shorter. */
const DAYS = budget(2000, 100000) / 2;
const DAYS_ELSEWHERE = budget(50, 20000);
const HOURS_ELSEWHERE = budget(8, 24);
/** What a day of storm has to have at least, for this to mean anything. */
const FAULTS_LEAST = 20;
const KINDS_LEAST = 6;

async function eventsOf(args: readonly string[]): Promise<readonly Event[]> {
  const running = motet(["faults", ...args, "--json"]);
  await running.ended;
  return running.events;
}

/** One search, which finds nothing. */
async function searched({ platform, transport }: Route): Promise<void> {
  const isFirst = platform === "thethings";
  const [days, hours] = isFirst ? [DAYS, 24] : [DAYS_ELSEWHERE, HOURS_ELSEWHERE];
  const events = await eventsOf(["run", "--faults", "storm", "--for", `${hours}h`, "--platform", platform, "--transport", transport, "--runs", `${days}`, "--seed", `${seed * 200000}`]);
  expect(events.map(({ event }) => event)).toEqual(["search", "end"]);
  const end = events.at(-1)!;
  expect(end).toMatchObject({ platform, transport, broken: 0, runs: days });
  expect(end["accepted"]).toBeGreaterThan((days * hours * 100) / 24);
  expect(end["faultsLeast"]).toBeGreaterThanOrEqual(FAULTS_LEAST);
  expect(end["kindsLeast"]).toBeGreaterThanOrEqual(KINDS_LEAST);
}

test("a storm breaks no promise, on any platform over any transport", async () => {
  const waiting = [...routes];
  const work = async (): Promise<void> => {
    for (let route = waiting.shift(); route !== undefined; route = waiting.shift()) await searched(route);
  };
  await Promise.all([work(), work()]);
}, budget(900000, 36000000));

test("a search on all routes shares its days out, and says for each what it found", async () => {
  const events = await eventsOf(["run", "--platform", "all", "--runs", "3", "--for", "1h"]);
  expect(events.filter(({ event }) => event === "end").map(({ platform, transport, runs, broken }) => ({ platform, transport, runs, broken }))).toEqual(routes.map((route) => ({ ...route, runs: 1, broken: 0 })));
});

test.each([
  [["--platform", "none"], 'There is no platform "none": choose thethings, evrythng or thingsboard.'],
  [["--platform", "evrythng", "--transport", "pigeon"], 'evrythng has no transport "pigeon": choose '],
])("a mistake is one sentence: %j", async (args, sentence) => {
  const running = motet(["faults", "run", ...args]);
  expect(await running.ended).toBe(1);
  expect(running.output()).toContain(sentence);
});

test.each(routes)("the same seed gives the same day in another process, on $platform over $transport", async ({ platform, transport }) => {
  const replay = async (day: number): Promise<unknown> => (await eventsOf(["replay", `${day}`, "--for", "6h", "--platform", platform, "--transport", transport])).at(-1)!["hash"];
  const [one, again, other] = await Promise.all([replay(7), replay(7), replay(8)]);
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(again).toBe(one);
  expect(other).not.toBe(one);
}, 30000);

test("a search that is interrupted says what it found so far", async () => {
  const running = motet(["faults", "run", "--runs", "1000000", "--for", "30m", "--json"]);
  await running.until(({ event }) => event === "search");
  expect(await running.stop()).toBe(130);
  expect(running.events.at(-1)).toMatchObject({ event: "end", broken: 0 });
});

test("a scenario file with a mistake is refused with its line and the reason", async () => {
  const folder = scratch();
  const path = join(folder.path, "site.json");
  writeFileSync(path, '{\n  "faults": [\n    { "kind": "tcp-los", "every": "1h" }\n  ]\n}\n');
  const running = motet(["faults", "run", "--faults", path]);
  expect(await running.ended).toBe(1);
  expect(running.output()).toContain(`${path}, line 3: there is no kind "tcp-los"`);
  folder.remove();
});
