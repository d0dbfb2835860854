/** MQTT 3.1.1, what packets look like: text, flags, lengths, topics. The device is the client. */
import { MqttCode, MqttPhase, mqttConnect, mqttPublish, mqttSubscribe, mqttUnsubscribe } from "../../firmware/protocol/mqtt/session";
import { connect, connectedPeer, feed, heardOf, hex, openPeer, packetBytes, say, toHex, utf8 } from "./mqtt-peer";
import type { Peer } from "./mqtt-peer";
import { statement } from "./statement";

const publish = (peer: Peer, topic: string, qos = 0): number => mqttPublish(peer.session, peer.sink, topic, "x", qos, false, 1, peer.uptime);
/** A QoS 0 PUBLISH whose topic is these bytes. */
const published = (topic: string): string => packetBytes({ cmd: "publish", topic: Buffer.from(topic, "latin1") as unknown as string, payload: "", qos: 0, dup: false, retain: false });

/** Bytes that are not text: overlong, surrogate, past the last plane, cut, stray. */
const ILL_FORMED = ["c080", "eda080", "edbfbf", "f4908080", "f8888080", "c3", "e282", "80", "61ff"];

statement("MQTT-1.5.3-1", "text is sent and taken only if it is well-formed", () => {
  for (const text of ["\u00e9", "\u6f22", "\u{1f600}"]) {
    const peer = connectedPeer();
    expect(publish(peer, utf8(text))).toBe(0);
    expect(peer.sent.at(-1)).toMatchObject({ cmd: "publish", topic: text });
    expect(feed(peer, published(utf8(text)))).toBe(0);
    expect(heardOf(peer, "deliver")).toEqual([["deliver", utf8(text), "", 0]]);
  }
  for (const bytes of ILL_FORMED.map(hex)) {
    const peer = connectedPeer();
    expect(publish(peer, bytes)).toBe(MqttCode.invalid);
    expect(mqttSubscribe(peer.session, peer.sink, [bytes], 0, peer.uptime)).toBe(0);
    expect(feed(peer, published(bytes))).toBe(MqttCode.protocolError);
    expect(peer.heard.at(-1)).toEqual(["close", MqttCode.protocolError]);
    expect(heardOf(peer, "send")).toHaveLength(1);
    expect(openPeer({ clientId: bytes }).session.phase).toBe(MqttPhase.invalid);
    expect(openPeer({ user: bytes }).session.phase).toBe(MqttPhase.invalid);
    expect(openPeer({ will: { topic: bytes, payload: "", qos: 0, retain: false } }).session.phase).toBe(MqttPhase.invalid);
  }
});

statement("MQTT-1.5.3-2 MQTT-4.7.3-2", "U+0000 is neither sent nor taken", () => {
  const peer = connectedPeer();
  expect(publish(peer, "a\u0000b")).toBe(MqttCode.invalid);
  expect(mqttSubscribe(peer.session, peer.sink, ["a/\u0000"], 0, peer.uptime)).toBe(0);
  expect(openPeer({ clientId: "a\u0000" }).session.phase).toBe(MqttPhase.invalid);
  expect(openPeer({ user: "\u0000" }).session.phase).toBe(MqttPhase.invalid);
  expect(feed(peer, published("a\u0000b"))).toBe(MqttCode.protocolError);
  expect(heardOf(peer, "deliver")).toEqual([]);
});

statement("MQTT-1.5.3-3", "U+FEFF is kept, both ways", () => {
  const peer = connectedPeer();
  const topic = hex("efbbbf") + "t";
  expect(publish(peer, topic)).toBe(0);
  expect(peer.sentBytes.at(-1)).toContain(topic);
  expect(feed(peer, published(topic))).toBe(0);
  expect(heardOf(peer, "deliver")).toEqual([["deliver", topic, "", 0]]);
});

statement("MQTT-2.2.2-1 MQTT-3.8.1-1 MQTT-3.10.1-1", "the flags of every packet the client sends", () => {
  const peer = connectedPeer();
  mqttSubscribe(peer.session, peer.sink, ["a"], 1, peer.uptime);
  mqttUnsubscribe(peer.session, peer.sink, ["a"], peer.uptime);
  say(peer, { cmd: "publish", topic: "a", payload: "", qos: 1, messageId: 9, dup: true, retain: true });
  expect(peer.sentBytes.map((bytes) => bytes.charCodeAt(0))).toEqual([0x10, 0x82, 0xa2, 0x40]);
});

/** A body that is right for the packet type, so that only the first byte can be wrong. */
function bodyOf(first: number): string {
  const type = first >> 4;
  if (type === 3) return hex((first & 6) === 0 ? "03 0001 61" : "05 0001 61 0001");
  return hex({ 2: "02 0000", 9: "03 0001 00", 13: "00" }[type] ?? "02 0001");
}

statement("MQTT-2.2.2-2 MQTT-3.3.1-4 MQTT-OWN-05", "of the 256 first bytes, those that a broker may send are taken and all others close", () => {
  const taken = [0x30, 0x31, 0x32, 0x33, 0x3a, 0x3b, 0x40, 0x90, 0xb0, 0xd0];
  for (let first = 0; first < 256; first += 1) {
    const peer = connectedPeer();
    const byte = String.fromCharCode(first);
    const code = taken.includes(first) ? 0 : MqttCode.protocolError;
    expect([first, feed(peer, byte + bodyOf(first))]).toEqual([first, code]);
    expect(heardOf(peer, "close")).toHaveLength(code === 0 ? 0 : 1);
    // Refused at the first byte already, before anything is kept.
    const early = connectedPeer();
    expect(feed(early, byte)).toBe(code);
  }
});

statement("MQTT-2.2.3", "remaining length from one byte to four, and not five", () => {
  const limit = 268435455;
  const peer = connectedPeer({ packetBytesMax: limit + 5 });
  for (const [length, digits] of [[3, "03"], [127, "7f"], [128, "8001"], [16383, "ff7f"], [16384, "808001"], [2097151, "ffff7f"], [2097152, "80808001"]] as const) {
    const payload = "p".repeat(length - 3);
    expect(mqttPublish(peer.session, peer.sink, "t", payload, 0, false, 0, peer.uptime)).toBe(0);
    expect(toHex(peer.sentBytes.at(-1)!.substring(0, 1 + digits.length / 2))).toBe("30" + digits);
    expect(feed(peer, hex("30" + digits) + hex("0001") + "t" + payload)).toBe(0);
    expect(heardOf(peer, "deliver").at(-1)).toEqual(["deliver", "t", payload, 0]);
  }
  expect(feed(peer, hex("30 ffffff7f"))).toBe(0);
  expect(peer.session.needed).toBe(limit + 5);
  const malformed = connectedPeer({ packetBytesMax: limit + 5 });
  expect(feed(malformed, hex("30 ffffff"))).toBe(0);
  expect(feed(malformed, hex("ff"))).toBe(MqttCode.protocolError);
  expect(feed(connectedPeer({ packetBytesMax: limit + 5 }), hex("30 ffffffff 01"))).toBe(MqttCode.protocolError);
});

statement("MQTT-2.3.1-5", "a QoS 0 PUBLISH has no packet identifier", () => {
  const peer = connectedPeer();
  publish(peer, "t");
  expect(peer.sentBytes.at(-1)).toBe(hex("30 04 0001 74 78"));
});

statement("MQTT-3.8.3-3 MQTT-3.10.3-2 MQTT-3.8.3-4", "SUBSCRIBE and UNSUBSCRIBE have filters, and nothing beside the QoS", () => {
  const peer = connectedPeer();
  expect(mqttSubscribe(peer.session, peer.sink, [], 0, peer.uptime)).toBe(0);
  expect(mqttUnsubscribe(peer.session, peer.sink, [], peer.uptime)).toBe(0);
  for (const qos of [2, 3, -1, 128]) expect(mqttSubscribe(peer.session, peer.sink, ["a"], qos, peer.uptime)).toBe(0);
  expect(mqttSubscribe(peer.session, peer.sink, ["a", "b/#"], 1, peer.uptime)).toBe(1);
  expect(peer.sentBytes.at(-1)).toBe(hex("82 0c 0001 0001 61 01 0003 622f23 01"));
  expect(mqttUnsubscribe(peer.session, peer.sink, ["a"], peer.uptime)).toBe(2);
  expect(peer.sentBytes.at(-1)).toBe(hex("a2 05 0002 0001 61"));
  expect(peer.sentBytes).toHaveLength(3);
});

statement("MQTT-3.3.2-1 MQTT-3.3.2-2 MQTT-4.7.1-1 MQTT-4.7.3-1", "topic names have characters, and no wildcards", () => {
  for (const topic of ["", "+", "#", "a/+", "a/#", "a+b", "#a"]) {
    const peer = connectedPeer();
    expect(publish(peer, topic)).toBe(MqttCode.invalid);
    expect(feed(peer, published(topic))).toBe(MqttCode.protocolError);
    expect(heardOf(peer, "deliver")).toEqual([]);
    expect(openPeer({ will: { topic, payload: "", qos: 0, retain: false } }).session.phase).toBe(MqttPhase.invalid);
  }
  // The topic runs past the packet.
  for (const bytes of ["30 00", "30 01 00", "30 03 0002 61", "32 04 0002 61 00", "32 04 0001 61 00"]) {
    expect([bytes, feed(connectedPeer(), hex(bytes))]).toEqual([bytes, MqttCode.protocolError]);
  }
});

const RIGHT = ["#", "+", "/", "//", "a", "a/", "/a", "a/b", "a/#", "/#", "+/#", "+/+", "/+", "+/", "a/+/b", "a/+", "+/b", "$SYS/#", "a b", "a//b", "+//+", "a/+/+/#", utf8("\u00e9/+")];
const WRONG = ["", "a#", "#a", "#/", "#/a", "a/#/b", "a/b#", "a/#b", "##", "+#", "#+", "a+", "+a", "a+/b", "a/+b", "a/b+/c", "++", "a/++"];

statement("MQTT-4.7.1-2 MQTT-4.7.1-3", "a table of 41 filters", () => {
  expect(RIGHT.length + WRONG.length).toBe(41);
  for (const filter of RIGHT) {
    const peer = connectedPeer();
    expect([filter, mqttSubscribe(peer.session, peer.sink, [filter], 0, peer.uptime)]).toEqual([filter, 1]);
    expect(heardOf(peer, "send")).toHaveLength(2);
  }
  for (const filter of WRONG) {
    const peer = connectedPeer();
    expect([filter, mqttSubscribe(peer.session, peer.sink, ["good", filter], 0, peer.uptime)]).toEqual([filter, 0]);
    expect([filter, mqttUnsubscribe(peer.session, peer.sink, [filter], peer.uptime)]).toEqual([filter, 0]);
    expect(heardOf(peer, "send")).toHaveLength(1);
  }
});

statement("MQTT-4.7.3-3", "65535 bytes of topic or filter, and not one more", () => {
  const peer = connectedPeer({ packetBytesMax: 70000 });
  const longest = "t".repeat(65535);
  expect(publish(peer, longest)).toBe(0);
  expect(mqttSubscribe(peer.session, peer.sink, [longest], 0, peer.uptime)).toBe(1);
  expect(feed(peer, published(longest))).toBe(0);
  expect(publish(peer, longest + "t")).toBe(MqttCode.invalid);
  expect(mqttSubscribe(peer.session, peer.sink, [longest + "t"], 0, peer.uptime)).toBe(0);
});

statement("MQTT-OWN-01", "a packet at the limit is taken, one above is refused when its length is read", () => {
  const limit = 300;
  const peer = connectedPeer({ packetBytesMax: limit });
  const atLimit = published("t".repeat(limit - 5));
  expect(atLimit).toHaveLength(limit);
  expect(feed(peer, atLimit)).toBe(0);
  expect(feed(peer, published("t".repeat(limit - 4)).substring(0, 3))).toBe(MqttCode.packetTooLarge);
  expect(peer.heard.at(-1)).toEqual(["close", MqttCode.packetTooLarge]);
  expect(peer.session.pending).toBe("");
});

statement("MQTT-OWN-03 MQTT-OWN-04", "two packets in a chunk, and one packet over three", () => {
  const peer = openPeer();
  mqttConnect(peer.session, peer.sink, peer.uptime);
  const message = packetBytes({ cmd: "publish", topic: "a/b", payload: "hello", qos: 1, messageId: 5, dup: false, retain: false });
  expect(feed(peer, packetBytes({ cmd: "connack", sessionPresent: false, returnCode: 0 }) + message + message)).toBe(0);
  expect(heardOf(peer, "deliver")).toHaveLength(2);
  expect(feed(peer, message.substring(0, 1))).toBe(0);
  expect(feed(peer, message.substring(1, 9))).toBe(0);
  expect(heardOf(peer, "deliver")).toHaveLength(2);
  expect(feed(peer, message.substring(9) + message.substring(0, 3))).toBe(0);
  expect(heardOf(peer, "deliver").at(-1)).toEqual(["deliver", "a/b", "hello", 1]);
  expect(heardOf(peer, "deliver")).toHaveLength(3);
  expect(peer.session.pending).toBe(message.substring(0, 3));
});

statement("MQTT-OWN-02", "one byte at a time gives what one blob gives", () => {
  const stream = [
    packetBytes({ cmd: "publish", topic: "a", payload: "x".repeat(200), qos: 0, dup: false, retain: true }),
    packetBytes({ cmd: "suback", messageId: 1, granted: [0, 128] }),
    packetBytes({ cmd: "publish", topic: "b", payload: "", qos: 1, messageId: 65535, dup: true, retain: false }),
    packetBytes({ cmd: "puback", messageId: 2 }),
    packetBytes({ cmd: "unsuback", messageId: 3, granted: [] }),
    packetBytes({ cmd: "pingresp" }),
    hex("36"),
  ].join("");
  const run = (cut: (peer: Peer) => void): unknown => {
    const peer = openPeer();
    connect(peer);
    mqttSubscribe(peer.session, peer.sink, ["a", "b"], 1, peer.uptime);
    mqttPublish(peer.session, peer.sink, "t", "x", 1, false, 77, peer.uptime);
    mqttUnsubscribe(peer.session, peer.sink, ["a"], peer.uptime);
    cut(peer);
    return peer.heard;
  };
  const whole = run((peer) => void feed(peer, stream));
  expect(run((peer) => Array.from(stream).forEach((byte) => feed(peer, byte)))).toEqual(whole);
  for (let at = 1; at < stream.length; at += 1) {
    expect(run((peer) => { feed(peer, stream.substring(0, at)); feed(peer, stream.substring(at)); })).toEqual(whole);
  }
});
