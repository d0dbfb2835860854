/** A person's way from an app to a board with NodeMCU, and to the line of an error. The board is an emulation, the compiler of its store a script. */
import { LuaDeskBoard } from "../boards/lua-desk-board";
import { storeCompiler } from "../support/store-compiler";
import { atDesk, motet } from "./command";

const TIMEOUT_MS = 240000;
const { folder } = atDesk();
let board: LuaDeskBoard;
let port = "";
let luac = "";

beforeEach(async () => {
  luac = storeCompiler(folder.path);
  board = new LuaDeskBoard("esp32-lua");
  port = `tcp://127.0.0.1:${await board.cable.listen()}`;
  board.boot();
});

afterEach(() => board.close());

test("an app is built, written and started; the monitor tells the line of TypeScript in which it fails", async () => {
  const blank = board.flash.snapshot();
  const args = ["flash", "test/engines/apps/throwing.ts", "--board", "esp32-lua", "--port", port, "--luac", luac];
  const run = motet([...args, "--json"]);
  expect([await run.ended, run.output()]).toEqual([0, expect.any(String)]);
  expect(run.events.at(-1)).toMatchObject({ event: "flashed", board: "esp32-lua", runtime: "Lua 5.3", unchanged: false, booted: true, boot: expect.stringMatching(/^throwing\//) });
  const plugged = board.cable.plugged();
  const monitor = motet(["monitor", "--board", "esp32-lua", "--port", port, "--json"]);
  await monitor.until(({ event }) => event === "connected");
  await plugged;
  // It has failed and restarted ever since it was flashed; ten times, and the app runs no more.
  board.flash.restore(blank);
  board.boot();
  const failed = await monitor.until(({ event, places }) => event === "console" && places !== undefined);
  expect(failed["text"]).toMatch(/^test\/engines\/apps\/throwing\.ts:\d+: attempt to index a nil value/);
  await monitor.stop();
}, TIMEOUT_MS);

test("without the compiler of a store the command says what to do, before it builds", async () => {
  const run = motet(["flash", "--board", "esp32-lua", "--port", port]);
  expect([await run.ended, run.output()]).toEqual([6, expect.stringMatching(/NodeMCU runs an app from an image that the luac\.cross of its firmware makes: name it with --luac PATH/)]);
}, TIMEOUT_MS);
