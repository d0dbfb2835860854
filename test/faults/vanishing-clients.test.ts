/**
 * Clients that vanish in the middle of a flood, and clients that do not read: nobody else notices, and memory is bounded.
 *
 * Real sockets: a reset (RST, no DISCONNECT) is what a device that lost its power looks like once it is back.
 */
import { generate } from "mqtt-packet";
import { budget } from "../support/budget";
import { connectPacket, connectedPeer, mqttPeer, openThethings, until } from "../interop/cloud-peers";
import type { MqttPeer, PeersCloud } from "../interop/cloud-peers";

let cloud: PeersCloud;
beforeEach(async () => (cloud = await openThethings()));
afterEach(() => cloud.close());

const vanishing = 200;
const rounds = 20;

function flood(topic: string, count: number): Buffer {
  const payload = JSON.stringify({ values: [{ key: "noise", value: 1 }] });
  const packets = Array.from({ length: count }, (_, i) => {
    const qos = (i % 2) as 0 | 1;
    return generate({ cmd: "publish", topic, payload, qos, dup: false, retain: false, ...(qos === 1 ? { messageId: i + 1 } : {}) });
  });
  // Cut off inside a packet: that is how they vanish.
  return Buffer.concat(packets).subarray(0, -7);
}

/** Publishes at QoS 1 and waits for the PUBACK and for the delivery of the very message. */
async function roundTrip(peer: MqttPeer, topic: string, messageId: number): Promise<void> {
  const payload = JSON.stringify({ values: [{ key: "beat", value: messageId }] });
  peer.send({ cmd: "publish", topic, payload, qos: 1, messageId, dup: false, retain: false });
  const got = [await peer.inbox.next(), await peer.inbox.next()];
  expect(got.map((packet) => packet.cmd).sort()).toEqual(["puback", "publish"]);
  const delivered = got.find((packet) => packet.cmd === "publish");
  if (delivered?.cmd === "publish") expect(String(delivered.payload)).toContain(`"value":${messageId},`);
}

test(`${vanishing} clients vanish in the middle of a flood, ${rounds} times of ${rounds}, and another client notices nothing`, async () => {
  const quiet = `v2/things/${cloud.model.createThing().thingToken}`;
  const noisy = `v2/things/${cloud.model.createThing().thingToken}`;
  const other = await connectedPeer(cloud.mqtt, { clientId: "other" });
  await other.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: quiet, qos: 0 }] });
  const bytes = flood(noisy, 40);
  const subscribe = generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: noisy, qos: 1 }] });
  for (let round = 0; round < rounds; round++) {
    const crowd = Array.from({ length: vanishing }, (_, i) => {
      const peer = mqttPeer(cloud.mqtt);
      peer.send(connectPacket({ clientId: `crowd-${i}`, will: { topic: noisy, payload: Buffer.from('{"values":[{"key":"lwt","value":1}]}'), qos: 0, retain: false } }));
      // A tenth of them also listens to the flood of all.
      if (i % 10 === 0) peer.raw(subscribe);
      return peer;
    });
    await Promise.all(crowd.map((peer) => peer.inbox.next()));
    for (const peer of crowd) peer.raw(bytes);
    const half = Promise.race(crowd.map((peer) => peer.inbox.next()));
    await half;
    for (const peer of crowd) peer.socket.resetAndDestroy();
    for (let i = 1; i <= 10; i++) await roundTrip(other, quiet, round * 10 + i);
    await until(() => cloud.mqttServer.connections() === 1);
  }
  expect(other.socket.destroyed).toBe(false);
  other.socket.destroy();
}, 120000);

test("a subscriber that never reads is disconnected at its limit of unread bytes; the writer is not held up", async () => {
  const topic = `v2/things/${cloud.model.createThing().thingToken}`;
  const reader = await connectedPeer(cloud.mqtt, { clientId: "reader" });
  await reader.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] });
  reader.socket.pause();
  const writer = await connectedPeer(cloud.mqtt, { clientId: "writer" });
  const payload = JSON.stringify({ values: [{ key: "big", value: "x".repeat(8000) }] });
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let i = 1; cloud.mqttServer.connections() === 2; i++) {
    // What the kernel takes for the reader is a few mebibytes; then the cloud has to keep it, up to its limit.
    if (i > 4000) throw new Error("still connected");
    writer.send({ cmd: "publish", topic, payload, qos: 1, messageId: i, dup: false, retain: false });
    expect(await writer.inbox.next()).toMatchObject({ cmd: "puback", messageId: i });
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(cloud.events).toContainEqual(expect.objectContaining({ event: "mqtt-closed", reason: "does not read" }));
  expect(most).toBeLessThan(64 * 1048576);
  reader.socket.destroy();
  writer.socket.destroy();
}, 60000);

test("a subscriber that reads and never acknowledges is disconnected when the queue is full", async () => {
  const topic = `v2/things/${cloud.model.createThing().thingToken}`;
  const deaf = await connectedPeer(cloud.mqtt, { clientId: "deaf" });
  await deaf.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 1 }] });
  const { inflightMax, queuedMax } = cloud.mqttServer.limits;
  const write = (): unknown => cloud.model.write(topic.slice(10), { values: [{ key: "a", value: 1 }] }, { via: "rest" });
  for (let i = 0; i < inflightMax + queuedMax; i++) write();
  expect(cloud.mqttServer.connections()).toBe(1);
  write();
  await deaf.closed;
  expect(deaf.inbox.untaken).toHaveLength(inflightMax);
});

test("a flooder that does not read its own acknowledgements is not read either", async () => {
  const topic = `v2/things/${cloud.model.createThing().thingToken}`;
  const flooder = await connectedPeer(cloud.mqtt, { clientId: "flooder" });
  await flooder.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos: 0 }] });
  const bytes = flood(topic, budget(2000, 20000));
  flooder.socket.pause();
  flooder.raw(bytes);
  const other = await connectedPeer(cloud.mqtt, { clientId: "other" });
  for (let i = 0; i < 20; i++) expect(await other.ask({ cmd: "pingreq" })).toMatchObject({ cmd: "pingresp" });
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(256 * 1048576);
  flooder.socket.destroy();
  other.socket.destroy();
});
