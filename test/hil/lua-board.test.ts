/** The suite on boards with NodeMCU at the end of a cable: emulated ones whose Lua is real, with a Lua console on TCP and a switch for their power. */
import { readFileSync } from "node:fs";
import { runTest, runTests, unableOn } from "../../sim/hil/run";
import { storeCompiler } from "../support/store-compiler";
import { liveBench, named, TIMEOUT_MS, tried, WIFI } from "./live-bench";
import { LiveLuaBoard } from "./live-lua-board";

const bench = liveBench(["esp32-lua", "esp8266-lua"].map((name) => ({ name, make: (options) => new LiveLuaBoard(name, options), wired: { luac: "luac.cross" } })));
const { boards, laneOf, run } = bench;

beforeAll(() => void storeCompiler(bench.folder));

test("every test that the boards are able to, side by side, and the others with their reasons", async () => {
  const lanes = bench.mapped.map(laneOf);
  const results = await runTests(tried, lanes.map((lane) => [lane]), run);
  expect(results.filter(({ status, retries }) => (status !== "pass" && status !== "unable") || retries.length > 0)).toEqual([]);
  for (const lane of lanes) {
    const own = results.filter((result) => result.lane === lane.name);
    expect(own.filter(({ status }) => status === "unable").map(({ reason }) => reason.split(":")[0])).toEqual(["memory", "pins", "sensor", "network"]);
    expect(own.filter(({ status }) => status === "pass")).toHaveLength(tried.filter((each) => unableOn(each, lane) === undefined).length);
  }
  const log = readFileSync(results.find(({ test: name }) => name.includes("activates once"))!.log!, "utf8");
  expect(log).toMatch(/esp32-lua is esp32 with NodeMCU and Lua 5\.3[^]*is provisioned for[^]*device {2}boot 1[^]*device {2}activated/);
  for (const { log: path } of results) if (path !== undefined) expect(readFileSync(path, "utf8")).not.toMatch(new RegExp(`${WIFI.password}|${Buffer.from(WIFI.password).toString("hex")}`));
}, TIMEOUT_MS);

test("a cable that is pulled is tried again, and said", async () => {
  boards[0]!.cuts = 1;
  expect(await runTest(named("activates once"), laneOf(bench.mapped[0]!), run)).toMatchObject({ status: "pass", retries: [expect.stringMatching(/^esp32-lua: The connection to the board is gone/)] });
}, TIMEOUT_MS);

test("another board than the map says is not tried again", async () => {
  const lane = laneOf({ ...bench.mapped[0]!, board: bench.mapped[1]!.board });
  expect(await runTest(named("activates once"), lane, run)).toMatchObject({ status: "broken", retries: [], reason: expect.stringMatching(/says that it is an esp32 with Lua 5\.3, and esp8266-lua is an esp8266/) });
}, TIMEOUT_MS);

test("firmware that lets a secret out fails", async () => {
  boards[1]!.says = `joining lab with ${WIFI.password}`;
  const result = await runTest(named("activates once"), laneOf(bench.mapped[1]!), run);
  boards[1]!.says = "";
  expect(result).toMatchObject({ status: "fail", reason: "a secret was let out by the console; it is masked in the log" });
}, TIMEOUT_MS);
