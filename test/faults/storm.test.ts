/**
 * S1 to S10 over days of storm, as a person searches them: `motet faults run` in processes of its own. MOTET_NIGHTLY=1 runs a
 * hundred thousand days; MOTET_SEED chooses others.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { motet, scratch } from "../e2e/command";
import type { Event } from "../e2e/command";
import { budget, seed } from "../support/budget";

/** Over each transport. */
const DAYS = budget(2000, 100000) / 2;
/** What a day of storm has to have at least, for this to mean anything. */
const FAULTS_LEAST = 20;
const KINDS_LEAST = 6;

async function eventsOf(args: readonly string[]): Promise<readonly Event[]> {
  const running = motet(["faults", ...args, "--json"]);
  await running.ended;
  return running.events;
}

test("a storm breaks no promise, over MQTT and over CoAP", async () => {
  const search = (transport: string) => ["run", "--faults", "storm", "--for", "24h", "--transport", transport, "--runs", `${DAYS}`, "--seed", `${seed * 200000}`];
  for (const events of await Promise.all([eventsOf(search("mqtt")), eventsOf(search("coap"))])) {
    expect(events.map(({ event }) => event)).toEqual(["search", "end"]);
    const end = events.at(-1)!;
    expect(end).toMatchObject({ broken: 0, runs: DAYS });
    expect(end["accepted"]).toBeGreaterThan(DAYS * 100);
    expect(end["faultsLeast"]).toBeGreaterThanOrEqual(FAULTS_LEAST);
    expect(end["kindsLeast"]).toBeGreaterThanOrEqual(KINDS_LEAST);
  }
}, budget(900000, 36000000));

test("the same seed gives the same day in another process", async () => {
  const replay = async (day: number): Promise<unknown> => (await eventsOf(["replay", `${day}`, "--for", "6h"])).at(-1)!["hash"];
  const [one, again, other] = await Promise.all([replay(7), replay(7), replay(8)]);
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(again).toBe(one);
  expect(other).not.toBe(one);
});

test("a search that is interrupted says what it found so far", async () => {
  const running = motet(["faults", "run", "--runs", "1000000", "--for", "30m", "--json"]);
  await running.until(({ event }) => event === "search");
  expect(await running.stop()).toBe(0);
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
