/**
 * The device APIs of the local ThingsBoard under clients that nobody changed: mosquitto_pub and mosquitto_sub, MQTT.js,
 * libcoap's coap-client, and plain HTTP.
 */
import { connectAsync } from "mqtt";
import type { MqttClient } from "mqtt";
import { call } from "../conformance/thethings-peer";
import { openCloud, openManualCloud } from "../support/thingsboard-cloud";
import type { Cloud } from "../support/thingsboard-cloud";
import { ann, profile } from "../support/thingsboard-cloud";
import { connectPacket, libcoapBinaries, mosquittoPub, mosquittoSub, mqttPeer, startPeer, until } from "./cloud-peers";

let cloud: Cloud;
let token: string;

beforeAll(async () => {
  cloud = await openCloud();
  token = await cloud.login(ann);
});
afterAll(() => cloud.close());

const latest = async (id: string, keys: string): Promise<unknown> => (await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${id}/values/timeseries?keys=${keys}`)).json;
const value = (text: string): object => [{ ts: expect.any(Number) as number, value: text }];
const mqttUrl = (): string => `mqtt://127.0.0.1:${cloud.ports.mqtt}`;
const connectJs = (username: string): Promise<MqttClient> => connectAsync(mqttUrl(), { username, reconnectPeriod: 0 });

function coapClient(args: readonly string[]): ReturnType<typeof startPeer> {
  return startPeer("coap-client-notls", libcoapBinaries, args);
}

test("mosquitto_pub: telemetry on the long and the short topic; a wrong token is not authorised", async () => {
  const device = await cloud.device(token, "mosquitto");
  const at = ["-h", "127.0.0.1", "-p", String(cloud.ports.mqtt), "-q", "1"];
  expect((await mosquittoPub([...at, "-u", device.token, "-t", "v1/devices/me/telemetry", "-m", '{"temperature":25.5}']).done).code).toBe(0);
  expect((await mosquittoPub([...at, "-u", device.token, "-t", "v2/t", "-m", '{"humidity":40}']).done).code).toBe(0);
  expect(await latest(device.id, "temperature,humidity")).toEqual({ temperature: value("25.5"), humidity: value("40") });
  const refused = await mosquittoPub([...at, "-u", "nobody", "-t", "v1/devices/me/telemetry", "-m", "{}"]).done;
  expect(refused).toMatchObject({ code: 5, output: expect.stringContaining("not authorised") as string });
});

test("mosquitto_sub: shared attributes as they change, and the keys that were deleted", async () => {
  const device = await cloud.device(token, "subscriber");
  const listener = await mosquittoSub(["-h", "127.0.0.1", "-p", String(cloud.ports.mqtt), "-u", device.token, "-q", "1", "-t", "v1/devices/me/attributes", "-C", "2"]);
  const path = `/api/plugins/telemetry/DEVICE/${device.id}`;
  await cloud.rest(token, `${path}/attributes/SHARED_SCOPE`, { target: 21.0, on: true });
  await cloud.rest(token, `${path}/attributes/SERVER_SCOPE`, { secret: 1 });
  await cloud.rest(token, `${path}/SHARED_SCOPE?keys=target`, undefined, "DELETE");
  const { output } = await listener.done;
  expect(output.split("\n").filter((line) => line.startsWith("{"))).toEqual(['{"target":21,"on":true}', '{"deleted":["target"]}']);
});

test("MQTT.js: provisions itself, connects with its token, asks for attributes, answers a call", async () => {
  const fresh = await connectJs("provision");
  await fresh.subscribeAsync("/provision/response", { qos: 1 });
  const answered = new Promise<string>((resolve) => fresh.once("message", (_topic, payload) => resolve(payload.toString())));
  await fresh.publishAsync("/provision/request", JSON.stringify({ deviceName: "self-made", provisionDeviceKey: profile.key, provisionDeviceSecret: profile.secret }), { qos: 1 });
  const answer = JSON.parse(await answered) as { status: string; credentialsType: string; credentialsValue: string };
  expect(answer).toEqual({ status: "SUCCESS", credentialsType: "ACCESS_TOKEN", credentialsValue: expect.stringMatching(/^\w{20}$/) as string });
  await fresh.endAsync(true);

  const { id } = cloud.model.devices.byToken(answer.credentialsValue)!.info;
  const device = await connectJs(answer.credentialsValue);
  const heard: [string, string][] = [];
  device.on("message", (topic, payload) => {
    heard.push([topic, payload.toString()]);
    if (topic.startsWith("v1/devices/me/rpc/request/")) device.publish(topic.replace("request", "response"), `{"heard":${payload.toString()}}`, { qos: 1 });
  });
  await device.subscribeAsync(["v1/devices/me/rpc/request/+", "v1/devices/me/attributes/response/+"], { qos: 1 });
  await device.publishAsync("v1/devices/me/attributes", '{"firmware":"1.2"}', { qos: 1 });
  await device.publishAsync("v1/devices/me/attributes/request/7", '{"clientKeys":"firmware,none","sharedKeys":"none"}', { qos: 1 });
  await until(() => heard.length > 0);
  expect(heard[0]).toEqual(["v1/devices/me/attributes/response/7", '{"client":{"firmware":1.2}}']);
  const called = await cloud.rest(token, `/api/plugins/rpc/twoway/${id}`, { method: "setGpio", params: { pin: 4, on: true } });
  expect([called.status, called.text]).toEqual([200, '{"heard":{"method":"setGpio","params":{"pin":4,"on":true}}}']);
  await device.publishAsync("v1/devices/me/rpc/request/3", '{"method":"getSessionLimits","params":{}}', { qos: 1 });
  await until(() => heard.some(([topic]) => topic === "v1/devices/me/rpc/response/3"));
  expect(heard.at(-1)?.[1]).toContain('"maxPayloadSize":65536');
  await device.endAsync(true);
});

test("MQTT: no broker: strange filters are refused, strange topics acknowledged, what is no JSON closes unacknowledged", async () => {
  const device = await cloud.device(token, "strict");
  const peer = mqttPeer(cloud.ports.mqtt);
  expect(await peer.ask(connectPacket({ username: device.token }))).toMatchObject({ cmd: "connack", returnCode: 0 });
  const subscriptions = ["v1/devices/me/attributes", "v1/devices/me/#", "#", "v2/r/req/+"].map((topic) => ({ topic, qos: 2 as const }));
  expect(await peer.ask({ cmd: "subscribe", messageId: 1, subscriptions })).toMatchObject({ cmd: "suback", granted: [1, 128, 128, 1] });
  const publish = (topic: string, payload: string, messageId: number): Promise<unknown> => peer.ask({ cmd: "publish", topic, payload, messageId, qos: 1, dup: false, retain: false });
  expect(await publish("somewhere/else", "hello", 2)).toMatchObject({ cmd: "puback", messageId: 2 });
  await expect(Promise.race([publish("v1/devices/me/telemetry", "{no json", 3), peer.closed.then(() => "closed")])).resolves.toBe("closed");
  for (const [options, returnCode] of [[{ username: "nobody" }, 5], [{ clientId: "nameless" }, 2], [{ username: device.token, password: Buffer.from("x") }, 5]] as const) {
    const refused = mqttPeer(cloud.ports.mqtt);
    expect(await refused.ask(connectPacket(options))).toMatchObject({ cmd: "connack", returnCode });
    await refused.closed;
  }
});

test("coap-client: provisions, posts, asks, observes attributes and calls", async () => {
  const url = `coap://127.0.0.1:${cloud.ports.coap}/api/v1`;
  const asked = JSON.stringify({ deviceName: "by-coap", provisionDeviceKey: profile.key, provisionDeviceSecret: profile.secret, token: "coap-made-token" });
  expect((await coapClient(["-m", "post", "-e", asked, `${url}/provision`]).done).output).toContain('"credentialsValue":"coap-made-token"');
  const { id } = cloud.model.devices.byToken("coap-made-token")!.info;
  await coapClient(["-m", "post", "-e", '{"temperature":3.0}', `${url}/coap-made-token/telemetry`]).done;
  expect(await latest(id, "temperature")).toEqual({ temperature: value("3.0") });
  expect((await coapClient([`${url}/coap-made-token/attributes?sharedKeys=none`]).done).output).toContain("4.04");
  expect((await coapClient([`${url}/wrong/attributes`]).done).output).toContain("4.01");
  await cloud.rest(token, `/api/plugins/telemetry/DEVICE/${id}/attributes/SHARED_SCOPE`, { target: 1 });
  expect((await coapClient([`${url}/coap-made-token/attributes?sharedKeys=target`]).done).output).toContain('{"shared":{"target":1}}');
  const observer = coapClient(["-s", "1", `${url}/coap-made-token/rpc`]);
  const called = cloud.rest(token, `/api/plugins/rpc/oneway/${id}`, { method: "blink", params: 2 });
  expect((await called).status).toBe(200);
  expect((await observer.done).output).toContain('{"id":1,"method":"blink","params":2}');
});

test("HTTP: telemetry, attributes, a call by long poll, provisioning; an unknown token is refused", async () => {
  const device = await cloud.device(token, "by-http");
  const api = `/api/v1/${device.token}`;
  const port = cloud.ports.http;
  expect((await call(port, `${api}/telemetry`, { body: '[{"ts":1700000000000,"values":{"a":1}},{"ts":1700000001000,"values":{"a":2}}]' })).status).toBe(200);
  expect(await latest(device.id, "a")).toEqual({ a: [{ ts: 1700000001000, value: "2" }] });
  expect((await call(port, `${api}/telemetry`, { body: "nonsense" })).status).toBe(400);
  await call(port, `${api}/attributes`, { body: '{"serial":"x1"}' });
  expect((await call(port, `${api}/attributes?clientKeys=serial`)).text).toBe('{"client":{"serial":"x1"}}');
  const polled = call(port, `${api}/rpc?timeout=20000`);
  const called = cloud.rest(token, `/api/rpc/twoway/${device.id}`, { method: "read", params: {} });
  const request = (await polled).json as { id: number };
  expect(request).toEqual({ id: 1, method: "read", params: {} });
  expect((await call(port, `${api}/rpc/${request.id}`, { body: '{"level":42.0}' })).status).toBe(200);
  expect((await called).text).toBe('{"level":42.0}');
  expect((await call(port, "/api/v1/wrong/telemetry", { body: '{"a":1}' })).status).toBe(401);
  const asked = { deviceName: "by-http", provisionDeviceKey: profile.key, provisionDeviceSecret: profile.secret };
  expect((await call(port, "/api/v1/provision", { body: asked })).json).toEqual({ errorMsg: "Failed to provision device!", status: "FAILURE" });
  expect((await call(port, "/api/v1/provision", { body: { ...asked, provisionDeviceSecret: "wrong" } })).json).toEqual({ errorMsg: "Provision data was not found!", status: "NOT_FOUND" });
});

test("a connection for provisioning may ask for nothing else, and does not stay", async () => {
  const own = await openManualCloud();
  const [idle, stray] = [mqttPeer(own.ports.mqtt), mqttPeer(own.ports.mqtt)];
  for (const peer of [idle, stray]) expect(await peer.ask(connectPacket({ username: "provision" }))).toMatchObject({ returnCode: 0 });
  expect(await idle.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "v1/devices/me/attributes", qos: 1 }, { topic: "/provision/response", qos: 1 }] })).toMatchObject({ granted: [128, 1] });
  expect(await stray.ask({ cmd: "publish", topic: "v1/devices/me/telemetry", payload: "{}", messageId: 2, qos: 1, dup: false, retain: false })).toMatchObject({ cmd: "puback" });
  own.host.advance(0);
  await stray.closed;
  own.host.advance(59999);
  expect(await idle.ask({ cmd: "pingreq" })).toMatchObject({ cmd: "pingresp" });
  own.host.advance(1);
  await idle.closed;
  await own.close();
});
