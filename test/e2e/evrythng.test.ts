/** What a person does with a device on EVRYTHNG: run it, command it, stop it, start it again; over every transport, on every engine; and with a cloud that dies. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mosquittoPub } from "../interop/cloud-peers";
import { expectSilent } from "../support/canary";
import { atDesk } from "./command";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const TIMEOUT_MS = 300000;
const { folder, start } = atDesk();

interface Session {
  readonly http: number;
  readonly operatorKey: string;
  readonly thingId: string;
}

const session = (): Session => JSON.parse(readFileSync(join(folder.path, "session.json"), "utf8")) as Session;

async function ask(method: string, http: number, path: string, key: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${http}${path}`, {
    method,
    headers: { authorization: key, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}

/** Reports, obeys an action and a property, and goes on after a restart without obeying again. */
async function life(engine: string, transport: string, speed: readonly string[]): Promise<void> {
  const args = ["sim", "--platform", "evrythng", "--transport", transport, "--engine", engine, "--state", folder.path, ...speed];
  const first = start(...args);
  const ready = await first.until(({ event }) => event === "cloud");
  await first.until(({ event }) => event === "published");
  expect(ready).toMatchObject({ platform: "evrythng" });
  const sent = start("send", "fan", "true", "--state", folder.path);
  expect(await sent.ended).toBe(0);
  await first.until(({ event, key, value }) => event === "reading" && key === "fan.state" && value === true);
  const { http, operatorKey, thingId } = session();
  const { thngApiKey } = (await ask("POST", http, "/auth/evrythng/thngs", operatorKey, { thngId: thingId })) as { thngApiKey: string };
  const at = ["-h", "127.0.0.1", "-p", String(ready["mqtt"]), "-u", "authorization", "-P", thngApiKey];
  expect((await mosquittoPub([...at, "-t", `/thngs/${thingId}/properties/fan`, "-m", '[{"value":false}]']).done).code).toBe(0);
  await first.until(({ event, key, value }) => event === "reading" && key === "fan.state" && value === false);
  // It tells of a command when it has obeyed.
  let commands = 0;
  await first.until(({ event }) => event === "command" && (commands += 1) === 2);
  expect(await first.stop()).toBe(0);
  expect(first.events.at(-1)).toMatchObject({ event: "end", commands: 2 });

  const second = start(...args);
  await second.until(({ event }) => event === "published");
  expect(await second.stop()).toBe(0);
  expect(second.events.find(({ event }) => event === "boot")).toMatchObject({ boot: 2 });
  expect(second.events.find(({ event }) => event === "cloud")).toMatchObject({ mqtt: ready["mqtt"], http: ready["http"] });
  for (const run of [first, second]) {
    expect(run.events.find(({ event }) => event === "connected")).toMatchObject({ transport });
    expect(run.events.map(({ event }) => event)).not.toContain("failed");
    expect(run.events.map(({ event }) => event)).not.toContain("activated");
  }
  expect(second.events.map(({ event }) => event)).not.toContain("command");
  expectSilent(first.output() + second.output() + sent.output(), [operatorKey, thngApiKey]);
  for (const file of ["session.json", "cloud/operator-key", "cloud/evrythng.journal", "device/records.flash"]) {
    expect([file, statSync(join(folder.path, file)).mode & 0o077]).toEqual([file, 0]);
  }
}

describe.each(["mqtt", "mqtt-ws", "ws"])("over %s", (transport) => {
  test.each(["native", "espruino-api", "lua"])("the weather station on EVRYTHNG, %s", (engine) => life(engine, transport, ["--speed", "60"]), TIMEOUT_MS);

  onEspruino("[espruino] the weather station on EVRYTHNG, the real interpreter", () => life("espruino", transport, []), TIMEOUT_MS);
});

/** Another thng's id, where the platform grants the subscription and acknowledges what it drops: nobody says that anything is wrong. */
async function refusedInSilence(engine: string, speed: readonly string[]): Promise<void> {
  const cloud = start("cloud", "evrythng", "--bad-publish", "drop", "--state", join(folder.path, "cloud"));
  const ready = await cloud.until(({ event }) => event === "ready");
  const http = Number(ready["http"]);
  const operatorKey = readFileSync(String(ready["operatorKey"]), "latin1").trim();
  const [own, other] = (await Promise.all(["own", "other"].map((name) => ask("POST", http, "/thngs", operatorKey, { name })))) as { id: string }[];
  const { thngApiKey } = (await ask("POST", http, "/auth/evrythng/thngs", operatorKey, { thngId: own!.id })) as { thngApiKey: string };
  writeFileSync(join(folder.path, "token"), `${other!.id}\n${thngApiKey}\n`, { mode: 0o600 });
  const to = ["--platform", "evrythng", "--cloud", `mqtt://127.0.0.1:${Number(ready["mqtt"])}`, "--token", `@${join(folder.path, "token")}`];
  const device = start("sim", ...to, "--engine", engine, ...speed, "--state", join(folder.path, "device"));
  const offline = await device.until(({ event }) => event === "offline");
  expect(offline).toMatchObject({ code: 73, reason: expect.stringContaining("the subscription was refused") });
  await device.until(({ event }) => event === "retry");
  await device.stop();
  const events = device.events.map(({ event }) => event);
  for (const absent of ["connected", "published", "dropped", "restart"]) expect(events).not.toContain(absent);
  expect(events).toContain("reading");
  for (const { id } of [own!, other!]) expect(await ask("GET", http, `/thngs/${id}/properties`, operatorKey)).toEqual([]);
  expectSilent(cloud.output() + device.output(), [operatorKey, thngApiKey]);
}

describe("a subscription that the platform does not grant in truth", () => {
  test.each(["native", "espruino-api", "lua"])("%s says that it was refused, and keeps its readings", (engine) => refusedInSilence(engine, ["--speed", "20"]), TIMEOUT_MS);

  onEspruino("[espruino] the real interpreter says that it was refused, and keeps its readings", () => refusedInSilence("espruino", []), TIMEOUT_MS);
});

test("a folder of one platform's device is not taken for another's", async () => {
  const first = start("sim", "--platform", "evrythng", "--speed", "60", "--state", folder.path);
  await first.until(({ event }) => event === "published");
  await first.stop();
  const other = start("sim", "--state", folder.path);
  expect(await other.ended).not.toBe(0);
  expect(other.output()).toContain("holds a device of evrythng: name another with --state");
}, TIMEOUT_MS);

const app = `import { defineThing, measure, report } from "motet";
  export default defineThing((thing) => {
    measure(thing, { key: "count" });
    let n = 0;
    const timer = thing.board.clock.every(100, () => {
      if (n < 1000 && report(thing, "count", n + 1) === 0) n += 1;
      if (n === 1000) thing.board.clock.cancel(timer);
    });
  });`;

test.each([
  ["mqtt", "mqtt"],
  ["mqtt-ws", "ws"],
  ["ws", "ws"],
])("a cloud elsewhere, killed in the middle of a thousand readings over %s: none is lost, and the key is printed nowhere", async (transport, scheme) => {
  writeFileSync(join(folder.path, "counter.ts"), app);
  const state = join(folder.path, "cloud");
  const cloud = start("cloud", "evrythng", "--state", state);
  const ready = await cloud.until(({ event }) => event === "ready");
  const [http, mqtt] = [Number(ready["http"]), Number(ready["mqtt"])];
  const operatorKey = readFileSync(String(ready["operatorKey"]), "latin1").trim();
  const { id } = (await ask("POST", http, "/thngs", operatorKey, { name: "device" })) as { id: string };
  const { thngApiKey } = (await ask("POST", http, "/auth/evrythng/thngs", operatorKey, { thngId: id })) as { thngApiKey: string };
  writeFileSync(join(folder.path, "token"), `${id}\n${thngApiKey}\n`, { mode: 0o600 });
  const address = `${scheme}://127.0.0.1:${scheme === "mqtt" ? mqtt : http}`;
  const to = ["--platform", "evrythng", "--transport", transport, "--cloud", address, "--token", `@${join(folder.path, "token")}`];
  const device = start("sim", join(folder.path, "counter.ts"), ...to, "--speed", "20", "--state", join(folder.path, "device"));
  await device.until(({ event, key, value }) => event === "reading" && key === "count" && value === 300);
  await cloud.stop("SIGKILL");
  await device.until(({ event }) => event === "offline");
  await device.until(({ event, key, value }) => event === "reading" && key === "count" && value === 600);
  const again = start("cloud", "evrythng", "--state", state, "--mqtt", String(mqtt), "--http", String(http));
  await again.until(({ event }) => event === "ready");
  await device.until(({ event, key, value }) => event === "reading" && key === "count" && value === 1000);
  let published = 0;
  await device.until(({ event, count }) => {
    if (event === "published") published += Number(count);
    return published >= 1001;
  });
  await device.stop();
  const arrived: number[] = [];
  for (let to = 8e15; ; ) {
    const page = (await ask("GET", http, `/thngs/${id}/properties/count?perPage=100&to=${to}`, operatorKey)) as { value: number; timestamp: number }[];
    arrived.unshift(...page.map(({ value }) => value).reverse());
    if (page.length < 100) break;
    to = page.at(-1)!.timestamp - 1;
  }
  expect([...new Set(arrived)]).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  // What was in flight when the cloud died, four batches of twenty at most, may have arrived without its acknowledgement.
  expect(arrived.length).toBeLessThanOrEqual(1080);
  expectSilent(cloud.output() + device.output() + again.output(), [operatorKey, thngApiKey]);
}, TIMEOUT_MS);
