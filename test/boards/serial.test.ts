/**
 * The way over a serial port, with the real package `serialport`: a pseudo-terminal in front of the emulated boards. It has neither a
 * speed nor lines to set, which a board with a cable has.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { loadBoard } from "../../boards/toolchain/board";
import { ConsoleLink, linkLimits } from "../../boards/toolchain/link/console-link";
import { flashApp } from "../../boards/toolchain/link/flash";
import { LuaConsole, luaLimits } from "../../boards/toolchain/link/lua-console";
import { flashLua } from "../../boards/toolchain/link/lua-flash";
import { openPort } from "../../boards/toolchain/link/open";
import { imageOf } from "./app-image";
import { DeskBoard, root } from "./desk-board";
import { LuaDeskBoard, storeBytes } from "./lua-desk-board";

jest.setTimeout(120000);

const quiet = { step: () => undefined, bytes: () => undefined };
const BAUD = 115200;
let terminal: ChildProcess | undefined;

/** The path of a pseudo-terminal in front of a board. */
async function wire(port: number): Promise<string> {
  const child = spawn("python3", [join(__dirname, "pseudo-terminal.py"), `${port}`], { stdio: ["pipe", "pipe", "inherit"] });
  terminal = child;
  return new Promise((resolve, reject) => {
    child.once("error", () => reject(new Error("the tests need python3")));
    child.stdout.once("data", (bytes: Buffer) => resolve(bytes.toString().trim()));
  });
}

afterEach(async () => {
  const child = terminal;
  if (child === undefined || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.stdin!.end();
  await gone;
});

test("an app is written to a board with Espruino, and a port that is open already is told", async () => {
  const board = new DeskBoard();
  const path = await wire(await board.cable.listen());
  board.boot();
  const image = imageOf(board.board, "0000aaaa", 4000);
  const link = new ConsoleLink(await openPort(path, BAUD), { ...linkLimits, settleMs: 0 });
  try {
    expect(await flashApp(link, image, board.board, [board.board], quiet)).toMatchObject({ hash: "0000aaaa", boot: "0000aaaa" });
    await expect(openPort(path, BAUD)).rejects.toMatchObject({ fault: "port", message: expect.stringMatching(/is in use: close the other program/) });
  } finally {
    link.close();
    await board.close();
  }
});

test("an app is written to a board with NodeMCU", async () => {
  const board = new LuaDeskBoard("esp8266-lua");
  const path = await wire(await board.cable.listen());
  board.boot();
  const bytes = storeBytes("0000aaaa", `print('motet boot 1 "0000aaaa"')--${"\0\xff".repeat(2000)}`);
  const link = new LuaConsole(await openPort(path, BAUD), { ...luaLimits, settleMs: 0 });
  try {
    expect(await flashLua(link, { hash: "0000aaaa", bytes }, loadBoard(root, "esp8266-lua"), [board.board], quiet)).toMatchObject({ hash: "0000aaaa", boot: "0000aaaa" });
  } finally {
    link.close();
    await board.close();
  }
});

test("a board that is pulled out of its port ends the link", async () => {
  const board = new DeskBoard();
  const path = await wire(await board.cable.listen());
  board.boot();
  const link = new ConsoleLink(await openPort(path, BAUD), { ...linkLimits, settleMs: 0 });
  await link.hello();
  const lost = new Promise<void>((resolve) => (link.onLost = resolve));
  terminal!.stdin!.end();
  await lost;
  await expect(link.hello()).rejects.toMatchObject({ fault: "lost" });
  await board.close();
});
