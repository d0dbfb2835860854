/** Settings go into the records of a board with NodeMCU over its Lua console, whatever happens to power and cable. The board is an emulation. */
import { provisionState } from "../../firmware/agent/provision";
import { logAppend, logOpen } from "../../firmware/store/log";
import { recordGet, recordPut } from "../../firmware/store/records";
import type { RecordStore } from "../../firmware/store/records";
import type { Ports } from "../../hal/ports";
import { TlsLevel } from "../../hal/ports/tls";
import { boardIds, loadBoard } from "../../boards/toolchain/board";
import { STILL_FILE } from "../../boards/toolchain/compile/lua/boot";
import type { LuaConsole } from "../../boards/toolchain/link/lua-console";
import type { LinkError } from "../../boards/toolchain/link/transport";
import { checksum } from "../../boards/toolchain/provision/mirror";
import { eraseDevice, provisionDevice, showSettings } from "../../boards/toolchain/provision/provision";
import type { DeviceSettings } from "../../boards/toolchain/provision/settings";
import { byteOutcomes, eraseOutcomes } from "../../sim/world/flash";
import { root } from "./desk-board";
import { putLuaApp } from "./lua-app";
import { LuaDeskBoard } from "./lua-desk-board";
import type { LuaDeskBoardOptions } from "./lua-desk-board";
import { overLuaConsole } from "./over-console";
import { dumpOf, recordsIn } from "./stored";

jest.setTimeout(240000);
const boards = boardIds(root).map((id) => loadBoard(root, id));
const APP = "0000aaaa";
const TOKEN = "canary-token-7777777";
const cloud = { host: "mqtt.example.org", port: 1883, tls: TlsLevel.none, timeHost: "" };
const settings: DeviceSettings = { cloud, wifi: { ssid: "Café", password: "canary-pa55word" }, code: "canary-code-0001" };
let board: LuaDeskBoard;
let port = 0;

async function plug(id = "esp32-lua", options: LuaDeskBoardOptions = {}): Promise<void> {
  board = new LuaDeskBoard(id, options);
  port = await board.cable.listen();
  putLuaApp(board, APP);
  await boot();
}

/** Gives it power, and lets its store be filled. */
async function boot(): Promise<void> {
  board.boot();
  while (appLines() === "") await new Promise(setImmediate);
}

const appLines = (): string => board.lines.filter((line) => line.startsWith("app ")).join();

afterEach(() => board.close());

const linked = <T>(use: (link: LuaConsole) => Promise<T>): Promise<T> => overLuaConsole(port, use);
const provision = (given: DeviceSettings) => linked((link) => provisionDevice(link, board.board, given, { boards }));
const records = (): RecordStore => recordsIn(board.flash);
const dump = (): string => dumpOf(board.flash);

test.each(["esp8266-lua", "esp32-lua"])("what the host wrote is what the device reads, on %s, and its program stood still meanwhile", async (id) => {
  await plug(id);
  const heard: string[] = [];
  const done = await linked((link) => {
    link.onText = (bytes) => heard.push(bytes);
    return provisionDevice(link, board.board, settings, { boards });
  });
  expect(done).toMatchObject({ hasProgram: true, build: APP, boot: APP, runtime: `Lua ${board.board.lua!}`, unit: expect.stringMatching(/^[0-9a-f]{12}$/), stored: { state: "ready", cloud, wifi: { ssid: "Café", password: true }, code: true, token: false } });
  expect(provisionState({ flash: board.flash.port, checksum } as Ports)).toBe(0);
  expect(recordGet(records(), "wifi")).toBe("\x05Caf\xc3\xa9\x0fcanary-pa55word");
  expect(recordGet(records(), "code")).toBe("canary-code-0001");
  expect(heard.join("").match(/(motet: stands still|app \w+)(?=\r\n)/g)).toEqual(["motet: stands still", `app ${APP}`]);
  expect(board.files.has(STILL_FILE)).toBe(false);
});

test("what is not named stays, and what is shown holds no secret", async () => {
  await plug();
  await provision(settings);
  await provision({ wifi: { ssid: "other", password: "" } });
  recordPut(records(), "token", TOKEN);
  const shown = await linked((link) => showSettings(link, board.board));
  expect(shown.stored).toMatchObject({ state: "activated", cloud, wifi: { ssid: "other", password: false }, code: true, token: true });
  expect(JSON.stringify(shown)).not.toMatch(/canary/);
});

test("a board without a program is provisioned, too", async () => {
  await plug();
  board.files.clear();
  board.boot();
  expect(board.lines).toEqual(["lua: cannot open init.lua"]);
  expect(await provision(settings)).toMatchObject({ hasProgram: false, build: undefined, boot: undefined, stored: { state: "ready" } });
});

test("erased, no block and no deleted byte is left in the chip, every other file is as it was, and the app boots unprovisioned", async () => {
  await plug();
  board.files.set("somebody.else", "\0\r\n\xff".repeat(700));
  await provision(settings);
  // As the device itself writes: over its console, so that the file system keeps what it replaces.
  for (const turn of [1, 2, 3]) await provision({ token: `${TOKEN}${turn}` });
  const { port: flash } = board.flash;
  const log = logOpen(flash, checksum, flash.open("log")!);
  for (let turn = 0; turn < 300; turn += 1) logAppend(log, "canary-reading");
  const files = new Map(board.files);
  expect(dump() + board.remains.join("")).toMatch(/canary-token-77777771[^]*canary-token-77777771/);
  const done = await linked((link) => eraseDevice(link, board.board));
  expect(done).toMatchObject({ scannedBytes: 65536, boot: APP, hasProgram: true });
  expect(dump()).toMatch(/^\xff+$/);
  expect(board.remains.join("")).not.toMatch(/canary/);
  expect(new Map([...board.files].sort())).toEqual(new Map([...files].sort()));
  expect(provisionState({ flash, checksum } as Ports)).not.toBe(0);
});

test("pulled at every line, the device holds the old settings or the new ones, and the next try ends well", async () => {
  await plug();
  await provision({ cloud: { ...cloud, host: "old.example.org" }, token: TOKEN });
  const [kept, files] = [board.flash.snapshot(), new Map(board.files)];
  const before = board.cable.bytesReceived;
  await provision({ cloud });
  const total = board.cable.bytesReceived - before;
  const seen = new Set<string>();
  for (let bytes = 0; bytes < total; bytes += 61) {
    board.flash.restore(kept);
    await boot();
    board.cable.bytesToPull = bytes;
    await provision({ cloud }).catch(({ fault }: LinkError) => expect(fault).toBe("lost"));
    seen.add(/old|mqtt/.exec(recordGet(records(), "cloud")!)![0]);
    expect(recordGet(records(), "token")).toBe(TOKEN);
    expect(board.files).toEqual(files);
  }
  expect([...seen].sort()).toEqual(["mqtt", "old"]);
  board.cable.bytesToPull = undefined;
  expect((await provision({ cloud })).stored.cloud).toEqual(cloud);
});

test("the power cut at 200 places of its flash leaves the old settings or the new ones, and the app boots", async () => {
  await plug();
  await provision({ cloud: { ...cloud, host: "old.example.org" }, token: TOKEN });
  // A block that is nearly full: the next records go into another one, and the old one is erased.
  const free = (): number => 4096 - board.flash.dump("records").slice(0, 4096).replace(/\xff+$/, "").length;
  for (let turn = 0; free() > 60; turn += 1) recordPut(records(), "error", `${turn % 10}`);
  const long = { ...cloud, host: `mqtt.${"x".repeat(95)}`, timeHost: "t".repeat(60) };
  const kept = board.flash.snapshot();
  const { programmed, erases } = { ...board.flash.counts };
  await provision({ cloud: long });
  const [bytes, blocks] = [board.flash.counts.programmed - programmed, board.flash.counts.erases - erases];
  expect(blocks).toBeGreaterThan(0);
  const seen = new Set<string>();
  let cuts = 0;
  for (let cut = 0; cut < 200; cut += 1) {
    board.flash.restore(kept);
    await boot();
    if (cut < 190) board.flash.cutInProgram(Math.min(bytes - 1, Math.floor((cut * bytes) / 187)), byteOutcomes[cut % byteOutcomes.length]!);
    else board.flash.cutInErase(cut % blocks, eraseOutcomes[cut % eraseOutcomes.length]!);
    await provision({ cloud: long }).catch(({ fault }: LinkError) => {
      cuts += 1;
      expect(fault).toBe("lost");
    });
    board.flash.callOff();
    await boot();
    expect(appLines()).toBe(`app ${APP}`);
    seen.add(/old|mqtt/.exec(recordGet(records(), "cloud")!)![0]);
    expect(recordGet(records(), "token")).toBe(TOKEN);
  }
  expect([...seen].sort()).toEqual(["mqtt", "old"]);
  expect(cuts).toBe(200);
});

test("pulled at any line of an erase, the device holds all of its settings or none, and flashed and erased again it is empty", async () => {
  await plug();
  await provision({ ...settings, code: "canary-code-0001" });
  const [kept, files] = [board.flash.snapshot(), new Map(board.files)];
  const before = board.cable.bytesReceived;
  await linked((link) => eraseDevice(link, board.board));
  const total = board.cable.bytesReceived - before;
  const seen = new Set<string>();
  for (let pull = 0; pull < 40; pull += 1) {
    board.flash.restore(kept);
    board.files.clear();
    for (const [name, text] of files) board.files.set(name, text);
    await boot();
    board.cable.bytesToPull = Math.floor((pull * total) / 40);
    await linked((link) => eraseDevice(link, board.board)).catch(({ fault }: LinkError) => expect(fault).toBe("lost"));
    board.cable.bytesToPull = undefined;
    seen.add([recordGet(records(), "code"), recordGet(records(), "wifi")?.slice(-15), board.files.has("init.lua") ? "app" : "no app"].join());
    putLuaApp(board, APP);
    await boot();
    await linked((link) => eraseDevice(link, board.board));
    expect(dump() + board.remains.join("")).not.toMatch(/canary/);
  }
  expect([...seen].sort()).toEqual([",,app", ",,no app", "canary-code-0001,canary-pa55word,app"]);
});

test("bytes that are spoilt on their way are told, and nothing of them is written", async () => {
  await plug();
  await provision(settings);
  const bytes = dump();
  board.corrupts = true;
  await expect(provision({ token: TOKEN })).rejects.toMatchObject({ fault: "verify", message: expect.stringMatching(/^What is typed does not arrive at the board as it was sent: take a shorter cable/) });
  board.corrupts = false;
  expect(dump()).toBe(bytes);
  expect((await linked((link) => showSettings(link, board.board))).stored.state).toBe("ready");
});

test.each<[string, LuaDeskBoardOptions, (lua: LuaDeskBoard) => void, string, DeviceSettings, RegExp]>([
  ["another chip", {}, () => undefined, "esp8266-lua", settings, /^The board says that it is an esp32 with Lua 5\.3, and esp8266-lua is an esp8266 with Lua 5\.1: take --board esp32-lua\.$/],
  ["a firmware without a store", { hasStore: false }, () => undefined, "esp32-lua", settings, /^The board's firmware has no Lua Flash Store, which the app runs from: build one with it \(docs\/ENGINES\.md\), and write it with --runtime\.$/],
  ["a program of somebody else", {}, ({ files }) => void files.set("init.lua", "print(1)"), "esp32-lua", settings, /^The board boots an init\.lua that is not of this version of Motet, .*: put the app on it first \(motet flash\), or remove init\.lua\.$/],
  ["a lock", {}, () => undefined, "esp32-lua", { consolePassword: "canary-lock-12" }, /^NodeMCU's console takes no password: leave --lock out/],
  ["TLS on a board without", {}, () => undefined, "esp32-lua", { cloud: { ...cloud, tls: TlsLevel.encryptedUnverified } }, /^esp32-lua has no TLS, so its device would never connect: name the cloud by an address without/],
  ["a code without a cloud", {}, () => undefined, "esp32-lua", { code: "abc" }, /does not know where its cloud is: add --cloud/],
])("%s is refused in one sentence, and nothing is written", async (_name, options, prepare, id, given, sentence) => {
  await plug("esp32-lua", options);
  prepare(board);
  const files = new Map(board.files);
  await expect(linked((link) => provisionDevice(link, loadBoard(root, id), given, { boards }))).rejects.toThrow(sentence);
  expect(dump()).toMatch(/^\xff+$/);
  expect(board.files).toEqual(files);
});

test("a board that was told to stand still, and left alone, boots its app after five minutes", async () => {
  await plug();
  board.files.set(STILL_FILE, "");
  board.boot();
  expect(board.lines).toEqual(["motet: stands still"]);
  expect(board.files.has(STILL_FILE)).toBe(false);
  board.pass(290000);
  expect(appLines()).toBe("");
  board.pass(10000);
  while (appLines() === "") await new Promise(setImmediate);
});
