/** Unit tests of the MQTT server, without sockets: each limit at its value and one above, and what ends a connection. */
import { generate } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { bench, connect, message, publish } from "../../../test/support/mqtt-server";
import type { MqttClient, Published, Transport } from "./service";

test("connectionsMax: the last one is served, one more is closed unread", () => {
  const { server, dial } = bench({ connectionsMax: 2 });
  dial();
  expect(dial().state.open).toBe(true);
  const transport = { abort: jest.fn() } as unknown as Transport;
  expect(server.accept(transport)).toBeUndefined();
  expect(transport.abort).toHaveBeenCalled();
  expect(server.connections()).toBe(2);
});

test("connectTimeoutMs: a CONNECT that is not complete in time ends the connection, drip by drip or not at all", () => {
  const { host, dial, server } = bench({ connectTimeoutMs: 1000 });
  const slow = dial();
  const bytes = generate(connect());
  for (let i = 0; i < 9; i++) {
    host.advance(100);
    slow.connection.receive(bytes.subarray(i, i + 1));
  }
  host.advance(99);
  expect(slow.state.open).toBe(true);
  host.advance(1);
  expect(slow.state.open).toBe(false);
  host.advance(0);
  expect(server.connections()).toBe(0);
});

test("keep-alive: one and a half of it in silence ends the connection, anything heard begins it anew", () => {
  const { host, connected, closed } = bench();
  const will = { topic: "w", payload: Buffer.from("gone"), qos: 1, retain: false };
  const wire = connected("one", { keepalive: 10, will });
  host.advance(14999);
  wire.send({ cmd: "pingreq" });
  expect(wire.sent.shift()).toMatchObject({ cmd: "pingresp" });
  host.advance(14999);
  expect(wire.state.open).toBe(true);
  host.advance(1);
  expect(wire.state.open).toBe(false);
  host.advance(0);
  expect(closed).toMatchObject([{ topic: "w", payload: Buffer.from("gone"), qos: 1 }]);
  const without = connected("two", { keepalive: 0 });
  host.advance(10 ** 9);
  expect(without.state.open).toBe(true);
});

test("packetBytesMax: refused from the length alone, before the packet comes", () => {
  const size = (bytes: number): Packet => publish({ qos: 0, messageId: undefined, payload: Buffer.alloc(bytes - 3) });
  const { connected, published } = bench({ packetBytesMax: 1000 });
  const wire = connected();
  wire.send(size(1000));
  expect(published).toHaveLength(1);
  wire.connection.receive(generate(size(1001)).subarray(0, 3));
  expect(wire.state.open).toBe(false);
});

test("topicBytesMax, clientIdBytesMax: at the limit and one above", () => {
  const { connected, dial } = bench({ topicBytesMax: 10, clientIdBytesMax: 8 });
  const wire = connected("12345678");
  wire.send(publish({ topic: "0123456789" }));
  expect(wire.sent.shift()).toMatchObject({ cmd: "puback" });
  wire.send({ cmd: "subscribe", messageId: 2, subscriptions: [{ topic: "0123456789", qos: 1 }, { topic: "0123456789a", qos: 1 }] });
  expect(wire.sent.shift()).toMatchObject({ granted: [1, 0x80] });
  wire.send(publish({ topic: "0123456789a" }));
  expect(wire.state.open).toBe(false);
  const long = dial();
  long.send(connect({ clientId: "123456789" }));
  expect(long.sent).toMatchObject([{ cmd: "connack", returnCode: 2 }]);
  const will = dial();
  will.send(connect({ will: { topic: "0123456789a", payload: Buffer.from(""), qos: 0, retain: false } }));
  expect(will.state.open).toBe(false);
});

test("subscriptionsMax: one more is refused, one again is not", () => {
  const { connected } = bench({ subscriptionsMax: 2 });
  const wire = connected();
  const ask = (...topics: string[]): void => wire.send({ cmd: "subscribe", messageId: 3, subscriptions: topics.map((topic) => ({ topic, qos: 2 as const })) });
  ask("a", "b", "c", "a");
  expect(wire.sent.shift()).toMatchObject({ granted: [1, 1, 0x80, 1] });
  wire.send({ cmd: "unsubscribe", messageId: 4, unsubscriptions: ["a", "never"] });
  expect(wire.sent.shift()).toMatchObject({ cmd: "unsuback", messageId: 4 });
  ask("c", "no");
  expect(wire.sent.shift()).toMatchObject({ granted: [1, 0x80] });
});

test("inflightMax and queuedMax: a window, a queue in order behind it, and an end", () => {
  const { connected, clients } = bench({ inflightMax: 2, queuedMax: 3 });
  const wire = connected();
  const [client] = clients as [MqttClient];
  for (let i = 0; i < 5; i++) client.deliver({ topic: `t${i}`, payload: Buffer.from("") }, 1);
  expect(wire.sent.map((packet) => (packet as Published).topic)).toEqual(["t0", "t1"]);
  wire.send({ cmd: "puback", messageId: 999 });
  for (let i = 0; i < 5; i++) wire.send({ cmd: "puback", messageId: (wire.sent[i] as { messageId: number }).messageId });
  expect(wire.sent.map((packet) => (packet as Published).topic)).toEqual(["t0", "t1", "t2", "t3", "t4"]);
  for (let i = 0; i < 5; i++) client.deliver(message(), 1);
  expect(wire.state.open).toBe(true);
  client.deliver(message(), 1);
  expect(wire.state.open).toBe(false);
  client.deliver(message(), 1);
});

test("packet identifiers go round past those in flight and never are 0", () => {
  const { connected, clients } = bench({ inflightMax: 2 });
  const wire = connected();
  const seen: number[] = [];
  for (let i = 0; i < 70000; i++) {
    clients[0]?.deliver(message(), 1);
    const { messageId } = wire.sent.pop() as { messageId: number };
    seen.push(messageId);
    if (i > 0) wire.send({ cmd: "puback", messageId });
  }
  expect(Math.min(...seen)).toBe(1);
  expect(Math.max(...seen)).toBe(65535);
  expect(seen.filter((id) => id === seen[0])).toHaveLength(1);
});

test("unreadBytesMax: a client that does not read is disconnected; pauseBytes: its own flood waits", () => {
  const { connected, clients } = bench({ unreadBytesMax: 1000, pauseBytes: 100 });
  const wire = connected();
  wire.state.unread = 101;
  wire.send({ cmd: "pingreq" });
  expect(wire.state.paused).toBe(true);
  wire.state.unread = 0;
  wire.connection.drained();
  expect(wire.state.paused).toBe(false);
  wire.state.unread = 1000;
  clients[0]?.deliver(message(), 0);
  expect(wire.state.open).toBe(true);
  wire.state.unread = 1001;
  clients[0]?.deliver(message(), 0);
  expect(wire.state.open).toBe(false);
});

test("packetsPerSecMax: beyond it the client is not read until the second is over", () => {
  const { host, connected } = bench({ packetsPerSecMax: 3 });
  host.advance(5000);
  const wire = connected();
  host.advance(200);
  for (let i = 0; i < 2; i++) wire.send({ cmd: "pingreq" });
  expect(wire.state.paused).toBe(false);
  wire.send({ cmd: "pingreq" });
  wire.send({ cmd: "pingreq" });
  expect(wire.state.paused).toBe(true);
  host.advance(1000);
  expect(wire.state.paused).toBe(false);
});

test("takeover: the older connection of a name ends, with its will", () => {
  const { host, connected, closed, server } = bench();
  const old = connected("same", { will: { topic: "w", payload: Buffer.from("x"), qos: 0, retain: false } });
  connected("same");
  expect(old.state.open).toBe(false);
  host.advance(0);
  expect(closed).toMatchObject([{ topic: "w" }]);
  expect(server.connections()).toBe(1);
  server.close();
  host.advance(0);
  expect([closed.length, server.connections()]).toEqual([2, 0]);
});

test("a publish that is not taken gets no PUBACK; what came before DISCONNECT does", () => {
  const made = bench();
  const wire = made.connected();
  wire.connection.receive(Buffer.concat([generate(publish()), generate({ cmd: "disconnect" })]));
  expect(wire.sent).toMatchObject([{ cmd: "puback", messageId: 1 }]);
  made.takes = false;
  const refused = made.connected("two");
  refused.send(publish());
  expect([refused.sent, refused.state.open]).toEqual([[], false]);
  made.takes = true;
  const violating = made.connected("three");
  violating.connection.receive(Buffer.concat([generate(publish()), Buffer.from([0, 0]), generate(publish())]));
  expect([violating.sent, violating.state.open]).toMatchObject([[{ cmd: "puback", messageId: 1 }], false]);
});
