/**
 * A person's way from a blank board with NodeMCU to a device that reports, and back: flashed, provisioned, shown, erased, alone and on a
 * bench. The board is an emulation whose Lua is real. What is secret is in no output, although the board's console echoes all that is typed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startThethings } from "../../sim/cloud/thethings/index";
import { putLuaApp } from "../boards/lua-app";
import { LuaDeskBoard } from "../boards/lua-desk-board";
import { LiveLuaBoard } from "../hil/live-lua-board";
import { expectSilent } from "../support/canary";
import { storeCompiler } from "../support/store-compiler";
import { motet } from "./command";
import type { Running } from "./command";
import { CODE, ended, PASSWORD, provisioning, record, TIMEOUT_MS } from "./provisioning";

const { folder, file, plug, provision } = provisioning((unit) => {
  const board = new LuaDeskBoard("esp32-lua", { unit });
  putLuaApp(board, "0000aaaa");
  return board;
});

test.each(["esp8266-lua", "esp32-lua"])("%s: flashed, provisioned, activated, reporting; shown without what is secret; erased, it says that it is not provisioned", async (id) => {
  const cloud = await startThethings({ stateDir: join(folder.path, "cloud"), activationCodes: [CODE] });
  const live = new LiveLuaBoard(id, { dir: join(folder.path, "flash"), wifi: { ssid: "home", password: PASSWORD } });
  try {
    const port = `tcp://127.0.0.1:${(await live.listen()).console}`;
    live.powerOn();
    const on = (...args: string[]): Running => motet([...args, "--board", id, "--port", port], `${PASSWORD}\n${CODE}\n`);
    await ended(on("flash", "weather-station", "--luac", storeCompiler(folder.path)));
    await live.printed.until(/motet stopped 66/);
    const set = on("provision", "--cloud", `mqtt://127.0.0.1:${cloud.ports.mqtt}`, "--ssid", "home", "--password", "-", "--code", "-");
    expect(await ended(set)).toMatch(/unit [0-9a-f]{12}, NodeMCU with Lua 5\.[13] on esp[^]*provisioned, not activated yet[^]*password stored[^]*booted: weather-station[^]*, build [0-9a-f]{8}/);
    await live.printed.until(/motet connected 0[^]*motet published/);
    const token = cloud.model.tokenOf(cloud.model.things()[0]!)!;
    expect(cloud.model.read(token, "device.boot", []).ok).toBe(true);
    const shown = await ended(on("provision", "--show"), [PASSWORD, CODE, token]);
    expect(shown).toMatch(/state {3}activated\n[^]*token {3}stored\n {2}boots {3}\d/);
    expect(await ended(on("provision", "--erase"), [PASSWORD, CODE, token])).toMatch(/token, settings and log are erased, and with them the whole file system, into which the app was put back; 65536 bytes of flash were read back and hold nothing of them\nbooted: weather-station/);
    await live.printed.until(/motet stopped 66/);
    live.powerOff();
    const dir = join(folder.path, "flash");
    const left = readdirSync(dir).map((name) => readFileSync(join(dir, name), "latin1")).join("") + live.remains.join("");
    expect(left.length).toBeGreaterThan(65536);
    for (const secret of [token, CODE, PASSWORD]) expect(left.includes(secret)).toBe(false);
  } finally {
    await live.close();
    await cloud.close();
  }
}, TIMEOUT_MS);

test("a token made by hand takes the place of a code", async () => {
  const { board, port } = await plug("board1");
  const path = file("token", "canary-token-7777777\n");
  expect(await ended(provision(port, ["--cloud", "mqtt://10.0.0.2", "--token", `@${path}`]), ["canary-token-7777777"])).toMatch(/state {3}activated/);
  expect(record(board, "token")).toBe("canary-token-7777777");
  expect(await ended(provision(port, ["--show"]), ["canary-token-7777777"])).toMatch(/token {3}stored/);
}, TIMEOUT_MS);

test("a bench of boards takes a code each, also over a run that died, and no code twice", async () => {
  const units = [await plug("unita"), await plug("unitb")];
  const codes = file("codes.csv", "code\ncanary-code-aaa1\ncanary-code-bbb2\n");
  const batch = (port: string): Running => provision(port, ["--batch", codes, "--cloud", "mqtt://10.0.0.2", "--ssid", "home", "--password", "-", "--json"], PASSWORD);
  // The cable of the first is pulled when its code was written down.
  const total = await bytesOf(units[0]!.board, () => ended(provision(units[0]!.port, ["--show"])));
  units[0]!.board.cable.bytesToPull = total + 300;
  const broken = batch(units[0]!.port);
  expect([await broken.ended, broken.output()]).toEqual([4, expect.any(String)]);
  expect(readFileSync(`${codes}.results.csv`, "utf8")).toMatch(/,canary-code-aaa1,taking\n$/);
  units[0]!.board.boot();
  const rest = batch(units.map(({ port }) => port).join(","));
  await ended(rest, [PASSWORD, "canary-code-aaa1", "canary-code-bbb2"]);
  expect(rest.events.map(({ outcome, left, state }) => [outcome, left, state])).toEqual([["provisioned", 1, "ready"], ["provisioned", 0, "ready"]]);
  expect(units.map(({ board }) => record(board, "code"))).toEqual(["canary-code-aaa1", "canary-code-bbb2"]);
}, TIMEOUT_MS);

/** How many bytes a command sends to a board. */
async function bytesOf(board: LuaDeskBoard, run: () => Promise<unknown>): Promise<number> {
  const before = board.cable.bytesReceived;
  await run();
  return board.cable.bytesReceived - before;
}

test.each<[string, string[], number, RegExp]>([
  ["a lock", ["--lock", "-"], 1, /NodeMCU's console takes no password: leave --lock out/],
  ["the password of a console", ["--show", "--console-password", "@/dev/null"], 1, /NodeMCU's console takes no password: leave --console-password out/],
  ["TLS that the board lacks", ["--cloud", "mqtts://mqtt.example.org", "--code", "-"], 1, /esp32-lua has no TLS, so its device would never connect/],
])("%s is one sentence, and nothing is written", async (_name, args, code, sentence) => {
  const { board, port } = await plug("board1");
  const run = provision(port, args, "canary-token-123");
  expect([await run.ended, run.output()]).toEqual([code, expect.stringMatching(sentence)]);
  expectSilent(run.output(), ["canary-token-123"]);
  expect(board.flash.dump("records")).toMatch(/^\xff+$/);
}, TIMEOUT_MS);
