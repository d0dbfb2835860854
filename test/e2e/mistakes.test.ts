/** A person's mistakes: one clear sentence each, with the fix, a failing exit code, and nothing half started. */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { motet, scratch } from "./command";

// Child processes on a busy machine.
jest.setTimeout(60000);

let folder: ReturnType<typeof scratch>;

beforeAll(() => {
  folder = scratch();
  writeFileSync(join(folder.path, "file"), "");
  mkdirSync(join(folder.path, "folder.ts"));
  writeFileSync(join(folder.path, "broken.ts"), "export default defineThing(");
  writeFileSync(join(folder.path, "five.ts"), "export default 5;\n");
  writeFileSync(join(folder.path, "twice.ts"), 'import { defineThing, measure } from "motet"; export default defineThing((thing) => { measure(thing, { key: "a" }); measure(thing, { key: "a" }); });');
});

afterAll(() => folder.remove());

test.each<[string, string[], RegExp]>([
  ["an unknown verb", ["fly"], /unknown command 'fly'/],
  ["an unknown option", ["sim", "--fast"], /unknown option '--fast'/],
  ["an unknown app", ["sim", "no-such-app"], /There is no app "no-such-app": give the path of a TypeScript file/],
  ["an unknown platform", ["sim", "--platform", "nowhere"], /There is no platform "nowhere": choose thethings/],
  ["an unknown transport", ["sim", "--transport", "pigeon"], /thethings has no transport "pigeon": choose mqtt or coap/],
  ["a port out of range", ["cloud", "thethings", "--http", "70000"], /A port is a number from 0 to 65535/],
  ["a port that is no number", ["cloud", "thethings", "--mqtt", "x"], /A port is a number/],
  ["a cloud that there is none of", ["cloud", "nothing"], /There is no local "nothing": the platforms are thethings, evrythng/],
  ["an option of another platform's cloud", ["cloud", "evrythng", "--activation-codes", "x"], /--activation-codes is for thethings: leave it out for evrythng/],
  ["a speed out of range", ["sim", "--speed", "0"], /The speed is a number from 1 to 600/],
  ["a duration without a unit", ["sim", "--for", "10"], /A duration is a number and a unit/],
  ["a cloud address of another transport", ["sim", "--cloud", "coap://127.0.0.1"], /goes with --transport coap/],
  ["a cloud address that is none", ["sim", "--cloud", "somewhere"], /The cloud is "local" or an address/],
  ["a cloud address with a port that is none", ["sim", "--cloud", "mqtt://127.0.0.1:70000"], /The cloud is "local" or an address/],
  ["a code's file that is not there", ["sim", "--cloud", "mqtt://127.0.0.1", "--code", "@@/nothing"], /The file of --code cannot be read \(ENOENT\): check its path behind the @/],
  ["a code for the local cloud", ["sim", "--code", "@@/file"], /--code is for a cloud elsewhere: add --cloud with its address, or leave --code out/],
  ["certificates for the local cloud", ["sim", "--ca", "@/file"], /--ca is for a cloud elsewhere/],
  ["a user who watches nothing", ["sim", "--watch-user", "@@/file"], /--watch-user is for a cloud elsewhere: add --watch with its address/],
  ["a delay that is too long", ["cloud", "thethings", "--activation-delay", "10001"], /The delay in milliseconds is a whole number from 0 to 10000/],
  ["an address to listen on that is empty", ["cloud", "thethings", "--host", ""], /An address to listen on is a name or a number/],
  ["a folder that is called like an app", ["sim", "@/folder.ts"], /There is no app ".*folder\.ts": give the path of a TypeScript file/],
  ["a search of no days", ["faults", "run", "--runs", "0"], /The number of days is a whole number from 1 to/],
  ["a transport for all platforms", ["faults", "run", "--platform", "all", "--transport", "coap"], /each transport has its turn: leave --transport out/],
  ["a fleet's file in a folder that is not there", ["fleet", "--devices", "10", "--for", "24h", "--out", "@/nothing/out.json"], /The result cannot be written to .* \(ENOENT\): name another file/],
  ["an address that is not Redis's", ["fleet", "work", "--redis", "http://127.0.0.1"], /The address of Redis is written redis:/],
  ["a report in a folder that is not there", ["test", "--on", "native", "--junit", "@/nothing/report.xml"], /The report cannot be written \(ENOENT\): give --junit a path/],
  ["a cloud elsewhere and no code for it", ["sim", "--cloud", "mqtt://127.0.0.1:1", "--state", "@/s0"], /has nothing to begin with at that cloud: add --code @FILE with an activation code, or --token/],
  ["a build's folder that cannot be made", ["build", "--board", "esp32-espruino", "--out", "@/file/out"], /The folder .* cannot be written \(ENOTDIR\): choose another with --out/],
  ["a default export that is no definition", ["sim", "@/five.ts", "--state", "@/s1"], /five\.ts:1:16: The default export of an app is its definition, and this is none: write "export default defineThing/],
  ["a code on the command line", ["sim", "--cloud", "mqtt://127.0.0.1", "--code", "secret"], /Secrets are not taken from the command line/],
  ["a command without a simulation", ["send", "fan", "true", "--state", "@/nothing"], /start one with "motet sim" first/],
  ["a state folder that is a file", ["sim", "--state", "@/file"], /state folder .* cannot be used \(ENOTDIR\)/],
  ["a cloud's state folder that is a file", ["cloud", "thethings", "--state", "@/file"], /cannot|folder/],
  ["an app with a mistake", ["sim", "@/broken.ts", "--state", "@/s1"], /broken\.ts:1:28: '\)' expected\. \(TS1005\)/],
])("%s", async (_name, args, sentence) => {
  const run = motet(args.map((arg) => arg.replace(/^(@?)@\//, `$1${folder.path}/`)));
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(sentence);
  expect(run.output()).not.toMatch(/ {4}at .*\.js:/);
});

test("a port that is in use", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as AddressInfo;
  const run = motet(["cloud", "thethings", "--mqtt", String(port)]);
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain(String(port));
  expect(run.output()).toMatch(/in use|already/);
  await new Promise((resolve) => holder.close(resolve));
});

test("an app that declares a key twice", async () => {
  const run = motet(["sim", join(folder.path, "twice.ts"), "--state", join(folder.path, "s2"), "--json", "--for", "2s"]);
  expect(await run.ended).toBe(1);
  expect(run.output()).toContain('the key \\"a\\" is declared twice');
});

/** Its images are built before the suites. */
const throwing = join(__dirname, "apps", "breaking.ts");

test.each(["native", "lua"])("an app that throws on %s: it is told, and the device boots again as after a crash", async (engine) => {
  const run = motet(["sim", throwing, "--engine", engine, "--state", join(folder.path, `throws-${engine}`), "--json", "--speed", "30", "--for", "1m"]);
  expect(await run.until(({ event }) => event === "failed")).toMatchObject({ message: expect.stringMatching(/undefined|nil/) as string });
  await run.until(({ event, boot }) => event === "boot" && boot === 2);
  expect(await run.ended).toBe(1);
  expect(run.output()).not.toMatch(/ {4}at .*\.js:/);
});

test("an app that throws on Espruino: its console is shown, and the device goes on", async () => {
  const run = motet(["sim", throwing, "--engine", "espruino-api", "--state", join(folder.path, "throws-espruino"), "--json", "--speed", "30", "--for", "1m"]);
  expect(await run.until(({ event }) => event === "console")).toMatchObject({ text: expect.stringMatching(/^Uncaught .*undefined/) as string });
  await run.ended;
  expect(run.events.filter(({ event }) => event === "boot")).toHaveLength(1);
});

test.each([["a month", "30d"]])("%s of real time does not end at once", async (_name, lasts) => {
  const run = motet(["sim", "--for", lasts, "--state", join(folder.path, "month"), "--json"]);
  await run.until(({ event }) => event === "published");
  expect(await run.stop()).toBe(0);
});

const entry = join(__dirname, "..", "..", "dist", "motet.js");

test("output that cannot be written is a failure", async () => {
  // As little room as on a full disk, on every system: a file that is open for reading alone.
  const closed = openSync(join(folder.path, "file"), "r");
  const child = spawn(process.execPath, [entry, "boards", "list"], { stdio: ["ignore", closed, "ignore"] });
  closeSync(closed);
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(1);
});

test("a reader that has gone is no failure", async () => {
  const child = spawn(process.execPath, [entry, "boards", "list"], { stdio: ["ignore", "pipe", "ignore"] });
  child.stdout.destroy();
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
});

test("a cloud at a port where nobody listens: the device says why it is offline, works on and keeps its readings", async () => {
  writeFileSync(join(folder.path, "code"), "fixture-code");
  const args = ["sim", "--cloud", "mqtt://127.0.0.1:1", "--code", `@${join(folder.path, "code")}`, "--state", join(folder.path, "s3"), "--speed", "60", "--for", "3m", "--json"];
  const run = motet(args);
  expect(await run.until(({ event }) => event === "offline")).toMatchObject({ code: 5, reason: "connection refused" });
  expect(await run.ended).toBe(0);
  expect(run.events.at(-1)).toMatchObject({ event: "end", published: 0 });
  expect(run.events.filter(({ event }) => event === "reading").length).toBeGreaterThan(6);
});
