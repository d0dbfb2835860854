/** The suite on a board at the end of a cable: an emulated one with a console on TCP, and what becomes of it when its bench fails. */
import { readFileSync } from "node:fs";
import { runTest, runTests, unableOn } from "../../sim/hil/run";
import type { HilTest } from "../../sim/hil/test";
import { liveBench, named, TIMEOUT_MS, tried, WIFI } from "./live-bench";
import { LiveBoard } from "./live-board";
import type { LiveBoardOptions } from "./live-desk";

const make = (options: LiveBoardOptions): LiveBoard => new LiveBoard(options);
const bench = liveBench([{ name: "one", make }, { name: "two", make, wired: { fixtures: ["bme280"] } }]);
const { boards, laneOf, run } = bench;

test("every test that the board is able to, and the others with their reasons", async () => {
  const lane = laneOf(bench.mapped[0]!);
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
  const results = await runTests(tests, bench.mapped.map((each) => [laneOf(each)]), run);
  expect(results.map(({ lane, status }) => [lane, status])).toEqual([["one", "unable"], ["one", "pass"], ["two", "pass"], ["two", "pass"]]);
  const log = readFileSync(results[1]!.log!, "utf8");
  const order = ["the cloud is up", "esp32-espruino|is ESP32 with Espruino", "the device is made new", "is provisioned for", "device  boot 1", "cloud   activation", "device  activated", "cloud   sends restart", "device  boot 2"];
  const places = order.map((part) => log.search(new RegExp(part)));
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(log).not.toContain(WIFI.password);
}, TIMEOUT_MS);

test("a cable that is pulled is tried again, and said; one that stays away breaks the bench", async () => {
  const lane = laneOf(bench.mapped[0]!);
  boards[0]!.cuts = 1;
  const again = await runTest(named("activates once"), lane, run);
  expect(again).toMatchObject({ status: "pass", retries: [expect.stringMatching(/^one: The connection to the board is gone/)] });
  boards[0]!.cuts = 1000;
  const gone = await runTest(named("activates once"), lane, run);
  boards[0]!.cuts = 0;
  expect(gone).toMatchObject({ status: "broken", retries: [expect.anything(), expect.anything()] });
}, TIMEOUT_MS);

test("a wrong WiFi password of the bench is the bench's fault, not the device's", async () => {
  const lane = laneOf({ ...bench.mapped[0]!, network: { ...WIFI, password: "canary-wifi-other" } });
  const begins: HilTest = { name: "begins", run: (running) => running.begin() };
  expect(await runTest(begins, { ...lane, speed: 60 }, { ...run, slackMs: 2000 })).toMatchObject({ status: "broken", reason: expect.stringMatching(/^The device did not get into its network: /) });
}, TIMEOUT_MS);

test("another board than the map says is not tried again", async () => {
  // By what it answers alone: the app of the board of that name is built already.
  const lane = laneOf({ ...bench.mapped[0]!, board: { ...bench.mapped[0]!.board, answers: ["ESP8266"] } });
  expect(await runTest(named("activates once"), lane, run)).toMatchObject({ status: "broken", retries: [], reason: expect.stringMatching(/says that it is ESP32, and the app was built for/) });
}, TIMEOUT_MS);

test("firmware that lets a secret out fails, on whatever board", async () => {
  boards[0]!.says = `joining lab with ${WIFI.password}`;
  const result = await runTest(named("activates once"), laneOf(bench.mapped[0]!), run);
  boards[0]!.says = "";
  expect(result).toMatchObject({ status: "fail", reason: "a secret was let out by the console; it is masked in the log" });
  expect(readFileSync(result.log!, "utf8")).not.toContain(WIFI.password);
}, TIMEOUT_MS);
