/** An app that goes over a cable: what is there is not sent again, and another one finds what the device has stored. */
import assert from "node:assert/strict";
import { hilTest } from "../test";
import type { HilTest } from "../test";
import { counts } from "./common";

export const linkTests: readonly HilTest[] = [
  hilTest({
    name: "is given its app again, of which nothing is sent, and keeps its token",
    needs: ["link"],
    run: async (bench) => {
      await bench.begin();
      await bench.until("a count in the cloud", "1m", () => counts(bench).length > 0);
      assert.equal(await bench.device.load(), 0);
      await bench.device.start();
      await bench.connected(1);
      assert.deepEqual([bench.device.told("activated").length, bench.cloud.things], [1, 1]);
    },
  }),
  hilTest({
    name: "is given another app, and goes on with its token",
    needs: ["link"],
    run: async (bench) => {
      await bench.begin();
      assert.ok((await bench.device.load("weather-station")) > 0);
      await bench.device.start();
      await bench.connected(1);
      assert.match(bench.device.told("boot").at(-1)!.text, /^weather-station\//);
      assert.deepEqual([bench.device.told("activated").length, bench.cloud.things], [1, 1]);
    },
  }),
];
