/** A device that restarts, by itself or because its power was gone. */
import assert from "node:assert/strict";
import type { Bench } from "../bench";
import { hilTest } from "../test";
import type { HilTest } from "../test";
import { counts, countsByBoot, readings, upTo } from "./common";

/** Each boot counted from 1 without a gap, and so far. */
function assertWhole(bench: Bench, least: readonly number[]): void {
  const boots = countsByBoot(bench);
  assert.equal(boots.length, least.length, `the counts of ${boots.length} boots arrived, not of ${least.length}`);
  for (const [i, each] of boots.entries()) {
    assert.deepEqual(each, upTo(each.length), `boot ${i + 1} has a gap`);
    assert.ok(each.length >= least[i]!, `boot ${i + 1}: ${each.length} of at least ${least[i]!} readings arrived`);
  }
}

export const powerTests: readonly HilTest[] = [
  hilTest({
    name: "restarts when it is told to, and keeps its token",
    run: async (bench) => {
      await bench.begin();
      bench.cloud.send("restart", true);
      await bench.connected(1);
      const boots = bench.device.told("boot").map(({ number }) => number);
      assert.deepEqual(boots, [1, 2]);
      // A command is obeyed once, even this one.
      const before = counts(bench).length;
      await bench.until("3 more counts in the cloud", "1m", () => counts(bench).length >= before + 3);
      assert.deepEqual([bench.device.told("boot").length, bench.device.told("activated").length, bench.cloud.things], [2, 1, 1]);
    },
  }),
  hilTest({
    name: "loses power while it publishes, and no reading with it",
    needs: ["powerCut"],
    run: async (bench) => {
      await bench.begin();
      bench.cloud.send("hurry", 1000);
      await bench.until("12 counts in the cloud", "2m", () => counts(bench).length >= 12);
      await bench.device.powerOff();
      const taken = readings(bench);
      await bench.device.powerOn();
      await bench.connected(1);
      await bench.until("5 counts of the second boot in the cloud", "2m", () => countsByBoot(bench)[1] !== undefined && countsByBoot(bench)[1]!.length >= 5);
      assertWhole(bench, [taken, 5]);
      assert.deepEqual([bench.device.told("activated").length, bench.cloud.things], [1, 1]);
    },
  }),
  hilTest({
    name: "loses power while readings wait, and delivers them afterwards",
    needs: ["powerCut"],
    run: async (bench) => {
      await bench.begin();
      await bench.until("3 counts in the cloud", "1m", () => counts(bench).length >= 3);
      await bench.cloud.stop();
      const wanted = readings(bench) + 6;
      await bench.until("6 more readings", "1m", () => readings(bench) >= wanted);
      await bench.device.powerOff();
      const taken = readings(bench);
      await bench.device.powerOn();
      await bench.until("4 readings of the second boot", "1m", () => readings(bench) >= taken + 4);
      const drained = bench.device.told("drained").length;
      await bench.cloud.start();
      await bench.until("the log is empty", "10m", () => bench.device.told("drained").length > drained);
      assertWhole(bench, [taken, 4]);
      assert.deepEqual([bench.device.told("activated").length, bench.cloud.things], [1, 1]);
    },
  }),
  hilTest({
    name: "loses power while it activates, and takes no second thing",
    needs: ["powerCut", "secondAnswer"],
    run: async (bench) => {
      await bench.device.provision();
      await bench.device.start();
      await bench.until("the cloud has made its thing", "3m", () => bench.cloud.things > 0);
      await bench.device.powerOff();
      await bench.device.powerOn();
      await bench.connected(bench.device.told("connected").length);
      await bench.until("2 counts in the cloud", "1m", () => counts(bench).length >= 2);
      assert.equal(bench.cloud.things, 1);
    },
  }),
];
