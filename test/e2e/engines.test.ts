/** The weather station's own image on every engine, as a person runs it: the same life as in the simulator's own process. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expectSilent } from "../support/canary";
import { atDesk, motet } from "./command";
import type { Running } from "./command";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const TIMEOUT_MS = 300000;
const { folder, start } = atDesk();

function secrets(): string[] {
  const session = JSON.parse(readFileSync(join(folder.path, "session.json"), "utf8")) as { sessionToken: string; password: string };
  return [readFileSync(join(folder.path, "thing-token"), "utf8"), session.sessionToken, session.password];
}

/** Activates, publishes, obeys; then, booted anew, goes on with its token, on this engine and on the simulator's own. */
async function life(engine: string, transport: string, speed: readonly string[]): Promise<void> {
  const args = ["sim", "--engine", engine, "--transport", transport, "--state", folder.path, ...speed];
  const first = start(...args);
  await first.until(({ event }) => event === "activated");
  await first.until(({ event }) => event === "published");
  const sent = start("send", "fan", "true", "--state", folder.path);
  expect(await sent.ended).toBe(0);
  expect(await first.until(({ event }) => event === "command")).toMatchObject({ key: "fan" });
  await first.until(({ event, key, value }) => event === "reading" && key === "fan.state" && value === true);
  const published = first.events.filter(({ event }) => event === "published").length;
  await first.until(() => first.events.filter(({ event }) => event === "published").length > published);
  expect(await first.stop()).toBe(0);

  const boots = (run: Running): unknown => run.events.find(({ event }) => event === "boot")!["boot"];
  const second = start(...args);
  await second.until(({ event }) => event === "published");
  expect(await second.stop()).toBe(0);
  const third = start("sim", "--transport", transport, "--state", folder.path, "--speed", "60");
  await third.until(({ event }) => event === "published");
  expect(await third.stop()).toBe(0);
  expect([boots(first), boots(second), boots(third)]).toEqual([1, 2, 3]);
  for (const run of [second, third]) expect(run.events.map(({ event }) => event)).not.toContain("activated");
  for (const run of [first, second, third]) expect(run.events.map(({ event }) => event)).not.toContain("failed");
  expectSilent(first.output() + second.output() + third.output() + sent.output(), secrets());
}

test.each([
  ["espruino-api", "mqtt"],
  ["espruino-api", "coap"],
  ["lua5.1", "coap"],
  ["lua", "mqtt"],
])("%s over %s", (engine, transport) => life(engine, transport, ["--speed", "60"]), TIMEOUT_MS);

onEspruino.each(["mqtt", "coap"])("[espruino] the real interpreter over %s", (transport) => life("espruino", transport, []), TIMEOUT_MS);

onEspruino("[espruino] the real interpreter, killed with the simulator, goes on from its flash", async () => {
  const args = ["sim", "--engine", "espruino", "--state", folder.path];
  const first = start(...args);
  await first.until(({ event }) => event === "published");
  await first.stop("SIGKILL");
  const second = start(...args);
  await second.until(({ event }) => event === "published");
  expect(second.events.find(({ event }) => event === "boot")).toMatchObject({ boot: 2 });
  expect(second.events.map(({ event }) => event)).not.toContain("activated");
}, TIMEOUT_MS);

test.each<[string, string[], Record<string, string>, RegExp]>([
  ["an unknown engine", ["--engine", "steam"], {}, /There is no engine "steam": choose native, espruino, espruino-api, lua, lua5\.1 or lua5\.3/],
  ["no interpreter", ["--engine", "espruino"], { ESPRUINO: "" }, /set ESPRUINO to the path of an Espruino built for Linux, or choose --engine espruino-api/],
  ["an interpreter that is not there", ["--engine", "espruino"], { ESPRUINO: "no-such-file" }, /There is no interpreter at no-such-file/],
  ["the real interpreter at a speed", ["--engine", "espruino", "--speed", "60"], { ESPRUINO: "no-such-file" }, /runs in real time: leave --speed out/],
])("%s", async (_name, args, environment, sentence) => {
  const run = motet(["sim", "--state", folder.path, ...args], "", environment);
  expect(await run.ended).toBe(1);
  expect(run.output()).toMatch(sentence);
}, TIMEOUT_MS);
