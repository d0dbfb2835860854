/**
 * The whole EVRYTHNG emulation as it is started for users, and real clients, unchanged: npm's evrythng, mqtt.js, ws and Mosquitto's:
 * the statements EV-6, EV-35, EV-41, EV-45, EV-58, EV-66 to EV-68, EV-73 and EV-74.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Device, Operator, api, setup } from "evrythng";
import { connectAsync } from "mqtt";
import type { IClientOptions, MqttClient } from "mqtt";
import { WebSocket } from "ws";
import { startEvrythng } from "../../sim/cloud/evrythng/index";
import type { StartedEvrythng } from "../../sim/cloud/evrythng/index";
import { crossed, statement } from "../conformance/statement";
import { Inbox, messageLine, mosquittoPub, mosquittoSub } from "./cloud-peers";
import { tenant } from "./evrythng-cloud";
import type { Tenant } from "./evrythng-cloud";

let cloud: StartedEvrythng;
let own: Tenant;
let ca: Buffer;
let closers: (() => unknown)[] = [];

beforeEach(async () => {
  cloud = await startEvrythng();
  own = tenant(cloud.model);
  ca = readFileSync(cloud.ca);
  setup({ apiUrl: `http://127.0.0.1:${cloud.ports.http}`, apiVersion: 1, geolocation: false });
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
  await cloud.close();
});

interface Listener {
  readonly client: MqttClient;
  readonly inbox: Inbox<{ topic: string; json: unknown }>;
}

async function mqttJs(url: string, key: string, options: IClientOptions = {}): Promise<Listener> {
  const client = await connectAsync(url, { username: "authorization", password: key, reconnectPeriod: 0, ca, ...options });
  closers.push(() => client.endAsync(true));
  const inbox = new Inbox<{ topic: string; json: unknown }>();
  client.on("message", (topic, payload) => {
    crossed(payload);
    inbox.put({ topic, json: JSON.parse(payload.toString()) as unknown });
  });
  return { client, inbox };
}

/** All the ways in that MQTT has. */
function ways(): readonly string[] {
  const { http, https, mqtt, mqtts } = cloud.ports;
  return [`mqtt://127.0.0.1:${mqtt}`, `mqtts://localhost:${mqtts}`, `ws://127.0.0.1:${http}/mqtt`, `wss://localhost:${https}/mqtt`];
}

statement("EV-6 EV-45 EV-58 EV-66", "mqtt.js over TCP, TLS and WebSockets, plain and under TLS: subscribes to all actions, publishes, hears", async () => {
  for (const url of ways()) {
    const { client, inbox } = await mqttJs(url, own.operator);
    await client.subscribeAsync("/actions/all", { qos: 1 });
    await client.publishAsync(`/thngs/${own.thng}/actions/_go`, '{"customFields":{"speed":3}}', { qos: 1 });
    expect(await inbox.next()).toMatchObject({ topic: "/actions/all", json: { type: "_go", thng: own.thng, customFields: { speed: 3 } } });
  }
});

statement("EV-45", "mqtt.js over MQTT 3.1 and `mqttv3.1`, as older libraries speak", async () => {
  const old = { protocolId: "MQIsdp", protocolVersion: 3, clientId: "old" } as const;
  for (const url of [ways()[0] as string, ways()[2] as string]) {
    const { client, inbox } = await mqttJs(url, own.device, old);
    await client.subscribeAsync(`/thngs/${own.thng}/properties`);
    await client.publishAsync(`/thngs/${own.thng}/properties/a`, '[{"value":1}]');
    expect(await inbox.next()).toMatchObject({ json: [{ key: "a", value: 1 }] });
  }
});

statement("EV-35 EV-41", "under TLS a client checks the certificate against the authority that it was given, and goes no further without", async () => {
  await mqttJs(`mqtts://localhost:${cloud.ports.mqtts}`, own.device, { rejectUnauthorized: true });
  const without = { username: "authorization", password: own.device, reconnectPeriod: 0, rejectUnauthorized: true };
  for (const url of [ways()[1] as string, ways()[3] as string]) await expect(connectAsync(url, without)).rejects.toThrow("unable to verify");
});

statement("EV-45", "mqtt.js is told of a bad key, and of a publication that cannot be, by the end of its connection", async () => {
  for (const url of ways()) {
    await expect(mqttJs(url, "wrong")).rejects.toMatchObject({ code: 5 });
    const { client } = await mqttJs(url, own.operator);
    expect(await client.subscribeAsync(`/thngs/${"A".repeat(24)}/properties`)).toMatchObject([{ qos: 0 }]);
    // Without reconnection mqtt.js keeps the message for a connection that never comes.
    const gone = new Promise((resolve) => client.once("close", () => resolve("closed")));
    client.publish(`/thngs/${"A".repeat(24)}/properties`, "[]", { qos: 1 });
    expect(await gone).toBe("closed");
  }
});

statement("EV-6 EV-73 EV-74", "mosquitto_sub and mosquitto_pub, plain and with --cafile, also for the first value", async () => {
  const as = (key: string) => ["-u", "authorization", "-P", key];
  const plain = ["-h", "127.0.0.1", "-p", String(cloud.ports.mqtt)];
  const secure = ["-h", "localhost", "-p", String(cloud.ports.mqtts), "--cafile", cloud.ca];
  const topic = `/thngs/${own.thng}/properties/temperature`;
  const subs = [];
  for (const at of [plain, secure]) subs.push(await mosquittoSub([...at, ...as(own.operator), "-t", topic, "-q", "1", "-C", "2"]));
  for (const [value, at] of [plain, secure].entries()) {
    expect(await mosquittoPub([...at, ...as(own.device), "-t", topic, "-q", "1", "-m", `[{"value":${value}}]`]).done).toEqual({ code: 0, output: "" });
  }
  for (const sub of subs) {
    for (const value of [0, 1]) expect(JSON.parse(await messageLine(sub))).toMatchObject([{ key: "temperature", value }]);
    expect((await sub.done).code).toBe(0);
  }
  const first = await mosquittoSub([...secure, ...as(own.operator), "-t", `${topic}?pubStates=1`, "-C", "1"]);
  expect(JSON.parse(await messageLine(first))).toMatchObject([{ key: "temperature", value: 1 }]);
  expect((await mosquittoPub([...plain, ...as("wrong"), "-t", topic, "-m", "[]"]).done).code).not.toBe(0);
});

statement("EV-6 EV-67 EV-68", "npm's ws on a topic: with a header, with the key in the address, and 403 without, plain and under TLS", async () => {
  const path = `/thngs/${own.thng}/properties/temp`;
  for (const at of [`ws://127.0.0.1:${cloud.ports.http}`, `wss://localhost:${cloud.ports.https}`]) {
    for (const [url, headers] of [[`${at}${path}`, { authorization: own.device }], [`${at}${path}?access_token=${own.operator}`, {}]] as const) {
      const socket = new WebSocket(url, { headers, ca });
      closers.push(() => socket.terminate());
      socket.on("open", () => socket.send(JSON.stringify([{ value: 37.2 }])));
      const data = await new Promise<Buffer>((resolve, reject) => {
        socket.on("message", resolve);
        socket.on("error", reject);
      });
      expect(JSON.parse(data.toString())).toMatchObject([{ key: "temp", value: 37.2 }]);
    }
    const refused = new WebSocket(`${at}${path}`, { ca });
    const error = await new Promise<Error>((resolve) => refused.on("error", resolve));
    expect(error.message).toBe("Unexpected server response: 403");
  }
});

statement("EV-6 EV-10", "npm's evrythng as a device: finds itself, updates properties and location, makes actions; MQTT hears all", async () => {
  const { client, inbox } = await mqttJs(ways()[0] as string, own.operator);
  await client.subscribeAsync([`/thngs/${own.thng}/properties`, `/thngs/${own.thng}/location`, "/actions/_go"]);
  const device = new Device(own.device);
  await device.init();
  expect(device).toMatchObject({ id: own.thng, name: "thng" });
  await device.property("k").update(5);
  expect((await inbox.next()).json).toMatchObject([{ key: "k", value: 5 }]);
  await device.property().update({ a: 1, b: true });
  expect((await inbox.next()).json).toMatchObject([{ key: "a", value: 1 }, { key: "b", value: true }]);
  expect(await device.property("k").read()).toMatchObject([{ value: 5 }]);
  await device.locations().update([{ position: { type: "Point", coordinates: [8.5, 47.4] } }]);
  expect((await inbox.next()).json).toMatchObject([{ latitude: 47.4, longitude: 8.5 }]);
  const made = await device.action("_go").create({ customFields: { speed: 1 } });
  expect(made).toMatchObject({ type: "_go", thng: own.thng });
  expect((await inbox.next()).json).toMatchObject({ id: made.id, product: own.product });
  const failure = api({ url: "/projects", apiKey: own.device }).catch((error: Error) => JSON.parse(error.message) as unknown);
  expect(await failure).toMatchObject({ status: 403, errors: [expect.any(String)] });
});

statement("EV-6 EV-9", "npm's evrythng as an operator: makes and changes all that there is, and reads it back", async () => {
  const operator = new Operator(readFileSync(cloud.operatorKey, "latin1").trim());
  await operator.init();
  const project = await operator.project().create({ name: "project" });
  const application = await operator.project(project.id).application().create({ name: "app", socialNetworks: {} });
  expect(application["appApiKey"]).toMatch(/^\w{80}$/);
  const product = await operator.product().setProject(project.id).create({ name: "product" });
  const thng = await operator.thng().setProject(project.id).create({ name: "thng", product: product.id });
  await operator.actionType().create({ name: "_custom" });
  await thng.property("colour").create("red");
  await thng.property("colour").update("blue");
  expect((await operator.thng(thng.id).property("colour").read()).map(({ value }) => value)).toEqual(["blue", "red"]);
  await operator.thng(thng.id).action("_custom").create({ tags: ["x"] });
  await operator.product(product.id).action("_custom").create({});
  expect(await operator.action("_custom").read()).toHaveLength(2);
  const collection = await operator.collection().create({ name: "collection" });
  await operator.collection(collection.id).thng().update([thng.id]);
  expect(await operator.collection(collection.id).thng().read()).toMatchObject([{ id: thng.id }]);
  await operator.collection(collection.id).thng().delete();
  expect(await operator.collection(collection.id).thng().read()).toEqual([]);
  const { thngApiKey } = await api({ url: "/auth/evrythng/thngs", method: "post", apiKey: readFileSync(cloud.operatorKey, "latin1").trim(), data: { thngId: thng.id } });
  const device = new Device(String(thngApiKey));
  await device.init();
  expect(device.id).toBe(thng.id);
  await operator.thng(thng.id).update({ name: "renamed" });
  expect(await operator.thng(thng.id).read()).toMatchObject({ name: "renamed", properties: { colour: "blue" } });
  await operator.actionType("_custom").delete();
  await operator.thng(thng.id).delete();
  await expect(operator.thng(thng.id).read()).rejects.toThrow("404");
});

test("the operator's key is in a file of its owner's alone, stays over restarts, and the state cannot be used twice", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "motet-evrythng-"));
  closers.push(() => rmSync(stateDir, { recursive: true }));
  const first = await startEvrythng({ stateDir });
  const key = readFileSync(first.operatorKey, "latin1");
  expect(statSync(first.operatorKey).mode & 0o777).toBe(0o600);
  await expect(startEvrythng({ stateDir })).rejects.toThrow("in use");
  await first.close();
  await first.close();
  const second = await startEvrythng({ stateDir });
  expect(readFileSync(second.operatorKey, "latin1")).toBe(key);
  expect(second.model.authenticate(key.trim())).toMatchObject({ kind: "operator" });
  await second.close();
  await expect(startEvrythng({ http: cloud.ports.http })).rejects.toThrow(`The http port ${cloud.ports.http} on 127.0.0.1 is in use`);
  await expect(startEvrythng({ mqtts: cloud.ports.mqtts })).rejects.toThrow("The mqtts port");
});
