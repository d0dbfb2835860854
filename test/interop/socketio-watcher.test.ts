/** A device that watches, on real sockets, against whole local clouds: plain, and over TLS with the certificate checked. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provisionWatcher } from "../../firmware/agent/provision";
import type { Host } from "../../firmware/agent/thing";
import { watch } from "../../firmware/agent/watch";
import { bootWatcher } from "../../firmware/agent/watch-boot";
import { sioWatch } from "../../firmware/agent/watch-sio";
import { wsWatch } from "../../firmware/agent/watch-ws";
import { thethingsRealtime } from "../../firmware/platform/thethings/realtime";
import { ofThing, resource } from "../../firmware/platform/thethings/watch";
import { thingsboardRealtime } from "../../firmware/platform/thingsboard/realtime";
import { alarmCount, allDevices } from "../../firmware/platform/thingsboard/watch";
import { startThethings } from "../../sim/cloud/thethings/index";
import type { StartedThethings } from "../../sim/cloud/thethings/index";
import { startThingsboard } from "../../sim/cloud/thingsboard/index";
import { openDevice } from "../../sim/device/device";
import type { Device } from "../../sim/device/device";
import type { WatchSettings } from "../../sim/engines/program";
import { settingsFor } from "../../sim/lab/device";
import { statement } from "../conformance/statement";
import { call, manualHost } from "../conformance/thethings-peer";

const heard: (readonly unknown[])[] = [];
const devices: Device[] = [];
const closers: (() => Promise<void>)[] = [];
let stateDir: string;
let wake = (): void => undefined;

beforeEach(() => {
  heard.length = 0;
  stateDir = mkdtempSync(join(tmpdir(), "motet-watcher-"));
});
afterEach(async () => {
  for (const device of devices.splice(0)) device.close();
  for (const close of closers.splice(0)) await close();
  rmSync(stateDir, { recursive: true, force: true });
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise<void>((resolve) => (wake = resolve));
}

const tell = (...event: unknown[]): void => {
  heard.push(event);
  wake();
};

const said = (name: string): boolean => heard.some(([event]) => event === name);

/** Boots a watcher whose certificates are checked against `caFile`. */
function boot(driver: Parameters<typeof bootWatcher>[1], caFile: string, settings: Partial<WatchSettings>, definition: (host: Host) => void): void {
  const device = openDevice({ stateDir: join(stateDir, String(devices.length)), caFile, log: (event, number) => tell(event, number) });
  devices.push(device);
  const place = { host: "localhost", port: 0, tls: 0 as const, loginHost: "", loginPort: 0, user: "", secret: "", app: "", thing: "", ...settings };
  expect(provisionWatcher(device, settingsFor({ watch: place }))).toBe(0);
  bootWatcher(device, driver, { name: "test", version: "1.0.0", inMemory: true }, definition);
}

interface Rig {
  readonly cloud: StartedThethings;
  readonly session: string;
  readonly thingToken: string;
  write(value: number): unknown;
}

async function thethings(): Promise<Rig> {
  const cloud = await startThethings({ machine: manualHost() });
  closers.push(() => cloud.close());
  const { thingToken } = cloud.model.createThing();
  const session = ((await call(cloud.ports.http, "/v2/register", { body: { email: "ann@example.org", password: "x" } })).json as { token: string }).token;
  await call(cloud.ports.http, "/v2/me/things", { session, body: { thingToken } });
  const write = (value: number): unknown => cloud.model.write(thingToken, { values: [{ key: "temperature", value }] }, { via: "mqtt", qos: 0 });
  write(0);
  return { cloud, session, thingToken, write };
}

const hear = (name: string) => (value: unknown) => tell(name, value);

for (const tls of [0, 2] as const) {
  statement("SIO-1 SIO-13 SIO-15 SIO-16 SIO-17 SIO-18 SIO-19", `a device watches a resource and a thing, ${tls === 0 ? "plain" : "over TLS"}`, async () => {
    const { cloud, session, thingToken, write } = await thethings();
    boot(sioWatch(thethingsRealtime()), cloud.ca, { port: tls === 0 ? cloud.ports.http : cloud.ports.https, tls, secret: session, thing: thingToken }, (host) => {
      watch(host, { of: resource("temperature"), type: "number" }, hear("resource"));
      watch(host, { of: ofThing("temperature"), type: "number" }, hear("thing"));
    });
    await until(() => said("watching"));
    for (const value of [21, 22]) write(value);
    const values = (): (readonly unknown[])[] => heard.filter(([name]) => name === "resource" || name === "thing");
    await until(() => values().length === 4);
    expect(values().map((one) => one.join(" ")).sort()).toEqual(["resource 21", "resource 22", "thing 21", "thing 22"]);
    devices[0]!.close();
    while (cloud.model.counts.watchers > 0) await call(cloud.ports.http, "/v2");
  });

  statement("TB-03 TB-05 TB-30", `a device logs in to ThingsBoard and watches alarms, ${tls === 0 ? "plain" : "over TLS"}`, async () => {
    const cloud = await startThingsboard({ users: [{ email: "ann@example.org", password: "canary" }] });
    closers.push(() => cloud.close());
    boot(wsWatch(thingsboardRealtime()), cloud.ca, { port: tls === 0 ? cloud.ports.http : cloud.ports.https, tls, user: "ann@example.org", secret: "canary" }, (host) =>
      watch(host, { of: alarmCount(undefined, allDevices()), type: "number" }, hear("alarms")),
    );
    await until(() => said("alarms"));
    expect(heard).toContainEqual(["watched", 0]);
    expect(heard).toContainEqual(["alarms", 0]);
  });
}

test("a session token that the platform does not know, and a thing that the user may not see, are refused", async () => {
  const { cloud, session } = await thethings();
  const stranger = cloud.model.createThing().thingToken;
  const define = (host: Host): void => {
    watch(host, { of: ofThing("temperature"), type: "number" }, hear("thing"));
    watch(host, { of: resource("temperature"), type: "number" }, hear("resource"));
  };
  boot(sioWatch(thethingsRealtime()), cloud.ca, { port: cloud.ports.http, secret: "wrong", thing: stranger }, define);
  await until(() => said("watchStopped"));
  boot(sioWatch(thethingsRealtime()), cloud.ca, { port: cloud.ports.http, secret: session, thing: stranger }, define);
  await until(() => said("watching"));
  expect(heard.filter(([name]) => name === "watchRefused")).toHaveLength(1);
});
