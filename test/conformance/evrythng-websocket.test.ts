/**
 * EVRYTHNG on WebSockets: MQTT in frames, and native sockets: the statements EV-55, EV-56, EV-59, EV-61 to EV-65, EV-67 and EV-68.
 */
import { generate, parser } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { WebSocket } from "ws";
import { Inbox, connectPacket, until } from "../interop/cloud-peers";
import { cloud, closers, make, message, native, open, peer, publish, quiet, rest, subscribe, tenant } from "../interop/evrythng-cloud";
import type { Tenant } from "../interop/evrythng-cloud";
import { rows } from "./evrythng-rows";
import { crossed, statement } from "./statement";

interface FramedPeer {
  readonly socket: WebSocket;
  readonly inbox: Inbox<Packet>;
  /** Sends bytes in frames of at most `size`. */
  send(packets: readonly Packet[], size?: number): void;
}

/** MQTT in frames that are cut as a test wants them. */
async function framed(protocols: string | string[], path = "/mqtt"): Promise<FramedPeer> {
  const socket = new WebSocket(`ws://127.0.0.1:${cloud.http}${path}`, protocols);
  closers.push(() => socket.terminate());
  const inbox = new Inbox<Packet>();
  const reader = parser({ protocolVersion: 4 });
  reader.on("packet", (packet) => inbox.put(packet));
  socket.on("message", (data: Buffer, isBinary) => {
    expect(isBinary).toBe(true);
    crossed(data);
    reader.parse(data);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  const send = (packets: readonly Packet[], size = 1e6): void => {
    const bytes = Buffer.concat(packets.map((packet) => generate(packet)));
    for (let from = 0; from < bytes.length; from += size) socket.send(bytes.subarray(from, from + size));
  };
  return { socket, inbox, send };
}

const closedWith = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.once("close", resolve));

function connectAs(of: Tenant): Packet {
  return connectPacket({ clientId: "framed", username: "authorization", password: Buffer.from(of.operator) });
}

statement("EV-55 EV-56", "MQTT in frames is MQTT: packets share frames and span them, of any size", async () => {
  await open();
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/a`;
  const packets: readonly Packet[] = [
    connectAs(own),
    { cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] },
    { cmd: "publish", topic, payload: '[{"value":1}]', qos: 1, messageId: 2, dup: false, retain: false },
    { cmd: "pingreq" },
  ];
  for (const size of [1, 2, 3, 7, 64, 1e6]) {
    const one = await framed(["mqtt"]);
    one.send(packets, size);
    const got = [];
    for (let i = 0; i < 5; i++) got.push((await one.inbox.next()).cmd);
    expect(got).toEqual(expect.arrayContaining(["connack", "suback", "puback", "publish", "pingresp"]));
    one.socket.terminate();
  }
});

statement("EV-56", "each topic is published on and heard of in frames as it is over TCP, by one and the other", async () => {
  for (const row of Object.values(rows)) {
    await open();
    const own = tenant(cloud.model);
    const topic = row.topic(own);
    const listener = await peer(own.operator, "listener");
    await subscribe(listener, topic);
    const one = await framed(["mqtt"]);
    one.send([connectAs(own), { cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] }]);
    expect([(await one.inbox.next()).cmd, (await one.inbox.next()).cmd]).toEqual(["connack", "suback"]);
    one.send([{ cmd: "publish", topic, payload: JSON.stringify(row.body(own)), qos: 1, messageId: 2, dup: false, retain: false }]);
    const got = [await one.inbox.next(), await one.inbox.next()];
    const heard = got.find(({ cmd }) => cmd === "publish") as { topic: string; payload: Buffer };
    expect(got.map(({ cmd }) => cmd).sort()).toEqual(["puback", "publish"]);
    expect(heard.topic).toBe(topic);
    expect(JSON.parse(heard.payload.toString())).toMatchObject(row.notice(own) as object);
    expect((await message(listener)).json).toMatchObject(row.notice(own) as object);
  }
});

statement("EV-56", "what MQTT refuses it refuses in frames: a bad key, a bad publication, a second CONNECT", async () => {
  await open();
  const own = tenant(cloud.model);
  const bad = await framed(["mqtt"]);
  bad.send([connectPacket({ username: "authorization", password: Buffer.from("wrong") })]);
  expect(await bad.inbox.next()).toMatchObject({ cmd: "connack", returnCode: 5 });
  await closedWith(bad.socket);
  for (const packet of [connectAs(own), { cmd: "publish", topic: "/nothing", payload: "{}", qos: 1, messageId: 1, dup: false, retain: false }] as Packet[]) {
    const one = await framed(["mqtt"]);
    const closed = closedWith(one.socket);
    one.send([connectAs(own), packet]);
    expect(await one.inbox.next()).toMatchObject({ cmd: "connack", returnCode: 0 });
    await closed;
    expect(one.inbox.untaken).toEqual([]);
  }
});

statement("EV-56", "the subprotocol is mqtt or mqttv3.1, by the client's order; without one there is no MQTT, and a text frame ends it", async () => {
  await open();
  const own = tenant(cloud.model);
  for (const [offered, chosen] of [[["mqtt"], "mqtt"], [["mqttv3.1"], "mqttv3.1"], [["other", "mqttv3.1", "mqtt"], "mqttv3.1"]] as const) {
    expect((await framed([...offered])).socket.protocol).toBe(chosen);
  }
  await expect(framed([])).rejects.toThrow("400");
  await expect(framed(["other"], "/mqtt/")).rejects.toThrow("400");
  const one = await framed(["mqtt"]);
  one.send([connectAs(own)]);
  expect(await one.inbox.next()).toMatchObject({ returnCode: 0 });
  const closed = closedWith(one.socket);
  one.socket.send("text");
  expect(await closed).toBe(1003);
});

statement("EV-59", "one MQTT socket hears of many topics, a native one of its own", async () => {
  await open();
  const own = tenant(cloud.model);
  const one = await framed(["mqtt"]);
  const topics = [`/thngs/${own.thng}/properties/a`, `/thngs/${own.thng}/actions/all`, "/actions/_go", `/products/${own.product}/properties`];
  one.send([connectAs(own), { cmd: "subscribe", messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 0 as const })) }]);
  await one.inbox.next();
  await one.inbox.next();
  const socket = await native(topics[0] as string, own.operator);
  await rest("PUT", topics[0] as string, own.operator, [{ value: 1 }]);
  await rest("PUT", topics[3] as string, own.operator, [{ key: "b", value: 2 }]);
  await rest("POST", topics[1] as string, own.operator, { type: "_go" });
  const heard = [];
  for (let i = 0; i < 4; i++) heard.push((await one.inbox.next()) as { topic?: string });
  expect(heard.map(({ topic }) => topic).sort()).toEqual([...topics].sort());
  expect(JSON.parse(await socket.inbox.next())).toMatchObject([{ key: "a", value: 1 }]);
  await quiet(socket);
});

statement("EV-61 EV-62 EV-63 EV-67", "a native socket on a topic, its key in a header: it hears of the topic, and what it sends is published", async () => {
  await open();
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/temp`;
  const listener = await peer(own.operator, "listener");
  await subscribe(listener, topic);
  const socket = await native(topic, own.device);
  socket.send([{ value: 37.2 }]);
  expect(JSON.parse(await socket.inbox.next())).toMatchObject([{ key: "temp", value: 37.2 }]);
  expect((await message(listener)).json).toMatchObject([{ value: 37.2 }]);
  socket.socket.send(Buffer.from('[{"value":38}]'));
  expect(JSON.parse(await socket.inbox.next())).toMatchObject([{ value: 38 }]);
  expect((await rest("GET", topic, own.operator)).json).toMatchObject([{ value: 38 }, { value: 37.2 }]);
  // What cannot be published is passed over, and the socket stays.
  for (const bad of ["", "{", "{}", '[{"value":null}]', "\u0000"]) socket.socket.send(bad);
  socket.socket.send(Buffer.from([0xff, 0xfe]));
  socket.send([{ value: 39 }]);
  expect(JSON.parse(await socket.inbox.next())).toMatchObject([{ value: 39 }]);
  await quiet(socket);
  const before = cloud.model.counts.listeners;
  socket.socket.close();
  await until(() => cloud.model.counts.listeners === before - 1);
});

statement("EV-64 EV-68", "its key in the address, as browsers give it; with pubStates the last value comes at first", async () => {
  await open();
  const own = tenant(cloud.model);
  const topic = `/thngs/${own.thng}/properties/temp`;
  await rest("PUT", topic, own.operator, [{ value: 1 }]);
  const socket = await native(`${topic}?access_token=${own.device}&pubStates=1`);
  expect(JSON.parse(await socket.inbox.next())).toMatchObject([{ key: "temp", value: 1 }]);
  socket.send([{ value: 37.2 }]);
  expect(JSON.parse(await socket.inbox.next())).toMatchObject([{ value: 37.2 }]);
  // A browser that offers a protocol of its own is not turned away for it.
  const offered = new WebSocket(`ws://127.0.0.1:${cloud.http}${topic}?access_token=${own.device}`, ["json"]);
  closers.push(() => offered.terminate());
  await new Promise<void>((resolve, reject) => {
    offered.once("open", () => resolve());
    offered.once("error", reject);
  });
});

statement("EV-65", "no key, a bad one, no permission, a wrong id or path: 403 on the handshake, without a body", async () => {
  await open();
  const [own, other] = [tenant(cloud.model), tenant(cloud.model)];
  const sibling = make(cloud.model, own.operator, "create", "/thngs", { name: "sibling" }).id;
  const topic = `/thngs/${own.thng}/properties`;
  const refused: [string, string?][] = [
    [topic], [topic, "wrong"], [`${topic}?access_token=wrong`], [topic, other.operator], [topic, own.app], [`/thngs/${sibling}/properties`, own.device],
    [`/batches/${own.batch}/tasks`, own.user], [`/thngs/${"A".repeat(24)}/properties`, own.operator], ["/thngs", own.operator], ["/nothing", own.operator], ["/", own.operator],
    [`/thngs/${own.thng}/actions/_unknown`, own.operator], [`/products/${own.product}`, own.operator], [`${topic}?project=unknown`, own.operator], [`/actions/all/${own.thng}`, own.operator],
  ];
  for (const [path, key] of refused) await expect(native(path, key)).rejects.toThrow("Unexpected server response: 403");
  expect(cloud.model.counts.listeners).toBe(0);
  const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${cloud.http}${topic}`);
    socket.on("unexpected-response", (_request, response) => {
      let body = "";
      response.on("data", (part: Buffer) => (body += part.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    socket.on("error", reject);
  });
  expect(answer).toEqual({ status: 403, body: "" });
});

statement("EV-62", "the end of a collection reaches a native socket as an empty message; a topic without publications takes none", async () => {
  await open();
  const own = tenant(cloud.model);
  const socket = await native(`/collections/${own.collection}`, own.operator);
  const tasks = await native(`/batches/${own.batch}/tasks`, own.operator);
  tasks.send({ type: "POPULATING" });
  await quiet(tasks);
  expect(await publish(await peer(own.operator), `/collections/${own.collection}`, { name: "n" })).toBe(true);
  expect(JSON.parse(await socket.inbox.next())).toMatchObject({ name: "n" });
  await rest("DELETE", `/collections/${own.collection}`, own.operator);
  expect(await socket.inbox.next()).toBe("");
});
