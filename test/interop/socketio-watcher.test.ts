/** A device that watches, on real sockets, against the whole local thethings.iO: plain, and over TLS with the certificate checked. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watcherClose, watcherOpen } from "../../firmware/agent/watcher";
import { resourceTopic, thethingsRealtime, thingTopic } from "../../firmware/platform/thethings/realtime";
import { TlsLevel } from "../../hal/ports/tls";
import { startThethings } from "../../sim/cloud/thethings/index";
import type { StartedThethings } from "../../sim/cloud/thethings/index";
import { openDevice } from "../../sim/device/device";
import type { Device } from "../../sim/device/device";
import { statement } from "../conformance/statement";
import { call, manualHost } from "../conformance/thethings-peer";

let cloud: StartedThethings;
let session: string;
let thingToken: string;
let stateDir: string;
let device: Device;
const heard: (readonly unknown[])[] = [];
let wake = (): void => undefined;

beforeEach(async () => {
  cloud = await startThethings({ machine: manualHost() });
  thingToken = cloud.model.createThing().thingToken;
  session = ((await call(cloud.ports.http, "/v2/register", { body: { email: "ann@example.org", password: "x" } })).json as { token: string }).token;
  await call(cloud.ports.http, "/v2/me/things", { session, body: { thingToken } });
  write(0);
  heard.length = 0;
  stateDir = mkdtempSync(join(tmpdir(), "motet-watcher-"));
  device = openDevice({ stateDir, caFile: cloud.ca });
});
afterEach(async () => {
  device.close();
  await cloud.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const write = (value: number): unknown => cloud.model.write(thingToken, { values: [{ key: "temperature", value }] }, { via: "mqtt", qos: 0 });

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise<void>((resolve) => (wake = resolve));
}

const tell = (...event: unknown[]): void => {
  heard.push(event);
  wake();
};

for (const tls of [TlsLevel.none, TlsLevel.verified]) {
  statement("SIO-1 SIO-13 SIO-15 SIO-16 SIO-17 SIO-18 SIO-19", `a device watches a resource and a thing, ${tls === TlsLevel.none ? "plain" : "over TLS"}`, async () => {
    const topics = [resourceTopic("temperature"), thingTopic(thingToken)];
    const target = { host: "localhost", port: tls === TlsLevel.none ? cloud.ports.http : cloud.ports.https, tls, sessionToken: session, topics };
    const watcher = watcherOpen(device, thethingsRealtime(), target, {
      live: () => tell("live"),
      value: (topic, key, _kind, text) => tell(topic, key, text),
      refused: (topic) => tell("refused", topic),
      lost: (code) => tell("lost", code),
    })!;
    await until(() => heard.length === 1);
    expect(heard).toEqual([["live"]]);
    for (const value of [21, 22]) write(value);
    await until(() => heard.length === 5);
    expect(heard.slice(1).map(([topic, key, text]) => `${String(topic)} ${String(key)} ${String(text)}`).sort()).toEqual(
      topics.flatMap((topic) => [`${topic} temperature 21`, `${topic} temperature 22`]).sort(),
    );
    watcherClose(watcher);
    while (cloud.model.counts.watchers > 0) await call(cloud.ports.http, "/v2");
    expect(heard).toHaveLength(5);
  });
}

test("a session token that the platform does not know, and a thing that the user may not see, are refused", async () => {
  const sinkFor = { live: () => tell("live"), value: () => tell("value"), refused: (topic: string) => tell("refused", topic), lost: (code: number) => tell("lost", code) };
  const target = { host: "127.0.0.1", port: cloud.ports.http, tls: TlsLevel.none, sessionToken: "wrong", topics: [thingTopic(thingToken)] };
  watcherOpen(device, thethingsRealtime(), target, sinkFor);
  await until(() => heard.length === 1);
  expect(heard).toEqual([["refused", ""]]);
  const stranger = thingTopic(cloud.model.createThing().thingToken);
  watcherOpen(device, thethingsRealtime(), { ...target, sessionToken: session, topics: [stranger, thingTopic(thingToken)] }, sinkFor);
  await until(() => heard.length === 3);
  expect(heard.slice(1)).toEqual([["refused", stranger], ["live"]]);
});
