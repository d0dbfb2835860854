/** `motet fleet` as people and clusters run it: whoever runs the shards, and in how many parts, the run is the same one. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FleetFile } from "../../sim/fleet/file";
import { routes } from "../../sim/lab/platforms";
import { motet, scratch } from "../e2e/command";
import type { Event } from "../e2e/command";

/** Two shards; that the second has few devices saves time. */
const FLEET = ["fleet", "--devices", "1010", "--for", "1m", "--every", "30s", "--seed", "command", "--json"];
const folder = scratch();
afterAll(() => folder.remove());

async function end(args: readonly string[]): Promise<Event> {
  const command = motet(args);
  const event = await command.until((one) => one.event === "end");
  expect(await command.ended).toBe(0);
  return event;
}

/** What may differ between runs: real time and memory. */
function lasting(event: Event): object {
  const { wallSeconds: _, simSecondsPerSecond: __, bytesPerDevice: ___, flashBytesPerDevice: ____, ...rest } = event;
  return rest;
}

/** Each platform once; which transport is of no concern to workers. */
const onPlatforms = [...new Map(routes.map((route) => [route.platform, route])).values()];

test.each(onPlatforms)("on $platform another number of workers gives the same run", async ({ platform, transport }) => {
  const fleet = [...FLEET, "--platform", platform, "--transport", transport];
  const one = await end([...fleet, "--workers", "1"]);
  expect(one).toMatchObject({ devices: 1010, shards: 2, complete: true, lost: 0, neverConnected: 0 });
  expect(one["bytesPerDevice"]).toBeGreaterThan(0);
  for (const workers of platform === "thethings" ? ["2", "4"] : ["4"]) expect(lasting(await end([...fleet, "--workers", workers]))).toEqual(lasting(one));
}, 180000);

test("parts in processes of their own, merged, are the undivided run", async () => {
  const whole = await end(FLEET);
  const files = [0, 1].map((i) => join(folder.path, `part-${i}.json`));
  for (const [i, file] of files.entries()) expect(await end([...FLEET, "--shard", `${i}/2`, "--out", file])).toMatchObject({ complete: false });
  expect(lasting(await end(["fleet", "merge", "--json", ...files]))).toEqual(lasting(whole));
  const lone = motet(["fleet", "merge", files[0]!]);
  expect(await lone.ended).toBe(1);
  expect(lone.output()).toContain("1 of 2 shards are missing, shard 1 first");
}, 60000);

test("parts that lost a reading are a failure where they are merged, too", async () => {
  const file = join(folder.path, "lost.json");
  await end(["fleet", "--devices", "1", "--for", "10s", "--json", "--out", file]);
  const ran = JSON.parse(readFileSync(file, "utf8")) as FleetFile;
  writeFileSync(file, JSON.stringify({ ...ran, results: ran.results.map((result) => ({ ...result, counts: { ...result.counts, lost: 1 } })) }));
  const merge = motet(["fleet", "merge", file]);
  expect(await merge.ended).toBe(1);
  expect(merge.output()).toContain("1 lost");
  const folderItself = motet(["fleet", "merge", folder.path]);
  expect(await folderItself.ended).toBe(1);
  expect(folderItself.output()).toContain("cannot be read (EISDIR)");
}, 60000);

test("Ctrl-C ends a run and still says what came of it", async () => {
  const command = motet(["fleet", "--devices", "50", "--for", "300d", "--workers", "1", "--json"]);
  await command.until((one) => one.event === "progress" && Number(one["simSeconds"]) > 600);
  command.child.kill("SIGINT");
  const event = await command.until((one) => one.event === "end");
  expect(event["complete"]).toBe(false);
  expect(event["produced"]).toBeGreaterThan(0);
  expect(await command.ended).toBe(130);
}, 30000);

test.each([
  [["--devices", "0"], "from 1 to 10000000"],
  [["--for", "soon"], 'like "30s", "10m" or "24h"'],
  [["--shard", "2/2", "--out", "x"], "i from 0 to n-1"],
  [["--shard", "0/2"], "add --out FILE"],
  [["--transport", "pigeon"], 'thethings has no transport "pigeon": choose mqtt or coap.'],
  [["--platform", "none"], 'There is no platform "none": choose thethings, evrythng or thingsboard.'],
  [["--workers", "65"], "from 1 to 64"],
  [["--faults", "drizzle"], 'There is no scenario "drizzle"'],
])("a mistake is one sentence: %j", async (args, sentence) => {
  const command = motet(["fleet", "--devices", "1", "--for", "10s", ...args]);
  expect(await command.ended).toBe(1);
  expect(command.output()).toContain(sentence);
});

test("a scenario file with a mistake is refused with its line", async () => {
  const path = join(folder.path, "own.json");
  writeFileSync(path, '{\n  "faults": [\n    { "kind": "drizzle", "every": "1h" } ] }');
  const command = motet(["fleet", "--devices", "1", "--for", "10s", "--faults", path]);
  expect(await command.ended).toBe(1);
  expect(command.output()).toContain("line 3");
});
