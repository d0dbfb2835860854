/** The MQTT client against Mosquitto, unchanged; MQTT.js stands for the app's side. */
import { connectAsync } from "mqtt";
import type { MqttClient } from "mqtt";
import { MqttCode, mqttDisconnect, mqttPublish, mqttSubscribe, mqttTick, mqttUnsubscribe } from "../../firmware/protocol/mqtt/session";
import type { MqttOptions } from "../../firmware/protocol/mqtt/session";
import { mosquittoPath, openBroker, openDevice } from "./mosquitto";
import type { Broker, Device } from "./mosquitto";

const isRequired = (process.env["MOTET_REQUIRE"] ?? "").split(",").includes("mosquitto");

let broker: Broker;
let app: MqttClient;
/** What the app has received: topic, payload, retain flag. */
let received: [string, string, boolean][];
let wakeApp: () => void;

const count = (device: Device, kind: string): number => device.heard.filter((event) => event[0] === kind).length;
const first = (device: Device, kind: string): unknown => device.heard.find((event) => event[0] === kind);

function publish(device: Device, ref: number, qos: number, payload = `m${ref}`, retain = false): number {
  device.messages.set(ref, { topic: "up", payload });
  return mqttPublish(device.session, device.sink, "up", payload, qos, retain, ref, device.uptime);
}

async function connected(options: Partial<MqttOptions>): Promise<Device> {
  const device = openDevice(options);
  await device.open(broker.port);
  await device.until(() => count(device, "connected") === 1);
  return device;
}

async function subscribed(device: Device, filters: string[], qos: number): Promise<unknown> {
  const packetId = mqttSubscribe(device.session, device.sink, filters, qos, device.uptime);
  await device.until(() => device.heard.some((event) => event[0] === "subscribed" && event[1] === packetId));
  return device.heard.find((event) => event[0] === "subscribed" && event[1] === packetId)![2];
}

/** Waits until the app has received `payload`. */
async function appHas(payload: string): Promise<void> {
  while (!received.some((message) => message[1] === payload)) await new Promise<void>((resolve) => (wakeApp = resolve));
}

async function openApp(): Promise<void> {
  received = [];
  app = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0 });
  app.on("error", () => undefined);
  app.on("message", (topic, payload, packet) => {
    received.push([topic, payload.toString("latin1"), packet.retain]);
    wakeApp();
  });
  wakeApp = () => undefined;
  await app.subscribeAsync(["up", "gone"], { qos: 1 });
}

if (mosquittoPath === undefined) {
  test("mosquitto is not installed, so the client was not tried against it", () => expect(isRequired).toBe(false));
} else {
  beforeEach(async () => {
    broker = await openBroker();
    await openApp();
  });
  afterEach(async () => {
    await app.endAsync(true);
    await broker.remove();
  });

  test("QoS 0 and 1 both ways, retain, 20,000 characters, and an end in order", async () => {
    const device = await connected({ clientId: "both", cleanSession: true, packetBytesMax: 100000 });
    expect(await subscribed(device, ["down/#", "exact", "+/one"], 1)).toBe("010101");
    expect(await subscribed(device, ["zero"], 0)).toBe("00");
    const long = "\u00e9".repeat(20000);
    publish(device, 1, 0);
    publish(device, 2, 1, Buffer.from(long).toString("latin1"), true);
    await device.until(() => count(device, "acknowledged") === 1);
    await appHas("m1");
    await appHas(Buffer.from(long).toString("latin1"));
    await app.publishAsync("down/a", Buffer.from([0, 255, 128]), { qos: 1 });
    await app.publishAsync("zero", long, { qos: 1 });
    await app.publishAsync("exact", "", { qos: 0 });
    await device.until(() => count(device, "deliver") === 3);
    expect(device.heard.filter((event) => event[0] === "deliver")).toEqual([
      ["deliver", "down/a", "\u0000\u00ff\u0080", 1],
      ["deliver", "zero", Buffer.from(long).toString("latin1"), 0],
      ["deliver", "exact", "", 0],
    ]);
    const packetId = mqttUnsubscribe(device.session, device.sink, ["exact"], device.uptime);
    await device.until(() => device.heard.some((event) => event[0] === "subscribed" && event[1] === packetId));
    await app.publishAsync("exact", "after", { qos: 1 });
    await app.publishAsync("x/one", "last", { qos: 1 });
    await device.until(() => count(device, "deliver") === 4);
    expect(device.heard.at(-1)).toEqual(["deliver", "x/one", "last", 1]);
    mqttDisconnect(device.session, device.sink);
    await device.until(() => count(device, "lost") === 1);
    expect(count(device, "close")).toBe(1);
  });

  test("200 publishes through a window of 16 arrive once each, in order", async () => {
    const device = await connected({ clientId: "many", window: 16 });
    for (let ref = 0; ref < 200; ref += 1) {
      await device.until(() => device.session.publishIds.length < 16);
      expect(publish(device, ref, 1)).toBe(0);
    }
    const isFull = device.session.publishIds.length === 16;
    expect(publish(device, 200, 1)).toBe(isFull ? MqttCode.windowFull : 0);
    await appHas("m199");
    expect(received.slice(0, 200).map((message) => message[1])).toEqual(Array.from({ length: 200 }, (_, ref) => `m${ref}`));
    await device.cut();
  });

  test("the will comes after a cut, and not after DISCONNECT", async () => {
    const options = { cleanSession: true, will: { topic: "gone", payload: "cut", qos: 1, retain: false } };
    const orderly = await connected({ ...options, clientId: "orderly", will: { ...options.will, payload: "orderly" } });
    mqttDisconnect(orderly.session, orderly.sink);
    await orderly.until(() => count(orderly, "lost") === 1);
    const device = await connected({ ...options, clientId: "cut" });
    await device.cut();
    await appHas("cut");
    expect(received).toEqual([["gone", "cut", false]]);
  });

  test("a session resumes after a cut: re-sent with DUP and the same identifiers, and what came meanwhile is delivered", async () => {
    const device = await connected({ clientId: "resume" });
    await subscribed(device, ["down"], 1);
    device.isDeaf = true;
    for (const ref of [1, 2, 3]) publish(device, ref, 1);
    await appHas("m3");
    await device.cut();
    await app.publishAsync("down", "meanwhile", { qos: 1 });
    device.isDeaf = false;
    await device.open(broker.port);
    await device.until(() => count(device, "acknowledged") === 3 && count(device, "deliver") === 1);
    expect(device.heard.filter((event) => event[0] === "connected")).toEqual([["connected", false], ["connected", true]]);
    expect(device.heard.filter((event) => event[0] === "resend").map((event) => event[1])).toEqual([1, 2, 3]);
    expect(device.sent.filter((bytes) => bytes.charCodeAt(0) === 0x3a)).toHaveLength(3);
    expect(device.heard.filter((event) => event[0] === "acknowledged").map((event) => event[1])).toEqual([1, 2, 3]);
    expect(first(device, "deliver")).toEqual(["deliver", "down", "meanwhile", 1]);
    await device.cut();
  });

  test("a broker that restarts, in order and killed: nothing is lost; sessions are there or not as CONNACK says", async () => {
    const device = await connected({ clientId: "restart" });
    await subscribed(device, ["down"], 1);
    for (const [signal, present] of [["SIGTERM", true], ["SIGKILL", false]] as const) {
      device.heard.length = 0;
      device.isDeaf = true;
      publish(device, 7, 1, `before ${signal}`);
      await appHas(`before ${signal}`);
      await broker.stop(signal);
      await device.until(() => count(device, "lost") === 1);
      device.isDeaf = false;
      await broker.start();
      await app.endAsync(true);
      await openApp();
      await device.open(broker.port);
      await device.until(() => count(device, "acknowledged") === 1);
      await appHas(`before ${signal}`);
      expect([signal, first(device, "connected")]).toEqual([signal, ["connected", present]]);
    }
    await device.cut();
  });

  test("PINGREQ is answered, and a broker that stands still is found out", async () => {
    const device = await connected({ clientId: "ping", keepAliveSec: 60 });
    for (let i = 0; i < 3; i += 1) {
      device.uptime += 54000;
      mqttTick(device.session, device.sink, device.uptime);
      expect(device.session.pingedAt).toBe(device.uptime);
      await device.until(() => device.session.pingedAt === -1);
    }
    device.isDeaf = true;
    device.uptime += 54000;
    mqttTick(device.session, device.sink, device.uptime);
    device.uptime += 10000;
    mqttTick(device.session, device.sink, device.uptime);
    expect(first(device, "close")).toEqual(["close", MqttCode.keepAliveTimeout]);
    await device.until(() => count(device, "lost") === 1);
  });

  test("a refused CONNECT is reported as refused, and a second client of the same id ends the first", async () => {
    const refused = openDevice({ clientId: "refused", user: "nobody", password: "wrong" });
    await refused.open(broker.port);
    await refused.until(() => count(refused, "lost") === 1);
    expect(refused.heard).toEqual([["close", MqttCode.refusedAuthorization], ["lost"]]);
    const one = await connected({ clientId: "same" });
    const two = await connected({ clientId: "same" });
    await one.until(() => count(one, "lost") === 1);
    expect(count(two, "lost")).toBe(0);
    await two.cut();
  });
}
