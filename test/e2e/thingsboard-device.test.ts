/** What a person does with a device on ThingsBoard: run it, command it both ways, stop it, start it again; over each transport, on every engine; and with a cloud that dies. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mosquittoPub } from "../interop/cloud-peers";
import { expectSilent } from "../support/canary";
import { atDesk } from "./command";
import type { Running } from "./command";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const TIMEOUT_MS = 300000;
const { folder, start } = atDesk();

interface Session {
  readonly http: number;
  readonly password: string;
  readonly profileSecret: string;
}

async function send(...args: string[]): Promise<Running> {
  const sent = start("send", ...args, "--state", folder.path);
  await sent.ended;
  return sent;
}

/** Provisions itself, reports, obeys an attribute and a call, and goes on after a restart without obeying again. */
async function life(transport: string, engine: string, speed: readonly string[]): Promise<void> {
  const args = ["sim", "--platform", "thingsboard", "--transport", transport, "--engine", engine, "--state", folder.path, ...speed];
  const first = start(...args);
  const ready = await first.until(({ event }) => event === "cloud");
  await first.until(({ event }) => event === "published");
  expect(ready).toMatchObject({ platform: "thingsboard" });
  expect(await (await send("fan", "true")).ended).toBe(0);
  await first.until(({ event, key, value }) => event === "reading" && key === "fan.state" && value === true);
  const called = await send("fan", "false", "--call");
  expect(await called.ended).toBe(0);
  await first.until(({ event, key, value }) => event === "reading" && key === "fan.state" && value === false);
  const refused = await send("fan", "7", "--call");
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toContain("The device did not obey fan: it is not of the declared type.");
  const token = readFileSync(join(folder.path, "thing-token"), "latin1");
  const at = ["-h", "127.0.0.1", "-p", String(ready["mqtt"]), "-u", token];
  expect((await mosquittoPub([...at, "-t", "v1/devices/me/telemetry", "-m", '{"by":"hand"}']).done).code).toBe(0);
  expect(await first.stop()).toBe(0);
  expect(first.events.at(-1)).toMatchObject({ event: "end", commands: 2 });

  const second = start(...args);
  await second.until(({ event }) => event === "published");
  expect(await second.stop()).toBe(0);
  expect(second.events.find(({ event }) => event === "boot")).toMatchObject({ boot: 2 });
  expect(second.events.find(({ event }) => event === "cloud")).toMatchObject({ mqtt: ready["mqtt"], http: ready["http"] });
  expect(first.events.filter(({ event }) => event === "activated")).toHaveLength(1);
  for (const run of [first, second]) expect(run.events.map(({ event }) => event)).not.toContain("failed");
  for (const name of ["activated", "command"]) expect(second.events.map(({ event }) => event)).not.toContain(name);
  const { password, profileSecret } = JSON.parse(readFileSync(join(folder.path, "session.json"), "utf8")) as Session;
  expectSilent(first.output() + second.output() + called.output() + refused.output(), [token, password, profileSecret]);
  for (const file of ["session.json", "thing-token", "cloud/thingsboard.journal", "device/records.flash"]) {
    expect([file, statSync(join(folder.path, file)).mode & 0o077]).toEqual([file, 0]);
  }
}

// A call has ten seconds of the cloud's time, and over CoAP what is not acknowledged in two is sent again: a busy computer needs some of them.
describe.each([["mqtt", "60"], ["coap", "20"]] as const)("over %s", (transport, speed) => {
  test.each(["native", "espruino-api", "lua"])("the weather station on ThingsBoard, %s", (engine) => life(transport, engine, ["--speed", speed]), TIMEOUT_MS);

  onEspruino("[espruino] the weather station on ThingsBoard, the real interpreter", () => life(transport, "espruino", []), TIMEOUT_MS);
});

const app = `import { defineThing, measure, report } from "motet";
  export default defineThing((thing) => {
    measure(thing, { key: "count" });
    let n = 0;
    const timer = thing.board.clock.every(100, () => {
      if (n < 1000 && report(thing, "count", n + 1) === 0) n += 1;
      if (n === 1000) thing.board.clock.cancel(timer);
    });
  });`;

/** The cloud's stored counts, asked over REST. */
async function countsAt(http: number): Promise<number[]> {
  const ask = async (path: string, headers: Record<string, string>, body?: object): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${http}${path}`, { headers: { "content-type": "application/json", ...headers }, ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }) });
    return response.json();
  };
  const { token } = (await ask("/api/auth/login", {}, { username: "ann@example.org", password: "ann-secret" })) as { token: string };
  const headers = { "x-authorization": `Bearer ${token}` };
  const { data } = (await ask("/api/tenant/devices?pageSize=10&page=0", headers)) as { data: { id: { id: string } }[] };
  expect(data).toHaveLength(1);
  const series = (await ask(`/api/plugins/telemetry/DEVICE/${data[0]!.id.id}/values/timeseries?keys=count&startTs=0&endTs=8000000000000&limit=5000`, headers)) as { count: { value: string }[] };
  return series.count.map(({ value }) => Number(value)).reverse();
}

test.each(["mqtt", "coap"])("a cloud elsewhere over %s, killed in the middle of a thousand readings: none is lost, and no secret is printed", async (transport) => {
  writeFileSync(join(folder.path, "counter.ts"), app);
  writeFileSync(join(folder.path, "code"), "desk:profile-secret\n", { mode: 0o600 });
  const cloudArgs = ["cloud", "thingsboard", "--state", join(folder.path, "cloud"), "--activation-codes", "desk:profile-secret", "--users", "ann@example.org:ann-secret"];
  const cloud = start(...cloudArgs);
  const ready = await cloud.until(({ event }) => event === "ready");
  const to = ["--platform", "thingsboard", "--transport", transport, "--cloud", `${transport}://127.0.0.1:${Number(ready[transport])}`, "--code", `@${join(folder.path, "code")}`];
  const device = start("sim", join(folder.path, "counter.ts"), ...to, "--speed", "20", "--state", join(folder.path, "device"));
  await device.until(({ event, key, value }) => event === "reading" && key === "count" && value === 300);
  await cloud.stop("SIGKILL");
  await device.until(({ event }) => event === "offline");
  await device.until(({ event, key, value }) => event === "reading" && key === "count" && value === 600);
  const again = start(...cloudArgs, `--${transport}`, String(ready[transport]), "--http", String(ready["http"]));
  await again.until(({ event }) => event === "ready");
  let published = 0;
  await device.until(({ event, count }) => {
    if (event === "published") published += Number(count);
    return published >= 1001;
  });
  await device.stop();
  expect(await countsAt(Number(ready["http"]))).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
  expectSilent(cloud.output() + device.output() + again.output(), ["profile-secret", "ann-secret"]);
}, TIMEOUT_MS);
