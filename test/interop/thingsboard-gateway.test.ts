/** ThingsBoard's gateway API under MQTT.js, which nobody changed: one connection that speaks for several devices. */
import { connectAsync } from "mqtt";
import type { MqttClient } from "mqtt";
import { ann, bob, carl, openCloud, users } from "../support/thingsboard-cloud";
import type { Cloud } from "../support/thingsboard-cloud";
import { until } from "./cloud-peers";

let cloud: Cloud;
let token: string;
let gateway: MqttClient;
let heard: [string, unknown][];

beforeEach(async () => {
  cloud = await openCloud({ users: [...users] });
  token = await cloud.login(ann);
  const { token: username } = await cloud.device(token, "gateway", { additionalInfo: { gateway: true } });
  gateway = await connectAsync(`mqtt://127.0.0.1:${cloud.ports.mqtt}`, { username, reconnectPeriod: 0 });
  heard = [];
  gateway.on("message", (topic, payload) => heard.push([topic, JSON.parse(payload.toString())]));
});
afterEach(async () => {
  await gateway.endAsync(true);
  await cloud.close();
});

const say = (topic: string, body: unknown): Promise<unknown> => gateway.publishAsync(`v1/gateway/${topic}`, JSON.stringify(body), { qos: 1 });
const idOf = async (name: string): Promise<string> => ((await cloud.rest(token, `/api/tenant/devices?deviceName=${name}`)).json as { id: { id: string } }).id.id;
const attributesOf = async (name: string, scope: string, keys: string): Promise<unknown> => (await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${await idOf(name)}/values/attributes/${scope}?keys=${keys}`)).json;

test("devices are made, and say readings and attributes with their times and types", async () => {
  await say("connect", { device: "A", type: "meter" });
  await gateway.publishAsync("v1/gateway/telemetry", '{"A":[{"ts":1700000000000,"values":{"level":1.5}},{"level":2.0}],"B":[{"level":7}]}', { qos: 1 });
  await say("attributes", { A: { model: "M", count: 3 } });
  expect((await cloud.rest(token, "/api/tenant/devices?deviceName=A")).json).toMatchObject({ type: "meter" });
  const { json } = await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${await idOf("A")}/values/timeseries?keys=level&startTs=0&endTs=9999999999999`);
  expect(json).toEqual({ level: [{ ts: expect.any(Number) as number, value: "2.0" }, { ts: 1700000000000, value: "1.5" }] });
  expect((await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${await idOf("B")}/values/timeseries?keys=level`)).json).toMatchObject({ level: [{ value: "7" }] });
  expect(await attributesOf("A", "CLIENT_SCOPE", "model,count")).toEqual([expect.objectContaining({ key: "model", value: "M" }), expect.objectContaining({ key: "count", value: 3 })]);
  expect(await attributesOf("A", "SERVER_SCOPE", "active")).toEqual([expect.objectContaining({ value: true })]);
});

test("it asks for attributes: one gives its value, several their names, none nothing", async () => {
  await say("attributes", { A: { model: "M" } });
  await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${await idOf("A")}/attributes/SHARED_SCOPE`, { target: 21.5, on: true });
  await until(() => heard.length === 1);
  expect(heard).toEqual([["v1/gateway/attributes", { device: "A", data: { target: 21.5, on: true } }]]);
  await gateway.subscribeAsync(["v1/gateway/attributes", "v1/gateway/attributes/response", "v1/gateway/rpc"], { qos: 1 });
  await say("attributes/request", { id: 1, device: "A", client: true, key: "model" });
  await say("attributes/request", { id: 2, device: "A", client: false, keys: ["target", "on", "none"] });
  await say("attributes/request", { id: 3, device: "A", client: true, key: "none" });
  await until(() => heard.length === 4);
  expect(heard.slice(1)).toEqual([
    ["v1/gateway/attributes/response", { id: 1, device: "A", value: "M" }],
    ["v1/gateway/attributes/response", { id: 2, device: "A", values: { target: 21.5, on: true } }],
    ["v1/gateway/attributes/response", { id: 3, device: "A" }],
  ]);
});

test("calls reach a device through it, and its answer the caller; not once the device has left", async () => {
  await gateway.subscribeAsync("v1/gateway/rpc", { qos: 1 });
  await say("connect", { device: "A" });
  const calling = cloud.rest(token, `/api/plugins/rpc/twoway/${await idOf("A")}`, { method: "set", params: { pin: 4 } });
  await until(() => heard.length === 1);
  const [, call] = heard[0] as [string, { device: string; data: { id: number } }];
  expect(call).toEqual({ device: "A", data: { id: expect.any(Number) as number, method: "set", params: { pin: 4 } } });
  await say("rpc", { device: "A", id: call.data.id, data: { done: true } });
  expect((await calling).json).toEqual({ done: true });
  await say("disconnect", { device: "A" });
  await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${await idOf("A")}/attributes/SHARED_SCOPE`, { target: 1 });
  await say("connect", { device: "B" });
  await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${await idOf("B")}/attributes/SHARED_SCOPE`, { target: 2 });
  await until(() => heard.length === 2);
  expect(heard[1]).toEqual(["v1/gateway/attributes", { device: "B", data: { target: 2 } }]);
});

test("a device that is offered through it can be claimed, and one that is removed is let go of", async () => {
  await say("claim", { A: { secretKey: "s", durationMs: 60000 } });
  const id = await idOf("A");
  const customer = await cloud.login(carl);
  expect((await cloud.rest(customer, `/api/device/${id}`)).status).not.toBe(200);
  expect((await cloud.rest(customer, "/api/customer/device/A/claim", { secretKey: "s" })).status).toBe(200);
  expect((await cloud.rest(customer, `/api/device/${id}`)).status).toBe(200);
  expect((await cloud.rest(token, `/api/device/${id}`, undefined, "DELETE")).status).toBe(200);
  await say("telemetry", { A: [{ level: 1 }] });
  expect(await idOf("A")).not.toBe(id);
});

test("no device of another tenant is reached: the same name is another device", async () => {
  const other = await cloud.login(bob);
  const theirs = await cloud.device(other, "A");
  await say("telemetry", { A: [{ level: 1 }] });
  await say("attributes/request", { id: 1, device: "A", client: true, key: "secret" });
  expect(await idOf("A")).not.toBe(theirs.id);
  expect((await cloud.rest(other, `/api/plugins/telemetry/DEVICE/${theirs.id}/values/timeseries?keys=level`)).json).not.toMatchObject({ level: [{ value: "1" }] });
});

test.each([
  ["telemetry", "[]"], ["telemetry", '{"A":{"level":1}}'], ["telemetry", '{"":[{"level":1}]}'], ["attributes", '{"A":[1]}'], ["connect", "{}"], ["connect", '{"device":7}'], ["disconnect", "{}"],
  ["attributes/request", '{"device":"A","key":"k"}'], ["attributes/request", '{"id":1,"device":"A"}'], ["rpc", '{"device":"A"}'], ["telemetry", "{no json"],
])("what is malformed ends the connection: %s %s", async (topic, body) => {
  const closed = new Promise<void>((resolve) => gateway.once("close", () => resolve()));
  gateway.publish(`v1/gateway/${topic}`, body, { qos: 1 });
  await closed;
  expect((await cloud.rest(token, "/api/tenant/devices?pageSize=10&page=0")).status).toBe(200);
});

test("a device that is no gateway has no such topics", async () => {
  const { token: username } = await cloud.device(token, "plain");
  const plain = await connectAsync(`mqtt://127.0.0.1:${cloud.ports.mqtt}`, { username, reconnectPeriod: 0 });
  await plain.publishAsync("v1/gateway/telemetry", '{"C":[{"level":1}]}', { qos: 1 });
  await expect(plain.subscribeAsync("v1/gateway/rpc", { qos: 1 })).rejects.toThrow();
  expect((await cloud.rest(token, "/api/tenant/devices?deviceName=C")).status).toBe(404);
  await plain.endAsync(true);
});
