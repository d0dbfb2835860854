/**
 * The whole cloud as one start: ports, busy ports, state over a restart, and one model behind every front end.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { call, manualHost, openStream } from "../../../test/conformance/thethings-peer";
import { startThethings } from "./index";
import type { StartedThethings, StartOptions } from "./index";

let folder: string;
const started: StartedThethings[] = [];

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "start-"))));
afterEach(async () => {
  for (const cloud of started.splice(0)) await cloud.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: StartOptions = {}): Promise<StartedThethings> {
  const cloud = await startThethings({ machine: manualHost(), ...options });
  started.push(cloud);
  return cloud;
}

test("every front end has a port of its own, and HTTPS is trusted by the cloud's own authority", async () => {
  const cloud = await start({ stateDir: folder });
  expect(new Set(Object.values(cloud.ports)).size).toBe(5);
  for (const port of Object.values(cloud.ports)) expect(port).toBeGreaterThan(0);
  expect((await call(cloud.ports.https, "/v2/", { ca: readFileSync(cloud.ca) })).status).toBe(401);
});

test("things, values, codes and the administrator's token survive a restart, in files that are the owner's alone", async () => {
  const first = await start({ stateDir: folder, activationCodes: ["code-1"] });
  const { thingToken } = (await call(first.ports.http, "/v2/things", { body: { activationCode: "code-1" } })).json as { thingToken: string };
  await call(first.ports.http, `/v2/things/${thingToken}`, { body: { values: [{ key: "k", value: 1 }] } });
  await first.close();
  await first.close();
  const second = await start({ stateDir: folder, activationCodes: ["code-1"] });
  expect((await call(second.ports.http, `/v2/things/${thingToken}/resources/k`)).json).toMatchObject([{ value: 1 }]);
  expect((await call(second.ports.http, "/v2/things", { body: { activationCode: "code-1" } })).status).toBe(400);
  expect(second.adminToken).toBe(first.adminToken);
  expect((await call(second.ports.http, "/admin/things", { method: "POST", session: second.adminToken })).status).toBe(201);
  for (const file of readdirSync(folder)) expect([file, statSync(join(folder, file)).mode & 0o777]).toEqual([file, file === "ca.pem" ? 0o644 : 0o600]);
});

test("the wills of those who are connected when the cloud is stopped are kept", async () => {
  const first = await start({ stateDir: folder });
  const { thingToken } = first.model.createThing();
  const payload = Buffer.from('{"values":[{"key":"LWT","value":"gone"}]}');
  const device = await connectAsync(`mqtt://127.0.0.1:${first.ports.mqtt}`, { reconnectPeriod: 0, will: { topic: `v2/things/${thingToken}`, payload, qos: 0, retain: false } });
  await first.close();
  await device.endAsync(true);
  const second = await start({ stateDir: folder });
  expect(second.model.history(thingToken, "LWT")).toMatchObject([{ value: "gone" }]);
});

test.each(["http", "https", "mqtt", "mqtts"] as const)("a busy %s port is named with its remedy, and what was opened is closed again", async (option) => {
  const busy = createServer();
  await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
  const { port } = busy.address() as AddressInfo;
  const free = (await start()).ports.http;
  await started.pop()?.close();
  const attempt = startThethings({ machine: manualHost(), stateDir: folder, http: free, [option]: port });
  await expect(attempt).rejects.toThrow(`The ${option} port ${port} on 127.0.0.1 is in use: stop what uses it, or choose another with --${option}`);
  await new Promise((resolve) => busy.close(resolve));
  // The same ports and the same folder are free at once.
  await start({ stateDir: folder, http: free, [option]: port });
});

test("a busy coap port is named too", async () => {
  const { coap } = (await start()).ports;
  await expect(startThethings({ coap })).rejects.toThrow(`The coap port ${coap} on 127.0.0.1 is in use`);
});

test("a folder in use, and one that is none, are refused in one sentence", async () => {
  await start({ stateDir: folder });
  await expect(startThethings({ stateDir: folder })).rejects.toThrow(/^The state folder .* is in use by process \d+: stop it, name another folder, or delete \S+ if that process is no cloud\.$/);
  writeFileSync(join(folder, "file"), "");
  await expect(startThethings({ stateDir: join(folder, "file") })).rejects.toThrow(/^The state folder .* cannot be used/);
});

test("without a state folder nothing stays", async () => {
  const cloud = await start();
  expect(statSync(cloud.ca).isFile()).toBe(true);
  await cloud.close();
  expect(() => statSync(cloud.ca)).toThrow(/ENOENT/);
});

test("closing ends streams that are open", async () => {
  const cloud = await start();
  const { thingToken } = cloud.model.createThing();
  const stream = await openStream(cloud.ports.http, `/v2/things/${thingToken}`);
  await stream.next();
  await cloud.close();
  expect(await stream.next()).toBeUndefined();
});

test("a start with an activation code that fits no topic is refused, and leaves nothing open", async () => {
  await expect(startThethings({ stateDir: folder, activationCodes: ["a/b"] })).rejects.toThrow(/1 to 128/);
  await start({ stateDir: folder });
});
