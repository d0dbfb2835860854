/** Unit tests of what the MQTT server refuses, and of how a stream may be cut up. */
import { generate } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { bench, connect, publish } from "../../../test/support/mqtt-server";

test("refusals: every CONNACK code, protocol level, empty identifiers", () => {
  const made = bench();
  for (const code of [1, 2, 3, 4, 5] as const) {
    made.answer = code;
    const wire = made.dial();
    wire.send(connect());
    expect(wire.sent).toMatchObject([{ cmd: "connack", returnCode: code, sessionPresent: false }]);
    expect(wire.state.open).toBe(false);
  }
  made.answer = 0;
  const first = (bytes: Buffer): Packet | undefined => {
    const wire = made.dial();
    wire.connection.receive(bytes);
    return wire.sent[0];
  };
  const level = (id: string, number: number): Buffer =>
    Buffer.concat([Buffer.from([0x10, 8 + id.length + 1, 0, id.length]), Buffer.from(id), Buffer.from([number, 2, 0, 0, 0, 1, 0x61])]);
  expect(first(level("MQTT", 4))).toMatchObject({ returnCode: 0 });
  expect(first(level("MQIsdp", 3))).toMatchObject({ returnCode: 0 });
  for (const [id, number] of [["MQTT", 3], ["MQIsdp", 4], ["MQTT", 6], ["MQTT", 0x84]] as const) {
    expect(first(level(id, number))).toMatchObject({ returnCode: 1 });
  }
  expect(first(generate(connect({ protocolVersion: 5 })))).toMatchObject({ returnCode: 1 });
  expect(first(generate(connect({ clientId: "" })))).toMatchObject({ returnCode: 0 });
  const stale = generate(connect({ clientId: "x", clean: false }));
  expect(first(Buffer.concat([Buffer.from([0x10, 12, 0, 4]), Buffer.from("MQTT"), Buffer.from([4, 0, 0, 0, 0, 0])]))).toMatchObject({ returnCode: 2 });
  expect(first(stale)).toMatchObject({ returnCode: 0, sessionPresent: false });
});

const violations: Readonly<Record<string, Buffer | Packet>> = {
  "second CONNECT": connect(),
  "QoS 2": publish({ qos: 2 }),
  "QoS 3": Buffer.from([0x36, 5, 0, 1, 0x74, 0, 1]),
  "identifier 0": Buffer.from([0x32, 5, 0, 1, 0x74, 0, 0]),
  "identifier missing": Buffer.from([0x32, 3, 0, 1, 0x74]),
  "identifier from the next packet": Buffer.from([0x32, 3, 0, 1, 0x74, 0xc0, 0]),
  "DUP at QoS 0": Buffer.from([0x38, 3, 0, 1, 0x74]),
  "empty topic": Buffer.from([0x30, 2, 0, 0]),
  "wildcard in a topic": Buffer.from([0x30, 3, 0, 1, 0x23]),
  "NUL in a topic": Buffer.from([0x30, 3, 0, 1, 0]),
  "bad UTF-8": Buffer.from([0x30, 4, 0, 2, 0xc0, 0x80]),
  "SUBSCRIBE flags": Buffer.from([0x80, 6, 0, 1, 0, 1, 0x61, 0]),
  "SUBSCRIBE without filter": Buffer.from([0x82, 2, 0, 1]),
  "filter a#": Buffer.from([0x82, 7, 0, 1, 0, 2, 0x61, 0x23, 0]),
  "SUBSCRIBE QoS 3": Buffer.from([0x82, 6, 0, 1, 0, 1, 0x61, 3]),
  "UNSUBSCRIBE without filter": Buffer.from([0xa2, 2, 0, 1]),
  "PUBACK of one byte": Buffer.from([0x40, 1, 0, 0xc0, 0]),
  "PINGREQ with a body": Buffer.from([0xc0, 1, 0]),
  "type 0": Buffer.from([0, 0]),
  "type 15": Buffer.from([0xf0, 0]),
  "a server's packet": Buffer.from([0x20, 2, 0, 0]),
  "length of five bytes": Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]),
};

test.each(Object.entries(violations))("a violation ends the connection, with its will, and not the server: %s", (_name, bytes) => {
  const { host, connected, closed, published } = bench();
  const wire = connected("one", { will: { topic: "w", payload: Buffer.from("x"), qos: 0, retain: false } });
  wire.connection.receive(Buffer.isBuffer(bytes) ? bytes : generate(bytes));
  expect(wire.state.open).toBe(false);
  wire.send(publish());
  host.advance(0);
  expect([published.length, closed.length, closed[0]?.topic]).toEqual([0, 1, "w"]);
  connected("another");
});

test("any cutting of the stream gives the same packets", () => {
  const stream = Buffer.concat([connect(), publish(), publish({ messageId: 2, payload: Buffer.alloc(300, 7) }), { cmd: "pingreq" as const }].map((packet) => generate(packet as Packet)));
  for (const step of [1, 2, 3, 7, 100, stream.length]) {
    const { dial, published } = bench();
    const wire = dial();
    for (let at = 0; at < stream.length; at += step) wire.connection.receive(stream.subarray(at, at + step));
    expect(wire.sent.map((packet) => packet.cmd)).toEqual(["connack", "puback", "puback", "pingresp"]);
    expect(published.map((one) => one.payload.length)).toEqual([1, 300]);
  }
});
