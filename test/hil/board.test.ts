/** The suite on a board at the end of a cable: an emulated one with a console on TCP, and what becomes of it when its bench fails. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boardLane } from "../../sim/hil/board-lanes";
import { suite } from "../../sim/hil/cases";
import { readMap } from "../../sim/hil/map";
import type { Mapped } from "../../sim/hil/map";
import { runTest, runTests, unableOn } from "../../sim/hil/run";
import type { HilTest } from "../../sim/hil/test";
import { root } from "../boards/desk-board";
import { TIME_HOST as TIME } from "../../sim/desk/time-server";
import { LiveBoard } from "./live-board";
import { powerCommand } from "./live-desk";

const TIMEOUT_MS = 900000;
const WIFI = { ssid: "lab", password: "canary-wifi-bench" };
const OPTIONS = { root, version: "1.0.0", transport: "mqtt", interpreter: "" } as const;
const folder = mkdtempSync(join(tmpdir(), "motet-hil-board-"));
const run = { transport: "mqtt" as const, logDir: join(folder, "logs"), keepLogs: true };
const boards: LiveBoard[] = [];
let mapped: readonly Mapped[] = [];
const images: NonNullable<Parameters<typeof boardLane>[2]> = new Map();
const laneOf = (each: Mapped) => boardLane(each, OPTIONS, images);

async function plug(name: string): Promise<object> {
  const board = new LiveBoard({ dir: join(folder, name), wifi: WIFI });
  const ports = await board.listen();
  board.powerOn();
  boards.push(board);
  const power = { off: powerCommand(ports.power, "off"), on: powerCommand(ports.power, "on") };
  return { name, board: "esp32-espruino", port: `tcp://127.0.0.1:${ports.console}`, wifi: { ssid: WIFI.ssid, password: "@wifi" }, host: "127.0.0.1", timeHost: TIME, cannot: ["memory"], power };
}

beforeAll(async () => {
  writeFileSync(join(folder, "wifi"), `${WIFI.password}\n`);
  writeFileSync(join(folder, "boards.json"), JSON.stringify({ boards: [await plug("one"), { ...(await plug("two")), fixtures: ["bme280"] }] }));
  mapped = (await readMap(root, join(folder, "boards.json")))!;
});

afterAll(async () => {
  for (const board of boards) await board.close();
  rmSync(folder, { recursive: true });
});

const named = (part: string): HilTest => suite.find(({ name }) => name.includes(part))!;

/** In real time the whole suite takes minutes: by day what only a cable and a switch can show. */
const BY_DAY = /activates once|told to, and keeps|while it publishes|is erased|WiFi password|its app again|memory|its pin|its sensor|its network/;
const tried = process.env["MOTET_NIGHTLY"] ? suite : suite.filter(({ name }) => BY_DAY.test(name));

test("every test that the board is able to, and the others with their reasons", async () => {
  const lane = laneOf(mapped[0]!);
  const results = await runTests(tried, [[lane]], run);
  const odd = results.filter(({ status, retries }) => (status !== "pass" && status !== "unable") || retries.length > 0);
  expect(odd).toEqual([]);
  expect(results.filter(({ status }) => status === "unable").map(({ test: name, reason }) => [name, reason.split(":")[0]])).toEqual([
    [named("memory").name, "memory"],
    [named("pin").name, "pins"],
    [named("sensor").name, "sensor"],
    [named("network").name, "network"],
  ]);
  expect(results.filter(({ status }) => status === "pass")).toHaveLength(tried.filter((each) => unableOn(each, lane) === undefined).length);
}, TIMEOUT_MS);

test("two boards are tested side by side, each by what is wired to it", async () => {
  const tests = [named("reads its sensor"), named("restarts when")];
  const results = await runTests(tests, mapped.map((each) => [laneOf(each)]), run);
  expect(results.map(({ lane, status }) => [lane, status])).toEqual([["one", "unable"], ["one", "pass"], ["two", "pass"], ["two", "pass"]]);
  const log = readFileSync(results[1]!.log!, "utf8");
  const order = ["the cloud is up", "esp32-espruino|is ESP32 with Espruino", "the device is made new", "is provisioned for", "device  boot 1", "cloud   activation", "device  activated", "cloud   sends restart", "device  boot 2"];
  const places = order.map((part) => log.search(new RegExp(part)));
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(log).not.toContain(WIFI.password);
}, TIMEOUT_MS);

test("a cable that is pulled is tried again, and said; one that stays away breaks the bench", async () => {
  const lane = laneOf(mapped[0]!);
  boards[0]!.cuts = 1;
  const again = await runTest(named("activates once"), lane, run);
  expect(again).toMatchObject({ status: "pass", retries: [expect.stringMatching(/^one: The connection to the board is gone/)] });
  boards[0]!.cuts = 1000;
  const gone = await runTest(named("activates once"), lane, run);
  boards[0]!.cuts = 0;
  expect(gone).toMatchObject({ status: "broken", retries: [expect.anything(), expect.anything()] });
}, TIMEOUT_MS);

test("a wrong WiFi password of the bench is the bench's fault, not the device's", async () => {
  const lane = laneOf({ ...mapped[0]!, network: { ...WIFI, password: "canary-wifi-other" } });
  const begins: HilTest = { name: "begins", run: (bench) => bench.begin() };
  expect(await runTest(begins, { ...lane, speed: 60 }, { ...run, slackMs: 2000 })).toMatchObject({ status: "broken", reason: expect.stringMatching(/^The device did not get into its network: /) });
}, TIMEOUT_MS);

test("another board than the map says is not tried again", async () => {
  const lane = laneOf({ ...mapped[0]!, board: { ...mapped[0]!.board, id: "esp8266-espruino", answers: ["ESP8266"] } });
  expect(await runTest(named("activates once"), lane, run)).toMatchObject({ status: "broken", retries: [], reason: expect.stringMatching(/says that it is ESP32, and the app was built for/) });
}, TIMEOUT_MS);

test("firmware that lets a secret out fails, on whatever board", async () => {
  boards[0]!.says = `joining lab with ${WIFI.password}`;
  const result = await runTest(named("activates once"), laneOf(mapped[0]!), run);
  boards[0]!.says = "";
  expect(result).toMatchObject({ status: "fail", reason: "a secret was let out by the console; it is masked in the log" });
  expect(readFileSync(result.log!, "utf8")).not.toContain(WIFI.password);
}, TIMEOUT_MS);
