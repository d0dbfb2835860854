import { mergeFleetFiles, readFleetFile, writeFleetFile } from "./file";
import type { FleetFile } from "./file";
import { devicesIn, fleetId, shardCount, shardsOfPart } from "./fleet";
import type { Fleet } from "./fleet";
import { PerSecond } from "./per-second";
import { summarise } from "./summary";
import type { ShardResult } from "./summary";

const fleet: Fleet = { seed: "1", devices: 3500, platform: "thethings", transport: "mqtt", everyMs: 30000, forMs: 60000 };

function resultOf(shard: number): ShardResult {
  const dropped = { full: shard, corrupt: 0, ram: 0, alien: 0, refused: 0 };
  const counts = { produced: 10, delivered: 8, duplicated: 1, lost: 0, waiting: 2, devices: devicesIn(fleet, shard), neverConnected: 0, undrained: 1, boots: 7, events: 99, dropped };
  const hash = String(shard).padStart(16, "0");
  return { shard, hash, complete: true, counts, faults: { "power-cut": 2 }, attempts: [shard, 5, 9, 1], accepts: [9, 1], simMs: 60000, drainMs: 1000 * shard, busyMs: 10, memoryBytes: 100, flashBytes: 50 };
}

const all = [0, 1, 2, 3].map(resultOf);

test("a fleet falls into shards of a thousand, and parts share them out", () => {
  expect(shardCount(fleet)).toBe(4);
  expect([0, 1, 2, 3].map((shard) => devicesIn(fleet, shard))).toEqual([1000, 1000, 1000, 500]);
  expect([0, 1, 2].map((index) => shardsOfPart(fleet, index, 3))).toEqual([[0, 3], [1], [2]]);
  expect(fleetId(fleet)).not.toBe(fleetId({ ...fleet, seed: "2" }));
  expect(fleetId(fleet)).not.toBe(fleetId({ ...fleet, platform: "thingsboard" }));
  expect(fleetId(fleet)).not.toBe(fleetId({ ...fleet, faults: { name: "none", rules: [] } }));
});

test("counts in seconds add up, and a peak can be looked for in a part of the time", () => {
  const one = new PerSecond();
  for (const ms of [0, 999, 1000, 61000]) one.count(ms);
  const two = new PerSecond([1, 4]);
  two.add(one);
  expect(two.pairs()).toEqual([0, 2, 1, 5, 61, 1]);
  expect([two.total, two.peak(), two.peak(2), two.peak(0, 1), two.peak(2, 60)]).toEqual([8, 5, 1, 2, 0]);
});

test("shards add up, whatever the order in which they came", () => {
  const summary = summarise(all);
  expect(summary.counts).toMatchObject({ produced: 40, delivered: 32, waiting: 8, devices: 3500, undrained: 4, dropped: { full: 6, corrupt: 0 } });
  expect(summary).toMatchObject({ shards: 4, complete: true, faults: { "power-cut": 8 }, simMs: 60000, drainMs: 3000, busyMs: 40 });
  expect(summary.attempts.pairs()).toEqual([0, 5, 1, 5, 2, 5, 3, 5, 9, 4]);
  expect(summarise([...all].reverse())).toEqual(summary);
  expect(summarise(all.slice(1)).hash).not.toBe(summary.hash);
});

test("files of parts put the whole together", () => {
  const part = (shards: readonly number[]): FleetFile => readFleetFile(writeFleetFile({ fleet, results: shards.map((shard) => all[shard]!) }), "part");
  const merged = mergeFleetFiles([{ ...part([1, 3]), name: "b" }, { ...part([0, 2]), name: "a" }]);
  expect(merged).toEqual({ fleet, results: all });
});

test("what a file may not hold is refused with one sentence", () => {
  const good = JSON.parse(writeFleetFile({ fleet, results: all })) as Record<string, unknown>;
  const refusal = (change: object): string => {
    try {
      readFleetFile(JSON.stringify({ ...good, ...change }), "a.json");
      return "";
    } catch (problem) {
      return (problem as Error).message;
    }
  };
  expect(refusal({})).toBe("");
  expect(() => readFleetFile('{"motetFleet":1,', "a.json")).toThrow("a.json is no result of a fleet");
  expect(() => readFleetFile("[]", "a.json")).toThrow("is no result");
  expect(refusal({ motetFleet: 1 })).toContain("another version");
  expect(refusal({ fleet: { ...fleet, devices: 4000 } })).toContain("changed after it was written");
  expect(refusal({ fleet: { ...fleet, transport: "pigeon" } })).toContain("a fleet that cannot be");
  expect(refusal({ fleet: { ...fleet, platform: "evrythng", transport: "coap" } })).toContain("a fleet that cannot be");
  for (const damage of [{ shard: 4 }, { hash: "x" }, { counts: {} }, { attempts: [1] }, { faults: { a: -1 } }, { busyMs: 0.5 }, { complete: 1 }]) {
    expect(refusal({ results: [{ ...all[0], ...damage }] })).toContain("a shard that is damaged");
  }
});

test("parts that do not make one fleet are refused with one sentence", () => {
  const part = (name: string, results: readonly ShardResult[], own = fleet): FleetFile & { name: string } => ({ name, fleet: own, results });
  expect(() => mergeFleetFiles([])).toThrow("nothing to merge");
  expect(() => mergeFleetFiles([part("a", all), part("b", [], { ...fleet, seed: "2" })])).toThrow("b is of another fleet than a");
  expect(() => mergeFleetFiles([part("a", all), part("b", all.slice(0, 1))])).toThrow("b and a both hold shard 0");
  expect(() => mergeFleetFiles([part("a", all.slice(2))])).toThrow("2 of 4 shards are missing, shard 0 first");
  expect(() => mergeFleetFiles([part("a", [{ ...all[0]!, complete: false }])])).toThrow("ended before its time");
});
