/**
 * thethings.iO over MQTT: the statements MQ-* on connecting, activating and the examples, on real sockets.
 */
import { readFileSync } from "node:fs";
import { connectAsync } from "mqtt";
import { activate, closers, cloud, json, mqttJs, open, peer, settled, subscribe, values } from "../interop/cloud-mqtt";
import { coapPeer, mosquittoPub, mosquittoSub, messageLine } from "../interop/cloud-peers";
import { expectSilent } from "../support/canary";
import { statement } from "./statement";
import { call, manualHost } from "./thethings-peer";

statement("MQ-2", "each of many subscribers of a topic gets each message once, the publisher too", async () => {
  const { thingToken } = (await open()).model.createThing();
  const topic = `v2/things/${thingToken}`;
  const all = await Promise.all(Array.from({ length: 12 }, (_, i) => peer(`sub${i}`)));
  for (const one of all) await subscribe(one, topic);
  all[0]?.send({ cmd: "publish", topic, payload: values(["fun", "1"]), qos: 0, dup: false, retain: false });
  for (const one of all) {
    const got = await one.inbox.next();
    expect(got).toMatchObject({ cmd: "publish", topic, qos: 0, retain: false, dup: false });
    expect(json(got as { payload: unknown })).toMatchObject([{ key: "fun", value: "1" }]);
    await settled(one);
  }
});

statement("MQ-3 MQ-4", "one broker serves things and apps, on the port that it is given", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  // A thing publishes; an application of another user's making listens on the same broker and the same port.
  const app = await mqttJs(`mqtt://127.0.0.1:${cloud.mqtt}`);
  await app.client.subscribeAsync(`v2/things/${thingToken}`);
  const thing = await peer("thing");
  expect(thing.socket.remotePort).toBe(cloud.mqtt);
  thing.send({ cmd: "publish", topic: `v2/things/${thingToken}`, payload: values(["a", 1]), qos: 0, dup: false, retain: false });
  expect(JSON.parse((await app.inbox.next()).text)).toMatchObject([{ key: "a", value: 1 }]);
});

statement("MQ-5 MQ-8", "an activation code or a token made by hand is enough, and nothing else is needed to connect", async () => {
  await open({ model: { activationCodes: ["code-1"] } });
  const one = await peer("one");
  const token = await activate(one, "code-1", "0.7231");
  const byHand = cloud.model.createThing().thingToken;
  for (const each of [token, byHand]) {
    await subscribe(one, `v2/things/${each}`, 1);
    one.send({ cmd: "publish", topic: `v2/things/${each}`, payload: values(["k", true]), qos: 1, dup: false, retain: false, messageId: 9 });
    const got = [await one.inbox.next(), await one.inbox.next()];
    expect(got.map((packet) => packet.cmd).sort()).toEqual(["puback", "publish"]);
  }
});

statement("MQ-6", "a code activates once; a second use and an unknown code get the error", async () => {
  await open({ model: { activationCodes: ["code-1"] } });
  const one = await peer("one");
  expect(await activate(one, "code-1", "aa")).toMatch(/^[A-Za-z0-9_-]{43}$/);
  for (const [code, channel] of [["code-1", "bb"], ["code-2", "cc"]]) {
    await subscribe(one, `v2/activations/${code}/${channel}`);
    expect(json((await one.inbox.next()) as never)).toEqual({ status: "error", message: "Error creating thing" });
  }
  expect(cloud.model.counts.things).toBe(1);
});

statement("MQ-7", "a fleet of 200 gets 200 tokens", async () => {
  const codes = Array.from({ length: 200 }, (_, i) => `code-${i}`);
  await open({ model: { activationCodes: codes } });
  const tokens = await Promise.all(codes.map(async (code) => activate(await peer(code), code, `0.${code.length}1`)));
  expect(new Set(tokens).size).toBe(200);
});

statement("MQ-9", "MQTT, CoAP and REST share one pool of codes", async () => {
  await open({ model: { activationCodes: ["m", "c", "r"] } });
  const device = await peer("one");
  const coap = await coapPeer(cloud.coap);
  closers.push(() => coap.close());
  const used = { status: "error", message: "Error creating thing" };
  const overCoap = async (code: string): Promise<unknown> =>
    JSON.parse(String((await coap.ask("POST", "v2/things", { payload: JSON.stringify({ activationCode: code }) })).payload));
  const overRest = async (code: string): Promise<unknown> =>
    (await call(cloud.rest, "/v2/things", { body: { activationCode: code } })).json;
  const overMqtt = async (code: string): Promise<unknown> => {
    await subscribe(device, `v2/activations/${code}/other`);
    return json((await device.inbox.next()) as never);
  };
  await activate(device, "m", "ch");
  expect(await overCoap("c")).toMatchObject({ status: "created" });
  expect(await overRest("r")).toMatchObject({ status: "created" });
  for (const code of ["m", "c", "r"]) {
    expect(await overMqtt(code)).toEqual(used);
    expect(await overCoap(code)).toEqual(used);
    expect(await overRest(code)).toMatchObject({ status: "error" });
  }
  expect(cloud.model.counts.things).toBe(3);
});

statement("MQ-11", "mosquitto_pub, mosquitto_sub and mqtt.js 5 work unchanged", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const at = ["-h", "127.0.0.1", "-p", String(cloud.mqtt), "-t", `v2/things/${thingToken}`];
  const sub = await mosquittoSub([...at, "-q", "1", "-C", "1"]);
  const { client, inbox } = await mqttJs(`mqtt://127.0.0.1:${cloud.mqtt}`);
  await client.subscribeAsync(`v2/things/${thingToken}`, { qos: 1 });
  const pub = await mosquittoPub([...at, "-q", "1", "-m", values(["fun", "5000"])]).done;
  expect(pub).toEqual({ code: 0, output: "" });
  expect(JSON.parse(await messageLine(sub))).toMatchObject([{ key: "fun", value: "5000" }]);
  expect((await sub.done).code).toBe(0);
  expect(JSON.parse((await inbox.next()).text)).toMatchObject([{ key: "fun", value: "5000" }]);
});

statement("MQ-13 MQ-17", "activating is a subscription: once, on the exact topic, at the QoS granted; again it is the same token", async () => {
  await open({ model: { activationCodes: ["code-1"] } });
  const one = await peer("one");
  const topic = "v2/activations/code-1/8f3a";
  await subscribe(one, topic, 1);
  const first = await one.inbox.next();
  expect(first).toMatchObject({ cmd: "publish", topic, qos: 1 });
  one.send({ cmd: "puback", messageId: first.messageId as number });
  await settled(one);
  const { status, thingToken } = json(first as never) as { status: string; thingToken: string };
  expect(status).toBe("created");
  const thingId = cloud.model.thingId(thingToken) as string;
  expect(cloud.model.tokenOf(thingId)).toBe(thingToken);
  // The answer was lost: another connection with the same channel gets the same token (A2).
  expect(await activate(await peer("two"), "code-1", "8f3a")).toBe(thingToken);
});

statement("MQ-14", "any channel that the device makes up is answered, and only that one", async () => {
  await open({ model: { activationCodes: ["code-1", "code-2"] } });
  const one = await peer("one");
  await subscribe(one, "v2/activations/code-1/other-channel");
  await one.inbox.next();
  const two = await peer("two");
  expect(await activate(two, "code-2", "0.7231584030")).toMatch(/^[A-Za-z0-9_-]{43}$/);
  await settled(one);
});

statement("MQ-15", "two devices at one moment get disjoint tokens, and neither sees the other's answer", async () => {
  const host = manualHost();
  await open({ host, model: { activationCodes: ["a", "b"] }, activationDelayMs: 2000 });
  const [one, two, thief] = [await peer("one"), await peer("two"), await peer("thief")];
  await subscribe(one, "v2/activations/a/1111");
  await subscribe(two, "v2/activations/b/2222");
  await subscribe(thief, "v2/activations/a/3333");
  host.advance(2000);
  const [first, second, third] = [await one.inbox.next(), await two.inbox.next(), await thief.inbox.next()];
  expect(first).toMatchObject({ topic: "v2/activations/a/1111" });
  expect(second).toMatchObject({ topic: "v2/activations/b/2222" });
  expect(third).toMatchObject({ topic: "v2/activations/a/3333" });
  const tokens = [first, second].map((packet) => (json(packet as never) as { thingToken: string }).thingToken);
  expect(new Set(tokens).size).toBe(2);
  expect(json(third as never)).toEqual({ status: "error", message: "Error creating thing" });
  for (const device of [one, two, thief]) await settled(device);
});

statement("MQ-16", "the answer comes after the delay and not a millisecond before; a device that left gets none and keeps its code", async () => {
  const host = manualHost();
  await open({ host, model: { activationCodes: ["a", "b", "c"] }, activationDelayMs: 2000 });
  const one = await peer("one");
  // Asking twice is answered once.
  for (const code of ["a", "a", "b", "c"]) await subscribe(one, `v2/activations/${code}/ch`);
  expect(await one.ask({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["v2/activations/b/ch"] })).toMatchObject({ cmd: "unsuback" });
  const gone = await peer("gone");
  await subscribe(gone, "v2/activations/c/gone");
  gone.socket.destroy();
  await new Promise<void>((resolve) => gone.socket.once("close", () => resolve()));
  host.advance(1999);
  await settled(one);
  host.advance(1);
  expect(await one.inbox.next()).toMatchObject({ topic: "v2/activations/a/ch" });
  expect(await one.inbox.next()).toMatchObject({ topic: "v2/activations/c/ch" });
  await settled(one);
  expect(cloud.model.counts).toMatchObject({ things: 2, codesFree: 1 });
});

statement("MQ-21 MQ-22", "example with MQTT.js: activate a thing, subscribe to its topic, publish, see it", async () => {
  await open({ model: { activationCodes: ["code-1"] }, activationDelayMs: 5 });
  const { client, inbox } = await mqttJs(`mqtt://127.0.0.1:${cloud.mqtt}`);
  await client.subscribeAsync("v2/activations/code-1/0.554320987");
  const { status, thingToken } = JSON.parse((await inbox.next()).text) as { status: string; thingToken: string };
  expect(status).toBe("created");
  await client.unsubscribeAsync("v2/activations/code-1/0.554320987");
  await client.subscribeAsync(`v2/things/${thingToken}`);
  await client.publishAsync(`v2/things/${thingToken}`, values(["temperature", 21.5]), { qos: 1 });
  const update = await inbox.next();
  expect(update.topic).toBe(`v2/things/${thingToken}`);
  expect(JSON.parse(update.text)).toMatchObject([{ key: "temperature", value: 21.5 }]);
});

statement("MQ-23", "example over TLS: the certificate is checked, by mqtt.js and by mosquitto_pub", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const ca = readFileSync(cloud.ca);
  const { client, inbox } = await mqttJs(`mqtts://localhost:${cloud.mqtts}`, { ca, rejectUnauthorized: true });
  await client.subscribeAsync(`v2/things/${thingToken}`);
  const at = ["-h", "localhost", "-p", String(cloud.mqtts), "-t", `v2/things/${thingToken}`, "-m", values(["a", 1])];
  expect(await mosquittoPub([...at, "--cafile", cloud.ca]).done).toEqual({ code: 0, output: "" });
  expect(JSON.parse((await inbox.next()).text)).toMatchObject([{ key: "a", value: 1 }]);
  await expect(connectAsync(`mqtts://localhost:${cloud.mqtts}`, { reconnectPeriod: 0, rejectUnauthorized: true })).rejects.toThrow("unable to verify");
});

statement("MQ-24", "example last will: a lost connection writes it, a DISCONNECT does not", async () => {
  await open();
  const { thingToken } = cloud.model.createThing();
  const topic = `v2/things/${thingToken}`;
  const payload = Buffer.from(values(["LWT", "Device Last Will Testament"]));
  const one = await peer("one");
  await subscribe(one, topic);
  const polite = await peer("polite", { will: { topic, payload, qos: 0, retain: false } });
  polite.send({ cmd: "disconnect" });
  await polite.closed;
  await settled(one);
  const lost = await peer("lost", { will: { topic, payload, qos: 0, retain: false } });
  lost.socket.resetAndDestroy();
  expect(json((await one.inbox.next()) as never)).toMatchObject([{ key: "LWT", value: "Device Last Will Testament" }]);
  expect(cloud.model.read(thingToken, "LWT", [])).toMatchObject({ ok: true });
  expect(cloud.model.counts.values).toBe(1);
});

statement("SEC-5", "no token, code, channel or payload is in any event of the cloud", async () => {
  await open({ model: { activationCodes: ["canary-code"] } });
  const one = await peer("canary-client", { username: "canary-user", password: Buffer.from("canary-pass") });
  const token = await activate(one, "canary-code", "canary-channel");
  const bad = await peer("bad");
  one.send({ cmd: "publish", topic: `v2/things/${token}`, payload: "canary-payload", qos: 0, dup: false, retain: false });
  one.send({ cmd: "publish", topic: "v2/things/canary-token", payload: values(["a", 1]), qos: 0, dup: false, retain: false });
  one.send({ cmd: "publish", topic: `v2/things/${token}/canary-sub`, payload: "x", qos: 0, dup: false, retain: false });
  await subscribe(one, "v2/activations/canary-unknown/canary-channel");
  await one.inbox.next();
  bad.raw(Buffer.concat([Buffer.from([0x30, 20, 0, 40]), Buffer.from(token)]));
  await bad.closed;
  expect(cloud.events.length).toBeGreaterThan(5);
  const secrets = ["canary-code", "canary-channel", "canary-payload", "canary-token", "canary-sub", "canary-unknown", "canary-user", "canary-pass"];
  expectSilent(JSON.stringify(cloud.events), [token, ...secrets]);
});
