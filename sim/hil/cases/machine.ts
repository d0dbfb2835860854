/** The machine below the device: its flash, clock, memory, pins, bus and radio. */
import assert from "node:assert/strict";
import { hilTest } from "../test";
import type { HilTest } from "../test";
import { counts, readings, upTo } from "./common";

/** Code of the agent: the device holds no settings. */
const UNPROVISIONED = 66;
/** How far the device's clock may be off, ms. */
const CLOCK_MS = 2000;
/** What an hour of reports takes of a device that reports three measures a minute. */
const HOUR_READINGS = 180;
/** The most of free memory that may be gone afterwards: one variable lost with each reading is more. */
const MEMORY_SHARE = 0.1;
/** Readings among which the memory is looked at. */
const SAMPLES = 50;
const WRONG_PASSWORD = "canary-wifi-wrong";

export const machineTests: readonly HilTest[] = [
  hilTest({
    name: "forgets settings, token and readings when it is erased",
    needs: ["erase"],
    run: async (bench) => {
      await bench.begin();
      await bench.until("a count in the cloud", "1m", () => counts(bench).length > 0);
      const { token } = bench.cloud;
      assert.ok((await bench.device.contents()).includes(token), "the token is not where it was looked for");
      await bench.device.erase();
      assert.ok(!(await bench.device.contents()).includes(token), "the token is still in the flash");
      await bench.device.start();
      await bench.until("it says that it is not provisioned", "1m", () => bench.device.told("stopped").some(({ number }) => number === UNPROVISIONED));
      assert.equal(bench.device.told("connected").length, 1);
    },
  }),
  hilTest({
    name: "gives its readings the right time",
    needs: ["clock"],
    run: async (bench) => {
      await bench.begin();
      await bench.until("5 counts in the cloud", "2m", () => counts(bench).length >= 5);
      await bench.until("it tells of 5 counts", "30s", () => readings(bench) >= 5);
      const taken = bench.device.told("reading").filter(({ text }) => text.startsWith("count "));
      for (const { value, ms } of bench.cloud.held("count").slice(0, 5)) {
        const told = taken[Number(value) - 1]!.ms;
        assert.ok(Math.abs(ms - told) <= CLOCK_MS, `count ${String(value)} was taken at ${new Date(told).toISOString()} and says ${new Date(ms).toISOString()}`);
      }
    },
  }),
  hilTest({
    name: "has as much memory free after the reports of an hour",
    needs: ["memory"],
    run: async (bench) => {
      await bench.begin();
      const hurry = async (count: number): Promise<void> => {
        const wanted = counts(bench).length + count;
        bench.cloud.send("hurry", count);
        await bench.until(`${count} more counts in the cloud`, "10m", () => counts(bench).length >= wanted);
      };
      // The most that was free since it was asked before.
      const free = async (): Promise<number> => {
        const told = bench.cloud.values("free").length;
        bench.cloud.send("memory", true);
        await bench.until("it says how much memory was free", "1m", () => bench.cloud.values("free").length > told);
        return Number(bench.cloud.values("free")[told]);
      };
      await free();
      await hurry(SAMPLES);
      const before = await free();
      await hurry(HOUR_READINGS - SAMPLES);
      await free();
      await hurry(SAMPLES);
      const after = await free();
      bench.note(`free memory: ${before} before, ${after} after ${HOUR_READINGS} readings`);
      assert.ok(after >= before * (1 - MEMORY_SHARE), `${before} were free before, ${after} after ${HOUR_READINGS} readings`);
    },
  }),
  hilTest({
    name: "switches its pin when it is told to",
    needs: ["pins"],
    run: async (bench) => {
      await bench.begin();
      for (const [i, level] of [1, 0].entries()) {
        bench.cloud.send("fan", level === 1);
        await bench.until(`the answer to command ${i + 1}`, "30s", () => bench.cloud.values("fan.state").length > i);
        assert.equal(bench.device.level("fan"), level);
      }
    },
  }),
  hilTest({
    name: "reads its sensor",
    needs: ["sensor"],
    app: "weather-station",
    run: async (bench) => {
      await bench.begin();
      await bench.until("a temperature in the cloud", "3m", () => bench.cloud.values("humidity").length > 0);
      const last = (key: string): number => Number(bench.cloud.values(key).at(-1));
      for (const [key, least, most] of [["temperature", -40, 85], ["pressure", 300, 1100], ["humidity", 0, 100]] as const) {
        assert.ok(last(key) >= least && last(key) <= most, `${key} is ${last(key)}`);
      }
    },
  }),
  hilTest({
    name: "loses its network and comes back by itself, with all that it read",
    needs: ["network"],
    run: async (bench) => {
      await bench.begin();
      await bench.until("3 counts in the cloud", "1m", () => counts(bench).length >= 3);
      bench.device.setNetwork(false);
      await bench.until("it says that it is offline", "5m", () => bench.device.told("offline").length > 0);
      const wanted = readings(bench) + 5;
      await bench.until("5 more readings", "1m", () => readings(bench) >= wanted);
      const drained = bench.device.told("drained").length;
      bench.device.setNetwork(true);
      await bench.until("the log is empty", "15m", () => bench.device.told("drained").length > drained);
      assert.ok(counts(bench).length >= wanted);
      assert.deepEqual([...new Set(counts(bench))], upTo(Math.max(...counts(bench))));
    },
  }),
  hilTest({
    name: "says that a WiFi password is wrong, and joins with the right one",
    needs: ["radio"],
    run: async (bench) => {
      await bench.device.provision({ password: WRONG_PASSWORD });
      await bench.device.start();
      await bench.until("it says that it is offline", "3m", () => bench.device.told("offline").length > 0);
      assert.equal(bench.cloud.things, 0);
      await bench.begin();
      assert.equal(bench.cloud.things, 1);
    },
  }),
];
