/** `motet test` as a person runs it: own tests, the table, the report, exit codes, and its mistakes. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atDesk, motet } from "./command";

const TIMEOUT_MS = 300000;
const { folder } = atDesk();
const own = (body: string): string => {
  const path = join(folder.path, "own.hil.ts");
  writeFileSync(path, `import { hilTest } from "motet/hil";\nimport assert from "node:assert/strict";\nexport default [\n${body}\n];\n`);
  return path;
};

test("own tests run natively, one passes, one fails, one cannot run; the log and the report say why", async () => {
  const path = own(`
    hilTest({ name: "connects", app: "weather-station", run: (bench) => bench.begin() }),
    hilTest({ name: "is wrong", app: "weather-station", run: async (bench) => { await bench.begin(); assert.equal(bench.cloud.things, 7); } }),
    hilTest({ name: "has memory", needs: ["memory"], run: async () => undefined }),`);
  const junit = join(folder.path, "report.xml");
  const run = motet(["test", path, "--on", "native", "--logs", join(folder.path, "logs"), "--junit", junit]);
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(/^test +native\nconnects +pass\nis wrong +FAIL\nhas memory +-$/m);
  expect(run.output()).toMatch(/^- {2}native cannot: memory: its memory is this computer's$/m);
  expect(run.output()).toMatch(/^1 passed, 1 failed, 0 broken by their bench, 1 not able, 0 tried again\.$/m);
  expect(readFileSync(join(folder.path, "logs", "native", "is-wrong.txt"), "utf8")).toMatch(/device {2}connected 0 "mqtt"/);
  expect(readFileSync(junit, "utf8")).toMatch(/<testsuite name="native" tests="3" failures="1" errors="0" skipped="1"/);
}, TIMEOUT_MS);

test("what passes ends with 0, and as events for machines", async () => {
  const path = own('hilTest({ name: "connects", run: (bench) => bench.begin() }),');
  const run = motet(["test", path, "--on", "native", "--logs", join(folder.path, "logs"), "--json"]);
  expect(await run.ended).toBe(0);
  expect(run.events).toMatchObject([
    { event: "result", test: "connects", lane: "native", status: "pass", retries: [] },
    { event: "end", pass: 1, fail: 0, broken: 0, unable: 0, retries: 0, absent: [], whole: true },
  ]);
}, TIMEOUT_MS);

test("nothing that ran is no success", async () => {
  const run = motet(["test", own('hilTest({ name: "x", needs: ["memory"], run: async () => undefined }),'), "--on", "native"]);
  expect(await run.ended).toBe(1);
}, TIMEOUT_MS);

test.each<[string, string[], Record<string, string>, RegExp]>([
  ["an engine that is none", ["--on", "steam"], {}, /There is no engine "steam" to test on/],
  ["a board that nobody names", ["--on", "board", "--map", "no-such-map"], {}, /Nothing can be tested on board: name one with --board and --port, or write no-such-map/],
  ["a port without a board", ["--port", "/dev/null"], {}, /Which board is at the port\? Add --board ID/],
  ["a password as it is", ["--port", "/dev/null", "--board", "esp32-espruino", "--ssid", "lab", "--password", "canary-wifi-argv"], {}, /Secrets are not taken from the command line/],
  ["no interpreter", ["--on", "espruino"], { ESPRUINO: "" }, /Nothing can be tested on espruino: set ESPRUINO/],
  ["what is required and not there", [], { ESPRUINO: "", MOTET_REQUIRE: "espruino" }, /Nothing can be tested on espruino: set ESPRUINO/],
  ["no such test", ["--only", "no such thing"], {}, /No test's name holds "no such thing"/],
  ["no such file", ["no-such-file.ts"], {}, /There is no test file no-such-file\.ts/],
])("%s is refused in one sentence", async (_name, args, environment, sentence) => {
  const run = motet(["test", ...args], "", environment);
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(sentence);
  expect(run.output()).not.toContain("canary-wifi-argv");
  expect(run.output().trim().split("\n")).toHaveLength(1);
}, TIMEOUT_MS);
