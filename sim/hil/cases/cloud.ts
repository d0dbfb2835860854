/** A device and its cloud: activation, readings, commands, an outage. */
import assert from "node:assert/strict";
import { hilTest } from "../test";
import type { HilTest } from "../test";
import { counts, readings, upTo } from "./common";

/** A code that no cloud has given out. */
const UNKNOWN_CODE = "canary-unknown-code";
/** Codes of the agent: the activation code was refused; the device holds no settings. */
const ACTIVATION_REFUSED = 67;

export const cloudTests: readonly HilTest[] = [
  hilTest({
    name: "activates once, says who it is, and publishes in order",
    run: async (bench) => {
      await bench.begin();
      await bench.until("10 counts in the cloud", "2m", () => counts(bench).length >= 10);
      assert.deepEqual(counts(bench).slice(0, 10), upTo(10));
      assert.deepEqual([bench.device.told("activated").length, bench.cloud.things], [1, 1]);
      const [said] = bench.cloud.values("device.boot");
      assert.match(String(said), /^[\w-]+\/\S+ reset=[0-6] error=0 boot=1$/);
    },
  }),
  hilTest({
    name: "obeys a command once, and says so",
    run: async (bench) => {
      await bench.begin();
      for (const [i, on] of [true, false, true].entries()) {
        bench.cloud.send("fan", on);
        await bench.until(`the answer to command ${i + 1}`, "30s", () => bench.cloud.values("fan.state").length > i);
      }
      assert.deepEqual(bench.cloud.values("fan.state"), [true, false, true]);
      // A console may lag behind the cloud.
      await bench.until("it tells of 3 commands", "30s", () => bench.device.told("command").length >= 3);
      assert.equal(bench.device.told("command").length, 3);
    },
  }),
  hilTest({
    name: "refuses a command of the wrong type, and carries any text unharmed",
    run: async (bench) => {
      const text = "Z\u00fcrich \u20ac \u{1f600} \"q\" \\";
      await bench.begin();
      bench.cloud.send("fan", "yes");
      await bench.until("the refusal", "30s", () => bench.device.told("commandRefused").length > 0);
      bench.cloud.send("label", text);
      await bench.until("the echo of the text", "30s", () => bench.cloud.values("echo").length > 0);
      assert.deepEqual(bench.cloud.values("echo"), [text]);
      assert.deepEqual(bench.cloud.values("fan.state"), []);
    },
  }),
  hilTest({
    name: "keeps its readings while the cloud is away, and delivers them in order",
    run: async (bench) => {
      await bench.begin();
      await bench.until("3 counts in the cloud", "1m", () => counts(bench).length >= 3);
      await bench.cloud.stop();
      await bench.until("it says that it is offline", "3m", () => bench.device.told("offline").length > 0);
      const wanted = readings(bench) + 8;
      await bench.until("8 more readings", "1m", () => readings(bench) >= wanted);
      const drained = bench.device.told("drained").length;
      await bench.cloud.start();
      await bench.until("the log is empty", "10m", () => bench.device.told("drained").length > drained);
      assert.ok(counts(bench).length >= wanted, `${counts(bench).length} of ${wanted} readings arrived`);
      assert.deepEqual([...new Set(counts(bench))], upTo(Math.max(...counts(bench))));
      assert.equal(bench.device.told("dropped").length, 0);
    },
  }),
  hilTest({
    name: "stops at a refused activation code, and activates with a right one",
    run: async (bench) => {
      await bench.device.provision({ code: UNKNOWN_CODE });
      await bench.device.start();
      await bench.until("it says that the code was refused", "3m", () => bench.device.told("stopped").some(({ number }) => number === ACTIVATION_REFUSED));
      assert.equal(bench.cloud.things, 0);
      await bench.begin();
      assert.deepEqual([bench.device.told("activated").length, bench.cloud.things], [1, 1]);
    },
  }),
];
