/** What keeps a desk from starting is one sentence, before anything runs. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { weatherSource } from "../device/weather";
import { programOf } from "../lab/program";
import { startDesk } from "./desk";
import type { DeskOptions, RemoteTarget } from "./desk";
import type { DeskEvent } from "./events";

let folder = "";
let events: DeskEvent[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-desk-"));
  events = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A place where nobody listens. */
const elsewhere: RemoteTarget = { host: "127.0.0.1", port: 1, tls: 0, code: "", token: "" };

const desk = (options: Partial<DeskOptions>): ReturnType<typeof startDesk> =>
  startDesk({
    program: programOf(() => undefined, { platform: "thethings", transport: "mqtt" }),
    runner: { kind: "native" },
    platform: "thethings",
    transport: "mqtt",
    stateDir: folder,
    speed: 1,
    sensorSource: weatherSource(),
    onEvent: (event) => events.push(event),
    ...options,
  });

test.each([
  ["thethings", "add --code @FILE with an activation code, or --token @FILE with a token made by hand"],
  ["thingsboard", "add --code @FILE with a profile's key:secret, or --token @FILE with a device's token"],
  ["evrythng", "add --token @FILE with the thng's id and its key"],
])("a cloud of %s elsewhere, and nothing to begin with there", async (platform, remedy) => {
  await expect(desk({ platform, remote: elsewhere })).rejects.toThrow(`The device in ${folder} has nothing to begin with at that cloud: ${remedy}.`);
  expect(events).toEqual([]);
});

test("what a device was given once is in its state folder", async () => {
  const first = await desk({ remote: { ...elsewhere, code: "fixture-code" } });
  await first.stop();
  const again = await desk({ remote: elsewhere });
  await again.stop();
  expect(events.filter(({ event }) => event === "boot")).toHaveLength(2);
});

test("an app that watches wants to know where", async () => {
  const program = { ...programOf(() => undefined, { platform: "thingsboard", transport: "mqtt" }), watches: true };
  await expect(desk({ platform: "thingsboard", program, remote: elsewhere })).rejects.toThrow("This app watches, and its cloud is elsewhere: add --watch with an address, and --watch-secret @FILE.");
});

test.each(["file", "file/below"])("a state folder that cannot be made: %s", async (name) => {
  writeFileSync(join(folder, "file"), "");
  await expect(desk({ stateDir: join(folder, name) })).rejects.toThrow(`The state folder ${join(folder, name)} cannot be used (ENOTDIR): choose another with --state.`);
});

test("nor does one below a place without folders keep it waiting", async () => {
  await expect(desk({ stateDir: existsSync("/proc/self") ? "/proc/motet/desk" : "/dev/null/desk" })).rejects.toThrow(/^The state folder .* cannot be used \(E[A-Z]+\)/);
});

test("a session that cannot be written leaves no cloud behind", async () => {
  const platform = "thingsboard";
  const session = join(folder, "session.json");
  mkdirSync(session);
  await expect(desk({ platform })).rejects.toThrow(`The state file ${session} cannot be written (EISDIR): delete it, or choose another folder with --state.`);
  rmSync(session, { recursive: true });
  // One that still ran would hold the folder.
  const next = await desk({ platform });
  await next.stop();
});
