/** An app is put on a board over its console: whole or not at all, whatever happens to the cable. The board is an emulation. */
import { boardIds, loadBoard } from "../../boards/toolchain/board";
import { flashApp } from "../../boards/toolchain/link/flash";
import type { Flashed } from "../../boards/toolchain/link/flash";
import type { LinkError } from "../../boards/toolchain/link/transport";
import type { Image } from "../../sim/engines/image";
import { imageOf } from "./app-image";
import { DeskBoard, root } from "./desk-board";
import type { DeskBoardOptions } from "./desk-board";
import { overConsole } from "./over-console";

const boards = boardIds(root).map((id) => loadBoard(root, id));
const quiet = { step: () => undefined, bytes: () => undefined };

const appImage = (hash: string, chars = 0): Image => imageOf(loadBoard(root, "esp32-espruino"), hash, chars);
const older = "0000aaaa";
const newer = "1111bbbb";
let board: DeskBoard;
let port = 0;

async function plug(options: DeskBoardOptions = {}): Promise<void> {
  board = new DeskBoard(options);
  port = await board.cable.listen();
  board.boot();
}

afterEach(() => board.close());

const flash = (image: Image, id = "esp32-espruino"): Promise<Flashed> => overConsole(port, (link) => flashApp(link, image, loadBoard(root, id), boards, quiet));

/** Which app boots after the power was away: it says so twice, once from each of its files. */
function booted(): string {
  board.reboot();
  return board.lines.filter((line) => line.startsWith("app ")).join();
}

test("the first app of a board boots, and says so", async () => {
  await plug();
  expect(await flash(appImage(older, 3000))).toMatchObject({ hash: older, unchanged: false, boot: older, hello: { name: "ESP32", version: "2v29.277" } });
  expect(booted()).toBe(`app ${older} cold ${older}`);
});

test("another app takes its place, and two sets of files are all that stays", async () => {
  await plug();
  for (const hash of [older, newer, "2222cccc"]) await flash(appImage(hash, 100));
  expect(booted()).toBe("app 2222cccc cold 2222cccc");
  expect([...board.files.keys()].sort()).toEqual([".bootcde", `${newer}.app`, `${newer}.cold`, "2222cccc.app", "2222cccc.cold", "motet.a", "motet.b"].sort());
});

test("the same app again sends nothing", async () => {
  await plug();
  await flash(appImage(older, 100));
  expect(await flash(appImage(older, 100))).toMatchObject({ unchanged: true, sentBytes: 0, boot: older });
});

test("somebody else's program boots until the app is whole", async () => {
  await plug();
  board.files = new Map([[".bootcde", 'print("app of somebody else")']]);
  board.boot();
  expect(booted()).toBe("app of somebody else");
  board.cable.bytesToPull = 1200;
  await expect(flash(appImage(older, 3000))).rejects.toThrow(/The connection to the board is gone/);
  expect(booted()).toBe("app of somebody else");
  await flash(appImage(older, 3000));
  expect(booted()).toBe(`app ${older} cold ${older}`);
});

test("pulled at every packet and inside of each, the old app boots or the new one, never a mix, and the next try ends well", async () => {
  await plug();
  await flash(appImage(older, 1200));
  board.reboot();
  const { files } = board;
  const before = board.cable.bytesReceived;
  await flash(appImage(newer, 1200));
  const total = board.cable.bytesReceived - before;
  const outcomes = new Set<string>();
  for (let bytes = 0; bytes < total; bytes += 61) {
    board.files = files;
    board.boot();
    board.cable.bytesToPull = bytes;
    // Behind the last packet nothing is left but to hear that it booted.
    expect(["lost", "nothing heard"]).toContain(await flash(appImage(newer, 1200)).then(({ boot }) => boot ?? "nothing heard", ({ fault }: LinkError) => fault));
    const after = booted();
    outcomes.add(after);
    expect([`app ${older} cold ${older}`, `app ${newer} cold ${newer}`]).toContain(after);
    if (bytes % 5 === 0) {
      await flash(appImage(newer, 1200));
      expect(booted()).toBe(`app ${newer} cold ${newer}`);
    }
  }
  expect(outcomes.size).toBe(2);
}, 120000);

test.each<[string, DeskBoardOptions, string, RegExp, LinkError["fault"]]>([
  ["another board", { name: "ESP8266_4MB" }, "esp32-espruino", /says that it is ESP8266_4MB, and the app was built for esp32-espruino: take --board esp8266-d1mini-espruino or --board esp8266-espruino\.$/, "board"],
  ["a board that nobody knows", { name: "PUCKJS" }, "esp32-espruino", /says that it is PUCKJS, .*: Motet has no board for that\.$/, "board"],
  ["a full Storage", { storageBytes: 4096 }, "esp32-espruino", /Storage has \d+ bytes free, and the app needs \d+: erase files/, "storage"],
])("%s is refused in one sentence, and what was there boots", async (_name, options, id, sentence, fault) => {
  await plug(options);
  await expect(flash(appImage(older, 6000), id)).rejects.toMatchObject({ message: expect.stringMatching(sentence), fault });
  expect([...board.files.keys()].filter((name) => name.startsWith("0000"))).toEqual([]);
});

test("a file that was spoilt on its way is told, although every packet was acknowledged", async () => {
  await plug();
  await flash(appImage(older, 100));
  board.corrupts = true;
  await expect(flash(appImage(newer, 100))).rejects.toMatchObject({ fault: "verify", message: expect.stringMatching(/is not on the board as it was sent/) });
  board.corrupts = false;
  expect(booted()).toBe(`app ${older} cold ${older}`);
});

test("a hundred uploads in a row, none fails", async () => {
  await plug();
  for (let turn = 0; turn < 100; turn += 1) {
    const hash = turn.toString(16).padStart(8, "0");
    expect(await flash(appImage(hash, 2000))).toMatchObject({ hash, boot: hash });
  }
}, 120000);
