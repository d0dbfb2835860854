/**
 * A person's way from a blank board to a device that reports: its settings go in, are shown and erased, for one board and for a bench.
 * The board is an emulation; the same once more on the real interpreter, with a cloud. What is secret is in no output.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { provisionState } from "../../firmware/agent/provision";
import { recordPut } from "../../firmware/store/records";
import type { Ports } from "../../hal/ports";
import { checksum } from "../../boards/toolchain/provision/mirror";
import { startThethings } from "../../sim/cloud/thethings/index";
import { imageOf } from "../boards/app-image";
import { DeskBoard } from "../boards/desk-board";
import { InterpreterBoard } from "../boards/interpreter";
import { dumpOf, recordsIn } from "../boards/stored";
import { expectSilent } from "../support/canary";
import { motet } from "./command";
import type { Running } from "./command";
import { CODE, ended, PASSWORD, provisioning, record, TIMEOUT_MS } from "./provisioning";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const { folder, file, plug, provision } = provisioning((unit) => {
  const board = new DeskBoard({ unit });
  board.files = imageOf(board.board, "0000aaaa").files;
  return board;
});

test("settings come from files and standard input, are shown without what is secret, and are erased", async () => {
  const { board, port } = await plug("board1");
  const named = ["--cloud", "mqtts://mqtt.example.org", "--ssid", "home", "--password", "-", "--code", `@${file("code", `${CODE}\n`)}`];
  const first = provision(port, [...named, "--json"], `${PASSWORD}\n`);
  await ended(first);
  expect(first.events).toEqual([expect.objectContaining({ event: "provisioned", board: "esp32-espruino", port, state: "ready", code: true, token: false, wifi: { ssid: "home", password: true }, booted: true, boot: "0000aaaa" })]);
  expect([record(board, "code"), record(board, "wifi")]).toEqual([CODE, `\x04home\x0f${PASSWORD}`]);
  expect(await ended(provision(port, ["--show"]))).toMatch(/state {3}provisioned, not activated yet\n {2}cloud {3}mqtt\.example\.org, TLS encrypted\n {2}wifi {4}home, password stored\n {2}code {4}stored\nbooted: 0000aaaa, build 0000aaaa\n$/);
  expect(await ended(provision(port, ["--erase"]))).toMatch(/token, settings and log are erased; 65536 bytes of flash were read back and hold nothing of them\nbooted: 0000aaaa/);
  expect(dumpOf(board.flash)).not.toMatch(/canary|home|mqtt/);
  expect(provisionState({ flash: board.flash.port, checksum } as Ports)).not.toBe(0);
  expect(await ended(provision(port, ["--show"]))).toMatch(/state {3}not provisioned/);
}, TIMEOUT_MS);

test.each<[string, string[], RegExp]>([
  ["a token on the command line", ["--token", "canary-token-123"], /Secrets are not taken from the command line, .*"--token @FILE", or "--token -"/],
  ["a password on the command line", ["--ssid", "home", "--password", "canary-token-123"], /"--password @FILE"/],
  ["a network without its password", ["--ssid", "home"], /needs its password: add --password @FILE/],
  ["a password without its network", ["--password", "-"], /Add --ssid/],
  ["no settings at all", [], /There is nothing to provision: name settings/],
  ["a strange address", ["--cloud", "http://x"], /an address like mqtts:\/\/HOST/],
  ["TLS at an address without", ["--cloud", "mqtt://x", "--tls", "encrypted"], /gives none of that level/],
  ["two modes", ["--show", "--erase"], /Choose one of --show, --erase and --batch/],
  ["settings with --show", ["--show", "--ssid", "home"], /leave the settings out/],
  ["a lock on the command line", ["--lock", "canary-token-123"], /"--lock @FILE"/],
  ["a lock without a password", ["--lock", "@/dev/null"], /A lock needs a password/],
  ["a password of a console on the command line", ["--show", "--console-password", "canary-token-123"], /"--console-password @FILE"/],
  ["a user without what is watched", ["--watch-user", "-"], /Add --watch/],
  ["codes that are not there", ["--batch", "/no/such/file"], /file of codes cannot be read \(ENOENT\)/],
])("%s is one sentence, before the board is touched", async (_name, args, sentence) => {
  const { board, port } = await plug("board1");
  const run = provision(port, args, "canary-token-123");
  expect([await run.ended, run.output()]).toEqual([1, expect.stringMatching(sentence)]);
  expectSilent(run.output(), ["canary-token-123"]);
  expect(board.cable.bytesReceived).toBe(0);
}, TIMEOUT_MS);

test("a bench of boards takes a code each, also over a run that died, and no code twice", async () => {
  const units = [await plug("unita"), await plug("unitb"), await plug("unitc"), await plug("unitd")];
  const codes = file("codes.csv", "code\ncanary-code-aaa1\ncanary-code-bbb2\ncanary-code-ccc3\n");
  const results = `${codes}.results.csv`;
  const batch = (port: string): Running => provision(port, ["--batch", codes, "--cloud", "mqtts://mqtt.example.org", "--ssid", "home", "--password", "-", "--json"], PASSWORD);
  // The cable of the first is pulled when its code was written down.
  units[0]!.board.cable.bytesToPull = 3500;
  const broken = batch(units[0]!.port);
  expect(await broken.ended).toBe(4);
  expect(readFileSync(results, "utf8")).toMatch(/,canary-code-aaa1,taking\n$/);
  units[0]!.board.boot();
  const rest = batch(units.slice(0, 3).map(({ port }) => port).join(","));
  await ended(rest);
  expectSilent(rest.output() + broken.output(), ["canary-code-aaa1", "canary-code-bbb2", "canary-code-ccc3"]);
  expect(rest.events.map(({ outcome, left, state }) => [outcome, left, state])).toEqual([["provisioned", 2, "ready"], ["provisioned", 1, "ready"], ["provisioned", 0, "ready"]]);
  expect(units.map(({ board }) => record(board, "code"))).toEqual(["canary-code-aaa1", "canary-code-bbb2", "canary-code-ccc3", undefined]);
  const again = batch(units[1]!.port);
  await ended(again);
  expect(again.events[0]).toMatchObject({ outcome: "kept", left: 0 });
  const none = batch(units[3]!.port);
  expect([await none.ended, none.output()]).toEqual([1, expect.stringMatching(/All codes are taken: add more/)]);
  expect(readFileSync(results, "utf8").match(/taken$/gm)).toHaveLength(3);
  expect(existsSync(`${results}.lock`)).toBe(false);
}, TIMEOUT_MS);

test("a board with a token of its own is given no code", async () => {
  const { board, port } = await plug("board1");
  recordPut(recordsIn(board.flash), "token", "canary-token-7777777");
  const run = provision(port, ["--batch", file("codes.csv", `${CODE}\n`)]);
  expect(await ended(run)).toMatch(/got no code, because it holds a code or a token from elsewhere: erase it first, with --erase; 1 codes left/);
  expect(record(board, "code")).toBeUndefined();
}, TIMEOUT_MS);

onEspruino("[espruino] a console that was locked takes commands with its password, and no others, until it is unlocked", async () => {
  const board = new InterpreterBoard(process.env["ESPRUINO"]!);
  try {
    const port = `tcp://127.0.0.1:${await board.cable.listen()}`;
    await board.powerOn();
    const right = ["--console-password", `@${file("lock", `${PASSWORD}\n`)}`];
    const on = (...args: string[]): Running => motet([...args, "--board", "linux-espruino", "--port", port], PASSWORD);
    await ended(on("flash", "test/engines/apps/quick-probe.ts"));
    expect(await ended(on("provision", "--lock", "-"))).toMatch(/console locked with a password/);
    for (const [args, sentence] of [[[], /The console of the board is locked: add --console-password @FILE/], [["--console-password", `@${file("wrong", "wrong-password")}`], /The password is not the one of this console/]] as const) {
      const refused = on("provision", "--show", ...args);
      expect([await refused.ended, refused.output()]).toEqual([6, expect.stringMatching(sentence)]);
    }
    expect(await ended(on("provision", "--show", ...right))).toMatch(/console locked/);
    expect(await ended(on("flash", "test/engines/apps/quick-probe.ts", ...right))).toMatch(/was on the board already/);
    expect(board.printed.text).not.toContain(PASSWORD);
    expect(await ended(on("provision", "--unlock", ...right))).not.toMatch(/console locked/);
    expect(await ended(on("provision", "--show"))).not.toMatch(/console locked/);
  } finally {
    await board.close();
  }
}, TIMEOUT_MS);

onEspruino("[espruino] flashed, provisioned, booted, activated, reporting; erased, it says that it is not provisioned, and its flash holds nothing", async () => {
  const cloud = await startThethings({ stateDir: join(folder.path, "cloud"), activationCodes: [CODE] });
  const board = new InterpreterBoard(process.env["ESPRUINO"]!);
  try {
    const port = `tcp://127.0.0.1:${await board.cable.listen()}`;
    await board.powerOn();
    const on = (...args: string[]): Running => motet([...args, "--board", "linux-espruino", "--port", port], CODE);
    // What a device says while a command lets go of its console is heard by nobody; so it is asked by another boot.
    const again = async (wanted: RegExp): Promise<void> => {
      await board.powerOff();
      await board.powerOn();
      await board.printed.until(wanted);
    };
    await ended(on("flash", "weather-station"));
    await again(/motet stopped 66/);
    expect(await ended(on("provision", "--cloud", `mqtt://127.0.0.1:${cloud.ports.mqtt}`, "--code", "-"))).toMatch(/provisioned, not activated yet[^]*booted: weather-station/);
    await again(/motet connected 0[^]*motet published/);
    const said = board.printed.text;
    const token = cloud.model.tokenOf(cloud.model.things()[0]!)!;
    expect(cloud.model.read(token, "device.boot", []).ok).toBe(true);
    const shown = await ended(on("provision", "--show"));
    expect(shown).toMatch(/state {3}activated\n[^]*token {3}stored\n {2}boots {3}\d/);
    expectSilent(shown + said, [token, CODE]);
    expect(await ended(on("provision", "--erase"))).toMatch(/\d{6} bytes of flash were read back and hold nothing of them\nbooted: weather-station/);
    await again(/motet stopped 66/);
    await board.powerOff();
    const left = readFileSync(board.flashFile, "latin1");
    for (const secret of [token, CODE]) expect(left.includes(secret)).toBe(false);
    expect(left).toContain("motet.a");
  } finally {
    await board.close();
    await cloud.close();
  }
}, TIMEOUT_MS);
