/** Settings go into the records of a board over its console, whatever happens to power and cable. The board is an emulation. */
import { provisionState } from "../../../firmware/agent/provision";
import { logAppend, logOpen } from "../../../firmware/store/log";
import { recordGet, recordPut } from "../../../firmware/store/records";
import type { RecordStore } from "../../../firmware/store/records";
import type { Ports } from "../../../hal/ports";
import { TlsLevel } from "../../../hal/ports/tls";
import { imageOf } from "../../../test/boards/app-image";
import { DeskBoard } from "../../../test/boards/desk-board";
import { overConsole } from "../../../test/boards/over-console";
import { dumpOf, recordsIn } from "../../../test/boards/stored";
import type { ConsoleLink } from "../link/console-link";
import type { LinkError } from "../link/transport";
import { checksum } from "./mirror";
import { eraseDevice, provisionDevice, showSettings } from "./provision";
import type { DeviceSettings } from "./settings";

const cloud = { host: "mqtt.example.org", port: 8883, tls: TlsLevel.encryptedUnverified, timeHost: "" };
const settings: DeviceSettings = { cloud, wifi: { ssid: "Café", password: "canary-pa55word" }, code: "canary-code-0001" };
const TOKEN = "canary-token-7777777";
let board: DeskBoard;
let port = 0;

async function plug(id = "esp32-espruino"): Promise<void> {
  board = new DeskBoard({ board: id });
  port = await board.cable.listen();
  board.files = imageOf(board.board, "0000aaaa").files;
  board.boot();
}

afterEach(() => board.close());

const linked = <T>(use: (link: ConsoleLink) => Promise<T>): Promise<T> => overConsole(port, use);
const records = (): RecordStore => recordsIn(board.flash);
const dump = (): string => dumpOf(board.flash);

test.each(["esp32-espruino", "linux-espruino"])("what the host wrote is what the device reads, on %s", async (id) => {
  await plug(id);
  const done = await linked((link) => provisionDevice(link, board.board, settings));
  expect(done).toMatchObject({ hasProgram: true, build: "0000aaaa", boot: "0000aaaa", unit: expect.stringMatching(/^[0-9a-f]{12,24}$/), stored: { state: "ready", cloud, wifi: { ssid: "Café", password: true }, code: true, token: false } });
  expect(provisionState({ flash: board.flash.port, checksum } as Ports)).toBe(0);
  expect(recordGet(records(), "wifi")).toBe("\x05Caf\xc3\xa9\x0fcanary-pa55word");
  expect(recordGet(records(), "code")).toBe("canary-code-0001");
});

test("what is not named stays, and what is shown holds no secret", async () => {
  await plug();
  await linked((link) => provisionDevice(link, board.board, settings));
  await linked((link) => provisionDevice(link, board.board, { wifi: { ssid: "other", password: "" } }));
  recordPut(records(), "token", TOKEN);
  const shown = await linked((link) => showSettings(link, board.board));
  expect(shown.stored).toEqual({ state: "activated", cloud, wifi: { ssid: "other", password: false }, code: true, token: true, locked: false, watch: undefined, boots: undefined, error: undefined });
  expect(JSON.stringify(shown)).not.toMatch(/canary/);
});

test("the longest of everything fits beside each other, a key of 64 digits in place of a password included", async () => {
  await plug();
  const long: DeviceSettings = { cloud: { ...cloud, host: "h".repeat(100), timeHost: "t".repeat(60) }, wifi: { ssid: "s".repeat(32), password: "0f".repeat(32) }, code: "c".repeat(100) };
  const watch = { host: "w".repeat(100), port: 65535, tls: TlsLevel.verified, loginHost: "l".repeat(100), loginPort: 65535, user: "u".repeat(100), secret: "p".repeat(136), app: "", thing: "" };
  expect((await linked((link) => provisionDevice(link, board.board, { ...long, watch }))).stored).toMatchObject({ state: "ready", watch: { user: "u".repeat(100) } });
  expect(recordGet(records(), "wifi")).toMatch(/0f$/);
});

test("a lock is stored by itself, shown without its password, and taken away", async () => {
  await plug();
  const lock = (consolePassword: string): Promise<boolean> => linked(async (link) => (await provisionDevice(link, board.board, { consolePassword })).stored.locked);
  expect(await lock("canary-lock-12")).toBe(true);
  expect(recordGet(records(), "console")).toBe("canary-lock-12");
  expect(await lock("")).toBe(false);
  expect(recordGet(records(), "console")).toBeUndefined();
});

test("a token takes the place of a code and what belongs to it", async () => {
  await plug();
  await linked((link) => provisionDevice(link, board.board, settings));
  recordPut(records(), "channel", "0123456789abcdef");
  const { stored } = await linked((link) => provisionDevice(link, board.board, { token: TOKEN }));
  expect(stored).toMatchObject({ state: "activated", code: false, token: true });
  expect(recordGet(records(), "channel")).toBeUndefined();
});

test("a device that only watches needs no cloud of its own", async () => {
  await plug();
  const watch = { host: "board.example.org", port: 0, tls: TlsLevel.encryptedUnverified, loginHost: "", loginPort: 0, user: "me@example.org", secret: "canary-password", app: "", thing: "" };
  const { stored } = await linked((link) => provisionDevice(link, board.board, { watch, wifi: { ssid: "home", password: "" } }));
  expect(stored).toMatchObject({ state: "watcher", cloud: undefined, watch: { host: "board.example.org", user: "me@example.org", secret: true } });
});

test.each<[string, DeviceSettings, DeviceSettings | undefined, RegExp]>([
  ["a code without a cloud", { code: "abc" }, undefined, /does not know where its cloud is: add --cloud/],
  ["a code for an activated device", { code: "abc" }, { ...settings, code: "", token: TOKEN }, /activated already, .* erase it first with --erase/],
])("%s is refused, and nothing is written", async (_name, given, before, sentence) => {
  await plug();
  if (before !== undefined) await linked((link) => provisionDevice(link, board.board, { cloud, token: TOKEN }));
  const bytes = dump();
  await expect(linked((link) => provisionDevice(link, board.board, given))).rejects.toThrow(sentence);
  expect(dump()).toBe(bytes);
  await linked((link) => link.hello());
  expect(board.lines.join()).toMatch(/app 0000aaaa/);
});

test("erased, no byte of it is left but two headers, and the app boots unprovisioned", async () => {
  await plug();
  await linked((link) => provisionDevice(link, board.board, settings));
  for (let turn = 0; turn < 300; turn += 1) recordPut(records(), "token", `${TOKEN}${turn}`);
  const { port: flash } = board.flash;
  const log = logOpen(flash, checksum, flash.open("log")!);
  for (let turn = 0; turn < 500; turn += 1) logAppend(log, "canary-reading");
  expect(dump()).toMatch(/canary/);
  const done = await linked((link) => eraseDevice(link, board.board));
  expect(done).toMatchObject({ scannedBytes: 65536, boot: "0000aaaa" });
  expect(dump().replace(/\xff+/g, "").length).toBeLessThan(40);
  expect(provisionState({ flash, checksum } as Ports)).not.toBe(0);
});

test("pulled at every packet, the device holds the old settings or the new ones, and the next try ends well", async () => {
  await plug();
  const old = { ...cloud, host: "old.example.org" };
  await linked((link) => provisionDevice(link, board.board, { cloud: old, token: TOKEN }));
  const kept = board.flash.snapshot();
  const before = board.cable.bytesReceived;
  await linked((link) => provisionDevice(link, board.board, { cloud }));
  const total = board.cable.bytesReceived - before;
  const seen = new Set<string>();
  for (let bytes = 0; bytes < total; bytes += 97) {
    board.flash.restore(kept);
    board.boot();
    board.cable.bytesToPull = bytes;
    await linked((link) => provisionDevice(link, board.board, { cloud })).catch((problem: LinkError) => expect(problem.fault).toBe("lost"));
    const record = recordGet(records(), "cloud")!;
    seen.add(/old|mqtt/.exec(record)![0]);
    expect(recordGet(records(), "token")).toBe(TOKEN);
  }
  expect([...seen].sort()).toEqual(["mqtt", "old"]);
  board.cable.bytesToPull = undefined;
  // A real console forgets half a packet after five seconds, this one at a boot.
  board.boot();
  expect((await linked((link) => provisionDevice(link, board.board, { cloud }))).stored.cloud).toEqual(cloud);
}, 120000);

test("another board is refused before anything is stopped", async () => {
  await plug();
  const other = new DeskBoard({ board: "esp32c3-espruino" });
  await expect(linked((link) => provisionDevice(link, other.board, settings))).rejects.toThrow(/says that it is ESP32/);
  expect(board.boots).toBe(1);
});
