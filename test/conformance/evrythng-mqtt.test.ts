/**
 * EVRYTHNG over MQTT: credentials, permissions, QoS, keep-alive, wills: the statements EV-2, EV-3, EV-7, EV-38 to EV-40, EV-42, EV-43,
 * EV-45, EV-49, EV-66 and EV-77 to EV-79.
 */
import { readFileSync } from "node:fs";
import { connectPacket, mqttPeer } from "../interop/cloud-peers";
import { cloud, closers, make, message, native, open, peer, publish, rest, silent, subscribe, tenant } from "../interop/evrythng-cloud";
import type { Tenant } from "../interop/evrythng-cloud";
import { expectSilent } from "../support/canary";
import { statement } from "./statement";
import { manualHost } from "./thethings-peer";

/** What a CONNECT is answered. */
async function connack(options: object): Promise<unknown> {
  const one = mqttPeer(cloud.mqtt);
  closers.push(() => one.socket.destroy());
  return one.ask(connectPacket(options));
}

statement("EV-42 EV-79", "user `authorization` with a key as the password, of MQTT 3.1 and 3.1.1, of an operator and of a device", async () => {
  await open();
  const own = tenant(cloud.model);
  for (const [protocolId, protocolVersion] of [["MQIsdp", 3], ["MQTT", 4]] as const) {
    for (const key of [own.operator, own.device, own.user, own.trusted]) {
      const password = Buffer.from(key);
      const mqtt = { protocolId, protocolVersion };
      expect(await connack({ ...mqtt, username: "authorization", password })).toMatchObject({ returnCode: 0, sessionPresent: false });
      expect(await connack({ ...mqtt, username: "Authorization", password })).toMatchObject({ returnCode: 5 });
    }
    const [mqtt, username] = [{ protocolId, protocolVersion }, "authorization"];
    expect(await connack({ ...mqtt, username })).toMatchObject({ returnCode: 5 });
    for (const wrong of [own.operator.slice(1), "", "\xff"]) expect(await connack({ ...mqtt, username, password: Buffer.from(wrong) })).toMatchObject({ returnCode: 5 });
  }
  // A name may be left out with 3.1.1 and a clean session, as Mosquitto's clients do.
  const nameless = { clientId: "", username: "authorization", password: Buffer.from(own.device) };
  expect(await connack(nameless)).toMatchObject({ returnCode: 0 });
  const old = mqttPeer(cloud.mqtt);
  closers.push(() => old.socket.destroy());
  old.raw(Buffer.from("\x10\x0e\x00\x06MQIsdp\x03\x02\x00\x0a\x00\x00", "latin1"));
  expect(await old.inbox.next()).toMatchObject({ returnCode: 2 });
  await open({ broker: { emptyClientId: "refuse" } });
  expect(await connack(nameless)).toMatchObject({ returnCode: 2 });
  const again = tenant(cloud.model);
  // A session is never kept.
  expect(await connack({ clean: false, username: "authorization", password: Buffer.from(again.device) })).toMatchObject({ returnCode: 0, sessionPresent: false });
});

/** Who may do what: the kinds of key, by their first letters, that may listen to a topic and publish on it. */
const table: readonly (readonly [topic: (of: Tenant) => string, body: (of: Tenant) => unknown, listen: string, publish: string])[] = [
  [() => "/actions", () => ({ name: `_t${Math.random()}` }), "otu", "ot"],
  [() => "/actions/all", () => ({ type: "_go" }), "otud", "otud"],
  [() => "/actions/_go", () => ({}), "otud", "otud"],
  [({ thng }) => `/thngs/${thng}`, () => ({ name: "n" }), "otud", "otud"],
  [({ thng }) => `/thngs/${thng}/properties`, () => [{ key: "a", value: 1 }], "otud", "otud"],
  [({ thng }) => `/thngs/${thng}/location`, () => [{ place: "p" }], "otud", "otud"],
  [({ thng }) => `/thngs/${thng}/actions/_go`, () => ({}), "otud", "otud"],
  [({ product }) => `/products/${product}/properties/a`, () => [{ value: 1 }], "otuad", "otud"],
  [({ product }) => `/products/${product}/actions/_go`, () => ({}), "otud", "otud"],
  [({ collection }) => `/collections/${collection}`, () => ({ name: "n" }), "otu", "otu"],
  [({ collection }) => `/collections/${collection}/thngs`, ({ thng }) => [thng], "otu", "otu"],
  [({ collection }) => `/collections/${collection}/actions/_go`, () => ({}), "otu", "otu"],
  [({ batch }) => `/batches/${batch}/tasks`, () => ({ type: "POPULATING" }), "o", ""],
];

statement("EV-43", "each kind of key listens and publishes where it may read and write, and nowhere else", async () => {
  await open({ broker: { badSubscribe: "suback80" } });
  const own = tenant(cloud.model);
  const keys = { o: own.operator, t: own.trusted, u: own.user, a: own.app, d: own.device };
  for (const [topicOf, body, listen, write] of table) {
    const topic = topicOf(own);
    for (const [kind, key] of Object.entries(keys)) {
      const one = await peer(key, kind);
      const suback = await one.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] });
      expect({ topic, kind, suback }).toMatchObject({ suback: { granted: [listen.includes(kind) ? 0 : 0x80] } });
      expect({ topic, kind, published: await publish(one, topic, body(own)) }).toEqual({ topic, kind, published: write.includes(kind) });
      one.socket.destroy();
    }
  }
});

statement("EV-3", "a device's key reaches its thng, the product of it, and actions of its thng; no other device's", async () => {
  await open({ broker: { badSubscribe: "suback80" } });
  const own = tenant(cloud.model);
  const sibling = make(cloud.model, own.operator, "create", "/thngs", { name: "sibling", product: own.product }).id;
  const strange = make(cloud.model, own.operator, "create", "/products", { name: "strange" }).id;
  const device = await peer(own.device, "device");
  for (const topic of [`/thngs/${sibling}/properties`, `/thngs/${sibling}`, `/products/${strange}/properties`, `/thngs/${sibling}/actions/all`]) {
    expect(await device.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] })).toMatchObject({ granted: [0x80] });
  }
  await subscribe(device, "/actions/all");
  // Of the whole account it hears of its own thng alone, and what it makes there is its thng's.
  await rest("POST", `/thngs/${sibling}/actions/_go`, own.operator, {});
  await rest("POST", "/actions/_go", own.operator, {});
  await silent(device);
  expect(await publish(device, "/actions/_go", {})).toBe(true);
  expect((await message(device)).json).toMatchObject({ type: "_go", thng: own.thng, product: own.product });
  expect(await publish(await peer(own.device, "two"), "/actions/_go", { thng: sibling })).toBe(false);
  expect((await rest("GET", "/actions/all", own.device)).json).toMatchObject([{ thng: own.thng }]);
  expect((await rest("GET", "/actions/all", own.device)).json).toHaveLength(1);
  // It cannot make itself a part of something else.
  await rest("PUT", `/thngs/${own.thng}`, own.device, { product: strange });
  expect((await rest("GET", `/products/${strange}`, own.device)).status).toBe(404);
});

statement("EV-7", "what a role may is what it might when its user connected; a new connection has the new rights", async () => {
  await open({ broker: { badSubscribe: "suback80" } });
  const own = tenant(cloud.model);
  const role = make(cloud.model, own.operator, "create", "/roles", { name: "reader", permissions: { thngs: "r" } }).id;
  const key = cloud.model.createKey({ kind: "user", account: own.account, actor: "someone", project: own.project, role });
  const topic = `/thngs/${own.thng}/properties/a`;
  const early = await peer(key, "early");
  const socket = await native(topic, key);
  await rest("PUT", `/roles/${role}`, own.operator, { permissions: { thngs: "u" } });
  // Still a reader, and nothing else.
  await subscribe(early, topic);
  socket.send([{ value: "no" }]);
  const late = await peer(key, "late");
  expect(await late.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] })).toMatchObject({ granted: [0x80] });
  expect(await publish(late, topic, [{ value: "yes" }])).toBe(true);
  expect((await message(early)).json).toMatchObject([{ value: "yes" }]);
  expect(JSON.parse(await socket.inbox.next())).toMatchObject([{ value: "yes" }]);
  expect(await publish(early, topic, [{ value: "no" }])).toBe(false);
  await expect(native(topic, key)).rejects.toThrow("403");
});

statement("EV-38 EV-39 EV-40", "QoS 0 and 1 both ways: the lower of both is delivered; 2 is granted as 1 and never accepted", async () => {
  await open();
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/a`;
  for (const granted of [0, 1, 2] as const) {
    const listener = await peer(own.operator, "listener");
    const suback = await listener.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: granted }] });
    expect(suback).toMatchObject({ granted: [Math.min(granted, 1)] });
    for (const qos of [0, 1] as const) {
      const publisher = await peer(own.operator, "publisher");
      // RETAIN is no feature: it is neither kept nor passed on.
      publisher.send({ cmd: "publish", topic, payload: '[{"value":1}]', qos, dup: false, retain: true, ...(qos === 1 ? { messageId: 1 } : {}) });
      expect((await message(listener)).qos).toBe(Math.min(granted, qos));
    }
    await rest("PUT", topic, own.operator, [{ value: 1 }]);
    expect((await message(listener)).qos).toBe(Math.min(granted, 1));
    const later = await peer(own.operator, "later");
    await subscribe(later, topic);
    await silent(later);
  }
  const two = await peer(own.operator, "two");
  two.send({ cmd: "publish", topic, payload: '[{"value":2}]', qos: 2, messageId: 1, dup: false, retain: false });
  await two.closed;
  expect((await rest("GET", `${topic}`, own.operator)).json).not.toMatchObject([{ value: 2 }]);
});

statement("EV-40", "a message that came twice, for its PUBACK was lost, is written twice and heard at least once", async () => {
  await open();
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/actions/_go`;
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, topic, 1);
  for (const dup of [false, true]) {
    const publisher = await peer(own.device, "publisher");
    expect(await publisher.ask({ cmd: "publish", topic, payload: "{}", qos: 1, messageId: 3, dup, retain: false })).toMatchObject({ cmd: "puback", messageId: 3 });
    publisher.socket.destroy();
  }
  for (let i = 0; i < 2; i++) expect((await message(listener)).json).toMatchObject({ type: "_go" });
});

statement("EV-49", "keep-alive counts up to 120 s, and whoever asks for none or more has that", async () => {
  const host = manualHost();
  await open({ host });
  const own = tenant(cloud.model);
  const clients = [];
  for (const keepalive of [0, 10, 120, 65535]) clients.push(await peer(own.operator, `keep${keepalive}`, { keepalive }));
  const [none, short, longest, longer] = clients as [typeof clients[0], typeof clients[0], typeof clients[0], typeof clients[0]];
  host.advance(14999);
  await silent(short as never);
  host.advance(15000);
  await short?.closed;
  for (const one of [none, longest, longer]) await silent(one as never);
  host.advance(179999);
  for (const one of [none, longest, longer]) await silent(one as never);
  host.advance(180000);
  for (const one of [none, longest, longer]) await one?.closed;
});

statement("EV-78", "a value with its timestamp: the greatest is the latest, equal ones go by arrival", async () => {
  await open();
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/k`;
  const device = await peer(own.device, "device");
  for (const [value, timestamp] of [[1, 1000], [3, 3000], [2, 2000], [4, 3000]]) expect(await publish(device, topic, [{ value, timestamp }])).toBe(true);
  const values = ((await rest("GET", topic, own.operator)).json as { value: number }[]).map(({ value }) => value);
  expect(values).toEqual([4, 3, 2, 1]);
  expect((await rest("GET", `/thngs/${own.thng}/properties`, own.operator)).json).toMatchObject([{ key: "k", value: 4, timestamp: 3000 }]);
});

statement("EV-66 EV-77", "all actions of the account, and of no other", async () => {
  await open();
  const [own, other] = [tenant(cloud.model), tenant(cloud.model)];
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, "/actions/all");
  await rest("POST", "/actions/scans", other.operator, {});
  await rest("POST", "/actions/scans", own.operator, { location: { latitude: 1, longitude: 2 } });
  expect((await message(listener)).json).toMatchObject({ type: "scans", location: { latitude: 1, longitude: 2 }, locationSource: "sensor" });
  await silent(listener);
});

statement("EV-2 EV-45", "a will is a publication like any other; a name is taken over within an account, and not by strangers", async () => {
  await open();
  const [own, other] = [tenant(cloud.model), tenant(cloud.model)];
  const topic = `/thngs/${own.thng}/properties/a`;
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, topic);
  const will = { topic, payload: Buffer.from('[{"value":"gone"}]'), qos: 0 as const, retain: false };
  const first = await peer(own.device, "same", { will });
  const stranger = await peer(other.device, "same", { will });
  await silent(first);
  await peer(own.device, "same");
  await first.closed;
  expect((await message(listener)).json).toMatchObject([{ value: "gone" }]);
  stranger.socket.resetAndDestroy();
  await silent(listener);
});

test("no key, topic, value or name of a client is in any event of the cloud", async () => {
  await open();
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/canary-key`;
  const one = await peer(own.device, "canary-client");
  await subscribe(one, `${topic}?access_token=${own.operator}`);
  await publish(one, topic, [{ value: "canary-value" }]);
  await publish(one, "/canary-topic", "canary-value");
  await connack({ username: "canary-user", password: Buffer.from("canary-password") });
  await expect(native(`${topic}?access_token=canary-token`)).rejects.toThrow("403");
  expect((await rest("GET", topic, "canary-rest")).text).not.toContain("canary");
  expect(cloud.events.length).toBeGreaterThan(3);
  const secrets = Object.values(own).filter((text) => text.length === 80);
  expectSilent(JSON.stringify(cloud.events), [...secrets, "canary-key", "canary-client", "canary-value", "canary-topic", "canary-user", "canary-password", "canary-token", "canary-rest"]);
  expect(readFileSync(cloud.ca, "utf8")).not.toContain("PRIVATE");
});
