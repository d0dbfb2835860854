/** The suite of `motet test`, the same tests, on every engine of this computer and on the real interpreter; a table at the end is the command's own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "../../sim/hil/cases";
import { engineLane } from "../../sim/hil/lanes";
import { runTest, unableOn } from "../../sim/hil/run";
import type { HilTest } from "../../sim/hil/test";
import { choiceOf } from "../support/choice";

const root = join(__dirname, "..", "..");
const { version } = choiceOf(root, "firmware/apps/bench-probe.ts");
const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const TIMEOUT_MS = 900000;
const options = (transport: "mqtt" | "coap") => ({ root, version, transport, interpreter: process.env["ESPRUINO"] ?? "" });
const folder = mkdtempSync(join(tmpdir(), "motet-hil-test-"));

afterAll(() => rmSync(folder, { recursive: true }));

const of = (name: string, transport: "mqtt" | "coap" = "mqtt") => {
  const lane = engineLane(name, options(transport));
  const able = suite.filter((each) => unableOn(each, lane) === undefined);
  const run = async (each: HilTest): Promise<void> => {
    const { status, reason, retries, lane: ran } = await runTest(each, lane, { transport, logDir: folder, keepLogs: false });
    expect({ ran, status, reason, retries }).toEqual({ ran: name, status: "pass", reason: "", retries: [] });
  };
  return { able, run };
};

describe.each<[string, "mqtt" | "coap"]>([["native", "mqtt"], ["native", "coap"], ["espruino-api", "mqtt"], ["lua", "mqtt"]])("on %s over %s", (name, transport) => {
  const { able, run } = of(name, transport);
  test.each(able.map((each) => [each.name, each] as const))("%s", (_name, each) => run(each), TIMEOUT_MS);
});

const interpreter = of("espruino");
for (const each of interpreter.able) onEspruino(`[espruino] on the real interpreter it ${each.name}`, () => interpreter.run(each), TIMEOUT_MS);

test("every test of the suite has a name of its own, and runs somewhere here, or at the end of a cable", () => {
  const lanes = ["native", "espruino-api", "lua", "espruino"].map((name) => engineLane(name, options("mqtt")));
  const nowhere = suite.filter((each) => lanes.every((lane) => unableOn(each, lane) !== undefined));
  // Those are run by board.test.ts.
  expect(nowhere.filter(({ needs = [] }) => !needs.includes("link")).map(({ name }) => name)).toEqual([]);
  expect(new Set(suite.map(({ name }) => name)).size).toBe(suite.length);
});
