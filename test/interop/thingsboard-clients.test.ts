/**
 * Application clients of ThingsBoard from npm, unchanged, against the local cloud: `thingsboard-telemetry-stream` over the
 * older WebSocket endpoint, `thingsboard_api` over REST.
 */
import { spawn } from "node:child_process";
import { connect, fetchDevices, getCommandId, sendCommands, subscribeToTimeseries } from "thingsboard-telemetry-stream";
import { ann, openCloud, tell } from "../support/thingsboard-cloud";
import type { Cloud } from "../support/thingsboard-cloud";
import { until } from "./cloud-peers";

let cloud: Cloud;
let token: string;
let device: { readonly id: string; readonly token: string };

beforeAll(async () => {
  cloud = await openCloud();
  token = await cloud.login(ann);
  device = await cloud.device(token, "Thermostat A1");
  await tell(cloud, device, { temperature: 42.5 }, 1704067200000);
});
afterAll(() => cloud.close());

test("thingsboard-telemetry-stream logs in, finds its devices, and streams what they send", async () => {
  const connection = await connect({ useHttps: false, host: `127.0.0.1:${cloud.ports.http}`, user: ann.email, password: ann.password });
  const found = await fetchDevices(connection, "13814000-1dd2-11b2-8080-808080808080");
  expect(found.map(({ entityId }) => entityId)).toEqual([{ entityType: "DEVICE", id: device.id }]);
  const stream = await subscribeToTimeseries(connection, [device.id]);
  const heard: unknown[] = [];
  stream.on("data", (id, data) => heard.push([id, data]));
  await until(() => heard.length === 1);
  await tell(cloud, device, { temperature: 43, on: true }, 1704067201000);
  await until(() => heard.length === 2);
  expect(heard).toEqual([
    [device.id, { temperature: [[1704067200000, "42.5"]] }],
    [device.id, { on: [[1704067201000, "true"]], temperature: [[1704067201000, "43"]] }],
  ]);
  const query = { entityFilter: { type: "entityName", entityType: "DEVICE", entityNameFilter: "Thermo" }, pageLink: { pageSize: 10 } };
  const { entityDataCmds } = await sendCommands(connection, { entityDataCmds: [{ cmdId: getCommandId(connection), query, latestCmd: { keys: [{ type: "TIME_SERIES", key: "temperature" }] } }] });
  expect(entityDataCmds[0]).toMatchObject({ data: [{ latest: { TIME_SERIES: { temperature: { ts: 1704067201000, value: "43" } } } }], totalElements: 1 });
  const closed = new Promise<void>((resolve) => connection.addEventListener("close", resolve));
  connection.close();
  await closed;
  await until(() => cloud.model.bus.count() === 0);
});

/** It keeps its state in the environment and a timer for ever: a process of its own. */
const script = `
  const tb = require("thingsboard_api");
  const [host, port, username, password] = process.argv.slice(1);
  (async () => {
    await tb.createConnection({ TB_HOST: host, TB_PORT: port, TB_USERNAME: username, TB_PASSWORD: password, tokenID: "one" });
    const id = await tb.get.objectID("Thermostat A1", "device");
    const made = await tb.push.createEntity("Pump B2", "pump", null, "device", null, null);
    const missing = await tb.get.objectID("Nobody", "device");
    const key = await tb.get.getDeviceToken(id);
    const attributes = await tb.get.objectIDandKeys("Thermostat A1", "device", "serial");
    const telemetry = await tb.get.objectIDandKeys("Thermostat A1", "device", "temperature", true);
    console.log(JSON.stringify({ id, made, missing, key, attributes, telemetry }));
    process.exit(0);
  })();
`;

test("thingsboard_api logs in, finds devices, makes one, and reads tokens, attributes and telemetry", async () => {
  await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${device.id}/SERVER_SCOPE`, { serial: "x1" });
  const child = spawn(process.execPath, ["-e", script, "127.0.0.1", String(cloud.ports.http), ann.email, ann.password], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  await new Promise((resolve) => child.once("close", resolve));
  const told = JSON.parse(output) as Record<string, unknown>;
  const made = cloud.model.state.devices.get(String(told["made"]))?.info;
  expect([made?.name, made?.type]).toEqual(["Pump B2", "pump"]);
  expect(told).toEqual({
    id: device.id, made: made?.id, key: device.token, missing: { error: true, message: expect.stringContaining("404") as string },
    attributes: { id: device.id, name: "Thermostat A1", type: "device", serial: "x1" },
    telemetry: { id: device.id, data: expect.any(String) as string },
  });
});
