/** The runner: what is tried again and what is not, what ends a test, and what becomes of its log. Its devices are made up. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BenchError } from "./faults";
import { runTest, runTests, TRIES_MAX } from "./run";
import { hilTest } from "./test";
import type { HilTest } from "./test";
import type { Lane, Unit, UnitEvents } from "./units/unit";

const WIFI = "canary-wifi-runner";
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-hil-run-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const done = (): Promise<void> => Promise.resolve();
const unit: Unit = {
  network: undefined,
  timeHost: "",
  wasAway: false,
  load: () => Promise.resolve(0),
  wipe: done,
  provision: done,
  erase: done,
  contents: () => Promise.resolve(""),
  start: done,
  powerOff: done,
  level: () => 0,
  setNetwork: () => undefined,
  close: done,
};

/** A lane whose device does as `act` says when it is started. */
function laneOf(name: string, act: (events: UnitEvents) => void = () => undefined, changes: Partial<Lane> = {}): Lane {
  const open = (_app: string, _place: unknown, events: UnitEvents): Promise<Unit> => Promise.resolve({ ...unit, start: () => Promise.resolve(act(events)) });
  return { name, lacks: new Map([["memory", "it has none"]]), speed: 1, isHardware: false, host: "127.0.0.1", secrets: [WIFI], compile: done, open, ...changes };
}

const options = (keepLogs = false) => ({ transport: "mqtt" as const, logDir: folder, keepLogs, slackMs: 0 });
const starts = (run: HilTest["run"] = (bench) => bench.until("it boots", "1s", () => bench.device.told("boot").length > 0)): HilTest =>
  hilTest({ name: "It starts!", run: async (bench) => { await bench.device.start(); await run(bench); } });
const boots = (events: UnitEvents): void => events.record("boot", 1, "made up");

test("a test that passes leaves no log, unless it is wanted", async () => {
  expect(await runTest(starts(), laneOf("a", boots), options())).toMatchObject({ status: "pass", reason: "", retries: [], log: undefined });
  const { log } = await runTest(starts(), laneOf("a", boots), options(true));
  expect(readFileSync(log!, "utf8")).toMatch(/bench {3}the device starts\n.*device {2}boot 1 "made up"\n/);
});

test("an expectation that failed is not tried again, and its log is kept, for its owner alone", async () => {
  let runs = 0;
  const test = starts(() => {
    runs += 1;
    assert.equal(runs, 0);
    return done();
  });
  const { status, reason, retries, log } = await runTest(test, laneOf("a", boots), options());
  expect({ status, retries, runs }).toEqual({ status: "fail", retries: [], runs: 1 });
  expect(reason).toMatch(/strictly equal/);
  expect(log).toBe(join(folder, "a", "it-starts.txt"));
  expect(statSync(log!).mode & 0o777).toBe(0o600);
});

test("what does not come in time fails", async () => {
  expect(await runTest(starts((bench) => bench.until("a reading", 1, () => false)), laneOf("a"), options())).toMatchObject({ status: "fail", reason: "this did not come: a reading (within 1)", retries: [] });
});

test("a bench that fails is tried again, and that is said", async () => {
  let starts_ = 0;
  const lane = laneOf("a", (events) => {
    starts_ += 1;
    if (starts_ === 1) events.lost("The cable is gone.");
    else boots(events);
  });
  expect(await runTest(starts(), lane, options())).toMatchObject({ status: "pass", retries: ["The cable is gone."] });
});

test("a bench that fails each time is broken, which is no failure of the device", async () => {
  const lane = laneOf("a", boots, { open: () => Promise.reject(new BenchError("No answer.")) });
  const { status, reason, retries } = await runTest(starts(), lane, options());
  expect({ status, reason, retries: retries.length }).toEqual({ status: "broken", reason: "No answer.", retries: TRIES_MAX - 1 });
});

test("an engine that dies fails the test, whatever it waits for", async () => {
  const lane = laneOf("a", (events) => events.failed("Uncaught made up"));
  expect(await runTest(starts(), lane, options())).toMatchObject({ status: "fail", reason: "the device's engine failed: Uncaught made up" });
  expect(await runTest(starts(done), lane, options())).toMatchObject({ status: "fail" });
});

test("a secret on the console fails the test, and is nowhere in its log", async () => {
  const lane = laneOf("a", (events) => events.console(`joining with ${WIFI}`));
  const { status, reason, log } = await runTest(starts(done), lane, options());
  expect({ status, reason }).toEqual({ status: "fail", reason: "a secret was let out by the console; it is masked in the log" });
  expect(readFileSync(log!, "utf8")).toMatch(/joining with \*\*\*/);
});

test("what a lane lacks is not run there, and does not pass", async () => {
  let ran = false;
  const needy = hilTest({ name: "needy", needs: ["memory"], run: () => Promise.resolve(void (ran = true)) });
  expect(await runTest(needy, laneOf("a"), options())).toMatchObject({ status: "unable", reason: "memory: it has none" });
  expect(ran).toBe(false);
});

test("everything is compiled before a device is touched, and no app for a lane that is unable to run it", async () => {
  const order: string[] = [];
  const own = (name: string): Lane =>
    laneOf(name, boots, {
      compile: (app) => {
        order.push(`${name} compiles ${app}`);
        return app === "wrong" ? Promise.reject(new Error("a mistake")) : done();
      },
      open: (app, _place, events) => {
        order.push(`${name} opens ${app}`);
        return app === "wrong" ? Promise.reject(new Error("a mistake")) : Promise.resolve({ ...unit, start: () => Promise.resolve(boots(events)) });
      },
    });
  const tests = [starts(), { ...starts(), app: "wrong" }, starts(), { ...starts(), app: "large", needs: ["memory" as const] }];
  const results = await runTests(tests, [[own("a")], [own("b")]], options());
  expect(results.map(({ status, reason }) => status === "fail" ? reason : status)).toEqual(["pass", "a mistake", "pass", "unable", "pass", "a mistake", "pass", "unable"]);
  expect(order.slice(0, 4)).toEqual(["a compiles bench-probe", "a compiles wrong", "b compiles bench-probe", "b compiles wrong"]);
  expect(order.slice(4).every((each) => each.includes("opens"))).toBe(true);
});

test("lanes of a row run one after the other, rows side by side, and a run can be ended", async () => {
  const order: string[] = [];
  const noting = (name: string): Lane => laneOf(name, (events) => {
    order.push(name);
    boots(events);
  });
  const results = await runTests([starts()], [[noting("a"), noting("b")], [noting("c")]], options());
  expect(results.map(({ lane }) => lane)).toEqual(["a", "b", "c"]);
  expect(order.indexOf("c")).toBeLessThan(order.indexOf("b"));
  expect(await runTests([starts()], [[noting("a")]], { ...options(), isOver: () => true })).toEqual([]);
  expect(existsSync(join(folder, "a"))).toBe(false);
});

test("a log that cannot be kept takes no result away, and is said", async () => {
  writeFileSync(join(folder, "file"), "");
  const result = await runTest(starts((bench) => bench.until("a reading", 1, () => false)), laneOf("a"), { ...options(), logDir: join(folder, "file") });
  expect(result).toMatchObject({ status: "fail", reason: "this did not come: a reading (within 1)\nIts log cannot be kept (ENOTDIR): give --logs a folder that can be written.", log: undefined });
});

test("a device that cannot be let go of leaves no cloud behind", async () => {
  let port = 0;
  const lane = laneOf("a", boots, { open: () => Promise.resolve({ ...unit, close: () => Promise.reject(new Error("no power")) }) });
  await runTest(starts((bench) => Promise.resolve(void (port = bench.cloud.target("mqtt").port))), lane, options());
  const code = await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve("connected");
    }).on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
  });
  expect(code).toBe("ECONNREFUSED");
});
