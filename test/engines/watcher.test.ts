/**
 * The watcher on every engine, from an image: in the virtual world against a scripted server, and on the real interpreter against
 * the local thethings.iO. A device of 1,700 variables joins, authenticates, subscribes and tells a value.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startThethings } from "../../sim/cloud/thethings/index";
import { writeFolder } from "../../sim/engines/espruino/flash-folder";
import { startInterpreter } from "../../sim/engines/espruino/interpreter";
import { SERVER_ADDRESS } from "../../sim/world/network";
import { createWorld } from "../../sim/world/world";
import { call } from "../conformance/thethings-peer";
import { realtimeServer } from "../support/socketio-world";
import { compileEntry, imageEngines, programOf, root } from "./engines";
import { createEngineDevice, runUntil, stopEngines } from "./rig";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;

afterEach(stopEngines);

/** A program that watches one topic and says what it is told. */
function entryOf(runtime: "espruino" | "nodemcu", host: string, port: number, sessionToken: string, topic: string): string {
  const from = (path: string): string => JSON.stringify(join(root, path));
  return `
    import { ports } from ${from(`hal/${runtime}/index`)};
    import { start } from ${from(`hal/${runtime}/start`)};
    import { watcherOpen } from ${from("firmware/agent/watcher")};
    import { thethingsRealtime } from ${from("firmware/platform/thethings/realtime")};
    const watch = (): void => {
      watcherOpen(ports, thethingsRealtime(), { host: ${JSON.stringify(host)}, port: ${port}, tls: 0, sessionToken: ${JSON.stringify(sessionToken)}, topics: [${JSON.stringify(topic)}] }, {
        live: () => ports.log.record("live", 0, ""),
        value: (topic, key, kind, text, time) => ports.log.record("value", kind, topic + " " + key + " " + text + (time === undefined ? "" : " " + time.sec)),
        refused: (topic) => ports.log.record("refused", 0, topic),
        lost: (code) => ports.log.record("lost", code, ""),
      });
    };
    start(() => {
      if (ports.wifi.connection() >= 500) watch();
      else ports.wifi.connect({ ssid: "any", password: "", onChanged: (connection) => { if (connection >= 500) watch(); } });
    });
  `;
}

const topic = "/me/resources/temperature";

test.each(imageEngines)("%s: joins, tells values, and comes back after a loss", async (engine) => {
  const main = await programOf(engine, (runtime) => entryOf(runtime, SERVER_ADDRESS, 80, "canary-session", topic));
  const world = createWorld({ seed: engine });
  const server = realtimeServer(world, 80);
  const device = createEngineDevice(world, main, undefined);
  runUntil(world, device, () => device.told("live").length === 1, 120000);
  server.tell(`42/v2,["${topic}",[{"key":"temperature","value":21.5,"datetime":"2026-01-01T00:00:07.000Z"}]]`);
  runUntil(world, device, () => device.told("value").length === 1, 60000);
  expect(device.told("value")[0]).toMatchObject({ number: 8, text: `${topic} temperature 21.5 1767225607` });
  server.stop();
  runUntil(world, device, () => device.told("lost").length >= 3, 600000);
  server.start();
  runUntil(world, device, () => device.told("live").length === 2, 600000);
  world.run(120000);
  expect(server.said.filter((text) => text === "2").length).toBeGreaterThanOrEqual(4);
  expect(device.failures).toEqual([]);
}, 120000);

onEspruino("[espruino] on the real interpreter, against the local thethings.iO", async () => {
  const cloud = await startThethings();
  const dir = mkdtempSync(join(tmpdir(), "motet-watcher-"));
  try {
    const { thingToken } = cloud.model.createThing();
    const session = ((await call(cloud.ports.http, "/v2/register", { body: { email: "ann@example.org", password: "x" } })).json as { token: string }).token;
    await call(cloud.ports.http, "/v2/me/things", { session, body: { thingToken } });
    const write = (value: number): unknown => cloud.model.write(thingToken, { values: [{ key: "temperature", value }] }, { via: "mqtt", qos: 0 });
    write(0);
    writeFolder(dir, await compileEntry("linux-espruino", (runtime) => entryOf(runtime, "127.0.0.1", cloud.ports.http, session, topic)), new Map());
    const said: string[] = [];
    await new Promise<void>((resolve) => {
      const interpreter = startInterpreter({ binary: process.env["ESPRUINO"]!, dir }, {
        console: () => undefined,
        record: (event, number, text) => {
          said.push(`${event} ${number} ${text.replace(/ \d+$/, "")}`);
          if (event === "live") write(21.5);
          else interpreter.stop();
        },
        failed: (message) => {
          said.push(message);
          interpreter.stop();
        },
        restarted: () => said.push("restarted"),
      });
      void interpreter.gone.then(resolve);
    });
    expect(said).toEqual(["live 0 ", `value 8 ${topic} temperature 21.5`]);
  } finally {
    await cloud.close();
    rmSync(dir, { recursive: true });
  }
}, 120000);
