/** The security provisions that bind what goes onto a board, and how: images, their upload, the consoles, the flash, and the list of parts. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { boardIds, loadBoard } from "../../boards/toolchain/board";
import { secretProblems } from "../../boards/toolchain/compile/secrets";
import { builtDevice } from "../../boards/toolchain/kept";
import type { ConsoleLink } from "../../boards/toolchain/link/console-link";
import { flashApp } from "../../boards/toolchain/link/flash";
import { eraseDevice, provisionDevice, showSettings } from "../../boards/toolchain/provision/provision";
import { countBoot } from "../../firmware/agent/boots";
import { TlsLevel } from "../../hal/ports/tls";
import { writeFolder } from "../../sim/engines/espruino/flash-folder";
import type { Image } from "../../sim/engines/image";
import { imageOf } from "../boards/app-image";
import { DeskBoard, root } from "../boards/desk-board";
import { overConsole } from "../boards/over-console";
import { dumpOf, recordsIn } from "../boards/stored";
import { motet } from "../e2e/command";
import { expectSilent } from "../support/canary";
import { bootReport, choiceOf } from "../support/choice";
import { crossed, statement } from "./statement";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const TIMEOUT_MS = 300000;
const PASSWORD = "canary-pa55word";
const CODE = "canary-code-0001";
const settings = { cloud: { host: "mqtt.example.org", port: 0, tls: TlsLevel.encryptedUnverified, timeHost: "" }, wifi: { ssid: "home", password: PASSWORD }, code: CODE };
const boards = boardIds(root).map((id) => loadBoard(root, id));
/** Of each runtime on each chip one: the others have the same images but for their pins. */
const kinds = ["esp32-espruino", "esp8266-espruino", "esp32-lua", "esp8266-lua"];
const quiet = { step: () => undefined, bytes: () => undefined };
let folder = "";
let board: DeskBoard | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-"));
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await board?.close();
  board = undefined;
});

/** A board at its console, with an image. */
async function plug(files: ReadonlyMap<string, string>): Promise<{ readonly desk: DeskBoard; linked<T>(use: (link: ConsoleLink) => Promise<T>): Promise<T> }> {
  const desk = new DeskBoard();
  board = desk;
  desk.files = files;
  const port = await desk.cable.listen();
  desk.boot();
  return { desk, linked: (use) => overConsole(port, use) };
}

const station = choiceOf(root, "firmware/apps/weather-station.ts");
const images = new Map<string, Promise<Image>>();

/** The weather station for a board, built once. */
function built(id: string): Promise<Image> {
  const image = images.get(id) ?? builtDevice(root, station, loadBoard(root, id));
  images.set(id, image);
  return image;
}

function sourcesIn(...folders: readonly string[]): string[] {
  const isSource = (path: string): boolean => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.endsWith(".d.ts");
  return folders.flatMap((name) => readdirSync(join(root, name), { recursive: true, encoding: "utf8" }).filter(isSource).map((path) => `${name}/${path}`));
}

statement("SEC-1", "a build refuses an app with a code or a WiFi password in it, and no source brings one for a device", async () => {
  for (const [name, line] of [["code", `const activationCode = "${CODE}";`], ["wifi", `const network = { ssid: "home", password: "${PASSWORD}" };`]] as const) {
    const app = join(folder, `${name}.ts`);
    writeFileSync(app, `import { defineThing, measure } from "motet";\n${line}\nexport default defineThing((thing) => measure(thing, { key: "x" }));\n`);
    const run = motet(["build", app, "--board", "esp32-espruino", "--out", join(folder, "out")]);
    expect([await run.ended, run.output()]).toEqual([1, expect.stringMatching(new RegExp(`${name}\\.ts:2:\\d+: .*is a secret in an app.*motet provision`))]);
    expectSilent(run.output(), [CODE, PASSWORD]);
    // A build needs no wire; what it says is what comes out of it.
    crossed(run.output());
  }
  const found = sourcesIn("firmware", "hal", "boards", "cli", "sim").filter((path) => secretProblems(ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.ES2022, true)).length > 0);
  // The network of the virtual world, in which alone these devices live; a password that is wrong on purpose; and "pass", said of a test.
  expect(found.sort()).toEqual(["sim/desk/virtual.ts", "sim/faults/day.ts", "sim/fleet/shard.ts", "sim/hil/cases/machine.ts", "sim/hil/table.ts"]);
}, TIMEOUT_MS);

/** Keys, signed tokens, and texts that look as random as a token: 32 characters of three kinds, in no order. */
function secretsIn(text: string): string[] {
  const shaped = [...text.matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----|eyJ[\w-]{15,}\.eyJ[\w-]{15,}|AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|npm_\w{30,}/g)].map(([all]) => all);
  const quoted = [...text.matchAll(/["'`]([\w-]{32,128})["'`]/g)].map(([, inside]) => inside!);
  const isRandom = (each: string): boolean => /\d/.test(each) && /[a-z]/.test(each) && /[A-Z]/.test(each) && !/abcdefgh|ABCDEFGH|_[a-z]+_|^[a-z]+-[a-z]+/.test(each);
  return [...shaped, ...quoted.filter(isRandom)];
}

statement("SEC-2", "no key and no token is in a source, in what is built, or in an image of any chip and runtime", async () => {
  expect(secretsIn('"-----BEGIN PRIVATE KEY-----" "Zk3vQ9xT_7pLmN2rB8wY5sHd4fGjKc1V"')).toHaveLength(2);
  const dist = readdirSync(join(root, "dist"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".js") && !path.startsWith("bench")).map((path) => `dist/${path}`);
  expect(dist).toContain("dist/motet.js");
  for (const path of [...sourcesIn("firmware", "hal", "boards", "cli", "sim"), ...dist]) expect([path, secretsIn(readFileSync(join(root, path), "utf8"))]).toEqual([path, []]);
  for (const id of kinds) for (const [name, content] of (await built(id)).files) expect([id, name, secretsIn(content)]).toEqual([id, name, []]);
  const { desk, linked } = await plug(new Map());
  await linked(async (link) => flashApp(link, await built("esp32-espruino"), desk.board, boards, quiet));
  expect([...desk.files.values()].flatMap(secretsIn)).toEqual([]);
}, TIMEOUT_MS);

statement("SEC-11", "an upload that fails leaves the app before, and an app that fails at each boot ends in safe mode", async () => {
  const { desk, linked } = await plug(imageOf(loadBoard(root, "esp32-espruino"), "0000aaaa", 600).files);
  desk.cable.bytesToPull = 2500;
  await expect(linked((link) => flashApp(link, imageOf(desk.board, "1111bbbb", 6000), desk.board, boards, quiet))).rejects.toMatchObject({ fault: "lost" });
  desk.reboot();
  expect(desk.lines).toContain("app 0000aaaa cold 0000aaaa");
  const records = recordsIn(desk.flash);
  const quick = Array.from({ length: 12 }, () => countBoot(records, false).quick);
  expect(quick).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
});

statement("SEC-12", "an image shuts the console on the network, and runs no server", async () => {
  const servers = /createServer|createSocket\(|enduser_setup|telnet|\.listen\(|httpserver/gi;
  // What an Espruino image says of servers is that its console on the network is off, and the sockets that it asks the time with.
  const wanted: Readonly<Record<string, string[]>> = { espruino: ["Telnet", "createSocket("], lua: [] };
  for (const id of kinds) {
    const text = [...(await built(id)).files.values()].join("\n");
    expect([id, [...new Set(text.match(servers) ?? [])].sort()]).toEqual([id, wanted[loadBoard(root, id).runtime]]);
    expect([id, (text.match(/TelnetServer/g) ?? []).length]).toEqual([id, (text.match(/require\("TelnetServer"\)\.setOptions\(\{mode:"off"\}\)/g) ?? []).length]);
  }
  const { desk, linked } = await plug((await built("esp32-espruino")).files);
  expect(desk.consoles.telnet).toBe(false);
  expect((await linked((link) => link.hello())).name).toBe("ESP32");
}, TIMEOUT_MS);

/** Ports on which a process of this computer waits for others. */
function listening(pid: number): string[] {
  const own = new Set(readdirSync(`/proc/${pid}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []));
  const rows = ["tcp", "tcp6"].flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, "utf8").trim().split("\n").slice(1));
  return rows.map((row) => row.trim().split(/\s+/)).filter((row) => row[3] === "0A" && own.has(row[9]!)).map((row) => row[1]!);
}

onEspruino("[espruino] nothing listens once an image has booted on the real interpreter", async () => {
  writeFolder(folder, await built("linux-espruino"), new Map());
  const child = spawn(process.env["ESPRUINO"]!, [], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
  let printed = "";
  await new Promise<void>((resolve) => child.stdout.on("data", (bytes: Buffer) => {
    printed += bytes.toString("latin1");
    if (/motet stopped 66/.test(printed)) resolve();
  }));
  expect(listening(child.pid!)).toEqual([]);
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await gone;
}, TIMEOUT_MS);

statement("SEC-13", "a password that is provisioned locks the console at each boot, in safe mode too; without one it is open", async () => {
  const { desk, linked } = await plug((await built("esp32-espruino")).files);
  expect(desk.consoles).toMatchObject({ passwordSet: false, consoleLocked: false });
  await linked((link) => provisionDevice(link, desk.board, { consolePassword: PASSWORD }));
  expect(desk.consoles).toMatchObject({ passwordSet: true, consoleLocked: true });
  for (let boot = 0; boot < 10; boot += 1) countBoot(recordsIn(desk.flash), false);
  desk.reboot();
  expect(desk.lines.join("\n")).toContain("motet safeMode");
  expect(desk.consoles).toMatchObject({ passwordSet: true, consoleLocked: true });
  expectSilent(desk.lines.join("\n"), [PASSWORD]);
  await linked((link) => provisionDevice(link, desk.board, { consolePassword: "" }));
  expect(desk.consoles).toMatchObject({ passwordSet: false, consoleLocked: false });
}, TIMEOUT_MS);

statement("SEC-19", "erasing a board over its console leaves no secret in flash, read back byte by byte", async () => {
  const { desk, linked } = await plug(imageOf(loadBoard(root, "esp32-espruino"), "0000aaaa").files);
  await linked((link) => provisionDevice(link, desk.board, settings));
  const dump = (): string => dumpOf(desk.flash);
  for (const secret of [PASSWORD, CODE]) expect(dump()).toContain(secret);
  expect((await linked((link) => eraseDevice(link, desk.board))).scannedBytes).toBe(65536);
  expectSilent(dump(), [PASSWORD, CODE]);
});

statement("SEC-21", "name, version and reset reason are said at boot, and read over the console with the unit, the build and the counters", async () => {
  const image = await built("esp32-espruino");
  const { desk, linked } = await plug(image.files);
  desk.reboot();
  const shown = await linked((link) => showSettings(link, desk.board));
  expect(shown).toMatchObject({ unit: expect.stringMatching(/^[0-9a-f]{12}$/), runtime: expect.stringMatching(/^2v\d\d/), boot: expect.stringMatching(bootReport(station, "reset=\\d error=0 boot=3")), stored: { boots: { total: 2, quick: 2 } } });
  expect([...image.files.keys()]).toContain(`${shown.build}.app`);
}, TIMEOUT_MS);

statement("SEC-22", "a contact and a period of support are written down, and the list of parts has every package of the product, with its checksum", async () => {
  const policy = readFileSync(join(root, "SECURITY.md"), "utf8");
  expect(policy).toMatch(/security advisories[^]*within seven days[^]*supported with fixes/);
  const run = spawn(process.execPath, ["test/support/sbom.mjs"], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  run.stdout.on("data", (bytes: Buffer) => (text += bytes.toString()));
  expect(await new Promise((resolve) => run.once("close", resolve))).toBe(0);
  crossed(text);
  const parts = JSON.parse(text) as { components: { "bom-ref": string; name: string; version: string; purl: string; hashes?: object[] }[]; dependencies: { ref: string; dependsOn: string[] }[] };
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { packages: Record<string, { dev?: boolean; link?: boolean; version?: string }> };
  // Which packages are for development alone is npm's own mark.
  const product = Object.entries(lock.packages).filter(([path, { dev }]) => path.startsWith("node_modules/") && dev !== true);
  expect(parts.components.map((each) => each["bom-ref"])).toEqual(product.map(([path]) => path).sort());
  for (const each of parts.components) {
    const { version, link } = lock.packages[each["bom-ref"]]!;
    if (link !== true) expect([each.version, each.hashes]).toEqual([version, [{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }]]);
  }
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) expect(parts.dependencies[0]!.dependsOn).toContain(`node_modules/${name}`);
  expect(execFileSync(process.execPath, ["test/support/sbom.mjs"], { cwd: root, encoding: "utf8" })).toBe(text);
});
