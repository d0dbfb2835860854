/** The suite on boards with NodeMCU at the end of a cable: emulated ones whose Lua is real, with a Lua console on TCP and a switch for their power. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TIME_HOST } from "../../sim/desk/time-server";
import { boardLane } from "../../sim/hil/board-lanes";
import { suite } from "../../sim/hil/cases";
import { readMap } from "../../sim/hil/map";
import type { Mapped } from "../../sim/hil/map";
import { runTest, runTests, unableOn } from "../../sim/hil/run";
import { root } from "../boards/desk-board";
import { storeCompiler } from "../support/store-compiler";
import { powerCommand } from "./live-desk";
import { LiveLuaBoard } from "./live-lua-board";

const TIMEOUT_MS = 900000;
const WIFI = { ssid: "lab", password: "canary-wifi-bench" };
const OPTIONS = { root, version: "1.0.0", transport: "mqtt", interpreter: "" } as const;
const folder = mkdtempSync(join(tmpdir(), "motet-hil-lua-"));
const run = { transport: "mqtt" as const, logDir: join(folder, "logs"), keepLogs: true };
const boards: LiveLuaBoard[] = [];
let mapped: readonly Mapped[] = [];
const images: NonNullable<Parameters<typeof boardLane>[2]> = new Map();
const laneOf = (each: Mapped) => boardLane(each, OPTIONS, images);

async function plug(id: string): Promise<object> {
  const board = new LiveLuaBoard(id, { dir: join(folder, id), wifi: WIFI });
  boards.push(board);
  const ports = await board.listen();
  board.powerOn();
  const power = { off: powerCommand(ports.power, "off"), on: powerCommand(ports.power, "on") };
  return { name: id, board: id, port: `tcp://127.0.0.1:${ports.console}`, wifi: { ssid: WIFI.ssid, password: "@wifi" }, host: "127.0.0.1", timeHost: TIME_HOST, luac: "luac.cross", cannot: ["memory"], power };
}

beforeAll(async () => {
  storeCompiler(folder);
  writeFileSync(join(folder, "wifi"), WIFI.password);
  const map = join(folder, "boards.json");
  writeFileSync(map, JSON.stringify({ boards: [await plug("esp32-lua"), await plug("esp8266-lua")] }));
  mapped = (await readMap(root, map))!;
});

afterAll(async () => {
  for (const board of boards) await board.close();
  rmSync(folder, { recursive: true });
});

const named = (part: string) => suite.find(({ name }) => name.includes(part))!;

/** In real time the whole suite takes minutes: by day what only a cable and a switch can show. */
const BY_DAY = /activates once|told to, and keeps|while it publishes|is erased|WiFi password|its app again|memory|its pin|its sensor|its network/;
const tried = process.env["MOTET_NIGHTLY"] ? suite : suite.filter(({ name }) => BY_DAY.test(name));

test("every test that the boards are able to, side by side, and the others with their reasons", async () => {
  const lanes = mapped.map(laneOf);
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
  expect(await runTest(named("activates once"), laneOf(mapped[0]!), run)).toMatchObject({ status: "pass", retries: [expect.stringMatching(/^esp32-lua: The connection to the board is gone/)] });
}, TIMEOUT_MS);

test("another board than the map says is not tried again", async () => {
  const lane = laneOf({ ...mapped[0]!, board: mapped[1]!.board });
  expect(await runTest(named("activates once"), lane, run)).toMatchObject({ status: "broken", retries: [], reason: expect.stringMatching(/says that it is an esp32 with Lua 5\.3, and esp8266-lua is an esp8266/) });
}, TIMEOUT_MS);

test("firmware that lets a secret out fails", async () => {
  boards[1]!.says = `joining lab with ${WIFI.password}`;
  const result = await runTest(named("activates once"), laneOf(mapped[1]!), run);
  boards[1]!.says = "";
  expect(result).toMatchObject({ status: "fail", reason: "a secret was let out by the console; it is masked in the log" });
}, TIMEOUT_MS);
