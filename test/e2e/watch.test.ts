/** What a person does with an app that only watches: run it at a desk, say what it watches, stop it, start it again; on every engine, and build it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectSilent } from "../support/canary";
import { atDesk } from "./command";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const TIMEOUT_MS = 300000;
const { folder, start } = atDesk();

/** What stands for `of` on each platform; the thng's id is known once its desk has run. */
const sources: Readonly<Record<string, { readonly name: string; of(thingId: string): string }>> = {
  thethings: { name: "ofThing", of: () => 'ofThing("temperature")' },
  evrythng: { name: "property", of: (thingId) => `property("${thingId}", "temperature")` },
  thingsboard: { name: "latest, devicesNamed", of: () => 'latest(devicesNamed("watched"), "temperature")' },
};

function writeApp(platform: string, thingId: string): string {
  // In a folder of its own: what the state leaves beside an app would have it built again at its second start.
  mkdirSync(join(folder.path, "app"), { recursive: true });
  const path = join(folder.path, "app", "wall.ts");
  const { name, of } = sources[platform]!;
  writeFileSync(path, `import { defineWatcher, watch } from "motet";
import { ${name} } from "motet/watch/${platform}";

export default defineWatcher((host) => {
  watch(host, { of: ${of(thingId)}, type: "number", decimals: 1 }, () => undefined);
});
`);
  return path;
}

interface Session {
  readonly thingId?: string;
  readonly password?: string;
  readonly operatorKey?: string;
}

const session = (): Session => JSON.parse(readFileSync(join(folder.path, "session.json"), "utf8")) as Session;

async function send(...args: string[]): Promise<number | null> {
  return start("send", ...args, "--state", folder.path).ended;
}

/** The same watcher of ThingsBoard in the project, for which the images of the engines are built before the suites. */
const WALL = join(__dirname, "apps", "wall.ts");

async function life(platform: string, engine: string, ready?: string): Promise<void> {
  const args = (app: string): string[] => ["sim", app, "--platform", platform, "--engine", engine, "--state", folder.path];
  if (platform === "evrythng") {
    const first = start(...args(writeApp(platform, "UnknownUnknownUnknown123")));
    await first.until(({ event }) => event === "watchStopped");
    await first.stop();
  }
  const app = ready ?? writeApp(platform, platform === "evrythng" ? session().thingId! : "");
  for (const value of [21.5, 22.5]) {
    const desk = start(...args(app));
    await desk.until(({ event }) => event === "watching");
    expect(await send("temperature", String(value))).toBe(0);
    await desk.until(({ event, value: seen }) => event === "watched" && seen === value);
    expect(await desk.stop()).toBe(0);
    expect(desk.events.at(-1)).toMatchObject({ event: "end" });
    const { password, operatorKey } = session();
    for (const secret of [password, operatorKey]) if (secret !== undefined) expectSilent(desk.output(), [secret]);
  }
}

test.each(Object.keys(sources))("%s, in this process", (platform) => life(platform, "native"), TIMEOUT_MS);
test.each(["espruino-api", "lua5.1", "lua5.3"])("ThingsBoard, on %s", (engine) => life("thingsboard", engine, WALL), TIMEOUT_MS);
onEspruino("[espruino] ThingsBoard, on the real interpreter", () => life("thingsboard", "espruino", WALL), TIMEOUT_MS);

test("alarms are raised and cleared from a second terminal", async () => {
  const app = writeApp("thingsboard", "");
  writeFileSync(app, readFileSync(app, "utf8").replace("latest, devicesNamed", "alarmCount, devicesNamed").replace('latest(devicesNamed("watched"), "temperature")', 'alarmCount({ status: ["ACTIVE"] }, devicesNamed("watched"))'));
  const desk = start("sim", app, "--platform", "thingsboard", "--state", folder.path);
  await desk.until(({ event, value }) => event === "watched" && value === 0);
  expect(await send("HOT", "true", "--alarm")).toBe(0);
  await desk.until(({ event, value }) => event === "watched" && value === 1);
  expect(await send("HOT", "false", "--alarm")).toBe(0);
  // Nobody is there to be called, and nothing is said in its place.
  expect(await send("HOT", "true", "--call")).toBe(1);
  expect(desk.events.filter(({ event }) => event === "watched").length).toBeGreaterThanOrEqual(2);
}, TIMEOUT_MS);

test("the example is built for boards of both runtimes, and mistakes are named", async () => {
  for (const board of ["esp8266-espruino", "esp32-lua"]) {
    const built = start("build", "alarm-count", "--platform", "thingsboard", "--board", board, "--out", join(folder.path, board));
    expect([await built.ended, built.output()]).toEqual([0, expect.stringContaining('"event":"built"')]);
  }
  const wrong = start("build", "alarm-count", "--platform", "evrythng", "--board", "esp32-espruino", "--out", join(folder.path, "wrong"));
  expect(await wrong.ended).toBe(1);
  expect(wrong.output()).toContain('This app watches thingsboard, because it imports "motet/watch/thingsboard": add --platform thingsboard.');
  const virtual = start("sim", "alarm-count", "--time", "virtual");
  expect(await virtual.ended).toBe(1);
  const far = start("sim", "alarm-count", "--platform", "thingsboard", "--watch", "wss://board.example");
  expect(await far.ended).toBe(1);
  expect(far.output()).toContain("add --watch-secret @file");
}, TIMEOUT_MS);
