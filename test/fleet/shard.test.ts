/** One shard by itself: its books balance, one seed is one run, and whoever watches can end it. */
import { namedScenario } from "../../sim/faults/scenarios";
import type { Fleet } from "../../sim/fleet/fleet";
import { runShard } from "../../sim/fleet/shard";
import { createPool, runShards } from "../../sim/fleet/workers";
import { routes } from "../../sim/lab/platforms";
import { workerScript } from "./worker-script";

const HOUR_MS = 3600000;

describe.each(routes)("on $platform over $transport", (route) => {
  const fleet: Fleet = { seed: "shard", devices: 8, ...route, everyMs: 120000, forMs: HOUR_MS };

  test("on a good network everything arrives once", () => {
    const { counts, complete, faults, flashBytes } = runShard(fleet, 0);
    expect(counts).toMatchObject({ devices: 8, duplicated: 0, lost: 0, waiting: 0, neverConnected: 0, undrained: 0, boots: 8 });
    expect(counts.produced).toBeGreaterThan(8 * 29);
    expect(counts.delivered).toBe(counts.produced);
    expect([complete, faults]).toEqual([true, {}]);
    expect(flashBytes).toBeGreaterThan(0);
  });

  test("under a storm what was accepted is delivered, dropped for a cause, or waits; the same seed is the same run", async () => {
    const stormy: Fleet = { ...fleet, forMs: 2 * HOUR_MS, faults: namedScenario("storm")! };
    const one = runShard(stormy, 0);
    expect(runShard(stormy, 0)).toEqual(one);
    expect(runShard({ ...stormy, seed: "other" }, 0).hash).not.toBe(one.hash);
    const [elsewhere] = await runShards(stormy, [0], { workers: 1, script: workerScript() });
    expect(elsewhere).toEqual({ ...one, busyMs: elsewhere!.busyMs, memoryBytes: elsewhere!.memoryBytes });
    expect(runShard({ ...stormy, devices: 1008 }, 1).hash).not.toBe(one.hash);
    expect(Object.keys(one.faults).length).toBeGreaterThanOrEqual(6);
    expect(one.counts.lost).toBe(0);
    expect(one.counts.boots).toBeGreaterThan(8);
    expect(one.accepts.length).toBeGreaterThan(0);
  }, 60000);
});

test("a run that is ended says how far it came", () => {
  const fleet: Fleet = { seed: "stop", devices: 2, platform: "thethings", transport: "mqtt", everyMs: 60000, forMs: 10 * HOUR_MS };
  const told: number[] = [];
  const { complete, simMs, counts } = runShard(fleet, 0, { progress: (ms) => void told.push(ms), stopped: () => told.at(-1)! >= HOUR_MS });
  expect(complete).toBe(false);
  expect(simMs).toBe(HOUR_MS);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(counts.produced - counts.delivered).toBe(counts.waiting + counts.lost);
});

test("workers that cannot begin say so to each shard that is given to them", async () => {
  const fleet: Fleet = { seed: "none", devices: 2000, platform: "thethings", transport: "mqtt", everyMs: 60000, forMs: HOUR_MS };
  const pool = createPool(fleet, { workers: 2, script: `${workerScript()}.missing` });
  for (const shard of [0, 1]) await expect(pool.run(shard)).rejects.toThrow(`Shard ${shard} broke: Cannot find module`);
  await pool.close();
});
