/** `motet sim --time virtual`: a week in a moment, the same run for the same seed, with faults or without. */
import { routes } from "../../sim/lab/platforms";
import { motet, scratch } from "./command";
import type { Event } from "./command";

async function sim(...args: readonly string[]): Promise<{ readonly code: number | null; readonly events: readonly Event[]; readonly output: string }> {
  const running = motet(["sim", "weather-station", "--json", ...args]);
  const code = await running.ended;
  return { code, events: running.events, output: running.output() };
}

const named = (events: readonly Event[], name: string): readonly Event[] => events.filter(({ event }) => event === name);
const MINUTES_OF_A_WEEK = 7 * 24 * 60;

test("a week passes, and everything that was read has arrived", async () => {
  const { code, events } = await sim("--time", "virtual", "--for", "7d");
  expect(code).toBe(0);
  const end = events.at(-1)!;
  expect(Date.parse(String(named(events, "reading").at(-1)!["time"])) - Date.parse(String(events[0]!["time"]))).toBeGreaterThan((MINUTES_OF_A_WEEK - 2) * 60000);
  expect(end["readings"]).toBeGreaterThan(MINUTES_OF_A_WEEK);
  // The last readings may be on their way when the week is over.
  expect(Number(end["readings"]) - Number(end["published"])).toBeLessThan(10);
  expect(named(events, "offline")).toEqual([]);
}, 120000);

test("the same things happen as in real time", async () => {
  const folder = scratch();
  // No faster: a busy machine that stops for a tenth of a second would be a network that is gone for a minute.
  const [real, virtual] = await Promise.all([sim("--speed", "120", "--for", "6m", "--state", folder.path), sim("--time", "virtual", "--for", "6m")]);
  folder.remove();
  const once = (events: readonly Event[]): string[] => events.map(({ event }) => event).filter((event) => ["boot", "insecure", "activated", "connected", "drained"].includes(event));
  expect(once(virtual.events)).toEqual(once(real.events));
  const keys = (events: readonly Event[]): unknown[] => named(events, "reading").map(({ key }) => key).slice(0, 12);
  expect(keys(virtual.events)).toEqual(keys(real.events));
  expect(keys(virtual.events)).toHaveLength(12);
}, 120000);

test("faults come and go, and the same seed gives the same run", async () => {
  const run = (seed: string) => sim("--faults", "storm", "--seed", seed, "--for", "24h");
  const [one, again, other] = await Promise.all([run("5"), run("5"), run("6")]);
  expect(one.code).toBe(0);
  expect(new Set(named(one.events, "fault").map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(6);
  expect(named(one.events, "offline").length).toBeGreaterThan(0);
  expect(again.output).toBe(one.output);
  expect(other.events.at(-1)!["hash"]).not.toBe(one.events.at(-1)!["hash"]);
}, 120000);

test.each(routes.filter(({ platform }) => platform !== "thethings"))("so they do on $platform over $transport", async ({ platform, transport }) => {
  const run = () => sim("--faults", "storm", "--seed", "5", "--for", "3h", "--platform", platform, "--transport", transport);
  const [one, again] = await Promise.all([run(), run()]);
  expect(one.code).toBe(0);
  expect(named(one.events, "fault").length).toBeGreaterThan(6);
  expect(Number(one.events.at(-1)!["published"])).toBeGreaterThan(100);
  expect(again.output).toBe(one.output);
}, 120000);

test.each([
  ["--time virtual --engine lua", "leave --engine out"],
  ["--time virtual --cloud mqtt://elsewhere.example", "leave --cloud out"],
  ["--time virtual --speed 2", "leave --speed out"],
  ["--seed 3", "add --time virtual"],
  ["--time later", 'There is no time "later"'],
  ["--faults rain", 'There is no scenario "rain": name a file, or one of bad-wifi'],
])("%s is refused with one sentence", async (args, sentence) => {
  const { code, output } = await sim(...args.split(" "));
  expect(code).toBe(1);
  expect(output).toContain(sentence);
});
