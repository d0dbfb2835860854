/** MQTT 3.1.1, messages: QoS 0 and 1 both ways, identifiers, acknowledgements, redelivery. The device is the client. */
import {
  FILTER_PACKETS_MAX,
  MqttCode,
  mqttClosed,
  mqttConnect,
  mqttPublish,
  mqttReceive,
  mqttResend,
  mqttSubscribe,
  mqttUnsubscribe,
} from "../../firmware/protocol/mqtt/session";
import { advance, connect, connectedPeer, feed, heardOf, hex, openPeer, packetBytes, say } from "./mqtt-peer";
import type { Peer } from "./mqtt-peer";
import { crossed, statement } from "./statement";

const publish = (peer: Peer, ref: number, qos = 1): number => mqttPublish(peer.session, peer.sink, "t", `m${ref}`, qos, false, ref, peer.uptime);
const subscribe = (peer: Peer, filters: string[]): number => mqttSubscribe(peer.session, peer.sink, filters, 1, peer.uptime);
const puback = (peer: Peer, messageId: number): number => say(peer, { cmd: "puback", messageId });
const message = (messageId: number, payload: string, dup = false, qos: 0 | 1 = 1): string =>
  packetBytes({ cmd: "publish", topic: "in", payload, qos, dup, retain: false, ...(qos === 1 ? { messageId } : {}) });

/** Answers `sink.resend` until nothing more is asked for, as an owner that reads its batch by ref. */
function answerResends(peer: Peer): void {
  for (let asked = heardOf(peer, "resend").at(-1); asked !== undefined; ) {
    const code = mqttResend(peer.session, peer.sink, asked[2] as number, "t", `m${asked[1] as number}`, false, peer.uptime);
    expect(code).toBe(0);
    const next = peer.heard.at(-1);
    asked = next?.[0] === "resend" ? next : undefined;
  }
}

/** PUBLISHes sent, as [identifier, DUP, payload]. */
const publishes = (peer: Peer): unknown[] => peer.sent.flatMap((packet) => (packet.cmd === "publish" ? [[packet.messageId, packet.dup, String(packet.payload)]] : []));

statement("MQTT-2.3.1-1", "70,000 publishes: no identifier is 0, 65535 is followed by 1", () => {
  const peer = connectedPeer();
  const ids: number[] = [];
  const sink = { ...peer.sink, send: (bytes: string) => { crossed(bytes); ids.push(bytes.charCodeAt(5) * 256 + bytes.charCodeAt(6)); } };
  for (let i = 0; i < 70000; i += 1) {
    mqttPublish(peer.session, sink, "t", "", 1, false, i, peer.uptime);
    mqttReceive(peer.session, sink, hex("4002") + String.fromCharCode(Math.floor(ids[i]! / 256), ids[i]! % 256), peer.uptime);
  }
  expect(ids.every((id, i) => id === (i % 65535) + 1)).toBe(true);
  expect(heardOf(peer, "acknowledged")).toHaveLength(70000);
});

statement("MQTT-2.3.1-2", "an identifier that is waited for is passed over, in publishes and subscriptions", () => {
  const peer = connectedPeer({ window: 3 });
  for (const start of [0, 65534]) {
    peer.session.packetId = start;
    expect(publish(peer, 1)).toBe(0);
    const held = peer.session.packetId;
    peer.session.packetId = (held + 65534) % 65535 === 0 ? 65535 : held - 1;
    expect(publish(peer, 2)).toBe(0);
    expect(peer.session.packetId).toBe((held % 65535) + 1);
    peer.session.packetId = held - 1;
    const filterId = subscribe(peer, ["a"]);
    expect(filterId).toBe(((held + 1) % 65535) + 1);
    peer.session.packetId = held - 1;
    expect(publish(peer, 3)).toBe(0);
    expect(peer.session.packetId).toBe((filterId % 65535) + 1);
    expect(publish(peer, 4)).toBe(MqttCode.windowFull);
    for (const id of peer.session.publishIds.slice()) puback(peer, id);
    say(peer, { cmd: "suback", messageId: filterId, granted: [1] });
  }
});

statement("MQTT-2.3.1-3 MQTT-4.4.0-1 MQTT-3.3.1-1 MQTT-4.6.0-1", "after a reconnect all that is unacknowledged goes out again: same identifiers, DUP, in order", () => {
  for (const sessionPresent of [true, false]) {
    const peer = connectedPeer();
    for (const ref of [10, 11, 12, 13]) publish(peer, ref);
    puback(peer, 2);
    mqttClosed(peer.session);
    connect(peer, sessionPresent);
    expect(publish(peer, 14)).toBe(MqttCode.windowFull);
    answerResends(peer);
    expect(publishes(peer).slice(4)).toEqual([[1, true, "m10"], [3, true, "m12"], [4, true, "m13"]]);
    expect(publish(peer, 14)).toBe(0);
    for (const id of [1, 3, 4, 5]) puback(peer, id);
    expect(heardOf(peer, "acknowledged").map((event) => event[1])).toEqual([11, 10, 12, 13, 14]);
    expect(publish(peer, 15)).toBe(0);
  }
});

statement("MQTT-4.4.0-1", "cut after each packet of an exchange: nothing is lost, nothing is sent again that was acknowledged", () => {
  for (let cut = 0; cut <= 6; cut += 1) {
    const peer = connectedPeer({ window: 3 });
    const steps = [() => publish(peer, 1), () => publish(peer, 2), () => puback(peer, 1), () => publish(peer, 3), () => puback(peer, 2), () => puback(peer, 3)];
    steps.slice(0, cut).forEach((step) => step());
    const acknowledged = new Set(heardOf(peer, "acknowledged").map((event) => event[1]));
    const sent = Math.min(cut, 2) + (cut > 3 ? 1 : 0);
    mqttClosed(peer.session);
    connect(peer, true);
    answerResends(peer);
    const again = publishes(peer).slice(sent).map((entry) => (entry as unknown[])[2]);
    expect(again).toEqual([1, 2, 3].slice(0, sent).filter((ref) => !acknowledged.has(ref)).map((ref) => `m${ref}`));
  }
});

statement("MQTT-3.3.1-2 MQTT-4.3.1-1 MQTT-4.3.2-1", "a first sending has DUP 0; QoS 0 is forgotten, QoS 1 is held until PUBACK", () => {
  const peer = connectedPeer({ window: 1 });
  expect(publish(peer, 1, 0)).toBe(0);
  expect(peer.session.publishIds).toEqual([]);
  expect(publish(peer, 2)).toBe(0);
  expect(publish(peer, 3)).toBe(MqttCode.windowFull);
  expect(publish(peer, 3, 0)).toBe(0);
  expect(publishes(peer)).toEqual([[undefined, false, "m1"], [1, false, "m2"], [undefined, false, "m3"]]);
  puback(peer, 1);
  expect(publish(peer, 3)).toBe(0);
  mqttClosed(peer.session);
  connect(peer, true);
  answerResends(peer);
  expect(publishes(peer).slice(3)).toEqual([[2, false, "m3"], [2, true, "m3"]]);
});

statement("MQTT-3.3.1-3", "what is published after receiving DUP has DUP 0, and the other way round", () => {
  const peer = connectedPeer();
  feed(peer, message(1, "a", true));
  publish(peer, 1);
  mqttClosed(peer.session);
  connect(peer, true);
  feed(peer, message(2, "b"));
  answerResends(peer);
  expect(publishes(peer)).toEqual([[1, false, "m1"], [1, true, "m1"]]);
});

statement("MQTT-2.3.1-6 MQTT-3.3.4-1 MQTT-4.3.2-2 MQTT-4.6.0-2", "PUBACK for each QoS 1 message, with its identifier, in order; none for QoS 0; a second one is a new message", () => {
  const peer = connectedPeer();
  const ids = [1, 256, 65535, 7, 7, 2];
  feed(peer, ids.map((id, i) => message(id, `p${i}`) + message(0, "zero", false, 0)).join(""));
  expect(peer.sent.slice(1)).toHaveLength(ids.length);
  expect(peer.sent.slice(1).map((packet) => [packet.cmd, packet.messageId])).toEqual(ids.map((id) => ["puback", id]));
  expect(heardOf(peer, "deliver").filter((event) => event[3] === 1).map((event) => event[2])).toEqual(["p0", "p1", "p2", "p3", "p4", "p5"]);
  expect(feed(peer, hex("32 05 0001 61 0000"))).toBe(MqttCode.protocolError);
});

statement("MQTT-4.5.0-2", "a message is acknowledged even if the application fails on it, and the next ones come through", () => {
  const peer = connectedPeer();
  const failing = { ...peer.sink, deliver: () => { throw new Error("application"); } };
  const bytes = message(1, "a") + message(2, "b");
  crossed(bytes);
  expect(() => mqttReceive(peer.session, failing, bytes, peer.uptime)).toThrow("application");
  expect(peer.sent.at(-1)).toMatchObject({ cmd: "puback", messageId: 1 });
  // What an engine does after an exception in a callback: the next chunk arrives.
  peer.session.busy = false;
  expect(feed(peer, message(3, "c"))).toBe(0);
  expect(heardOf(peer, "deliver").map((event) => event[2])).toEqual(["b", "c"]);
});

statement("MQTT-2.3.1-7 MQTT-3.9.3-1", "SUBACK is matched by identifier; its codes are given in order; 0x80 surfaces", () => {
  const peer = connectedPeer();
  expect([subscribe(peer, ["a", "b", "c"]), subscribe(peer, ["d"]), mqttUnsubscribe(peer.session, peer.sink, ["a", "b"], peer.uptime)]).toEqual([1, 2, 3]);
  say(peer, { cmd: "suback", messageId: 9, granted: [0] });
  say(peer, { cmd: "unsuback", messageId: 9, granted: [] });
  expect(heardOf(peer, "subscribed")).toEqual([]);
  say(peer, { cmd: "unsuback", messageId: 3, granted: [] });
  say(peer, { cmd: "suback", messageId: 2, granted: [1] });
  say(peer, { cmd: "suback", messageId: 1, granted: [0, 128, 1] });
  say(peer, { cmd: "suback", messageId: 1, granted: [0, 128, 1] });
  expect(heardOf(peer, "subscribed")).toEqual([["subscribed", 3, ""], ["subscribed", 2, "01"], ["subscribed", 1, "008001"]]);
  for (const bytes of ["90 05 0001 000000", "90 03 0001 00", "b0 02 0001", "90 04 0000 0000"]) {
    const other = connectedPeer();
    subscribe(other, ["a", "b"]);
    expect(feed(other, hex(bytes))).toBe(MqttCode.protocolError);
  }
  const unsubscribed = connectedPeer();
  mqttUnsubscribe(unsubscribed.session, unsubscribed.sink, ["a"], unsubscribed.uptime);
  expect(feed(unsubscribed, hex("90 03 0001 00"))).toBe(MqttCode.protocolError);
});

statement("MQTT-3.9.3-2", "of the 256 codes of SUBACK four are taken", () => {
  for (let code = 0; code < 256; code += 1) {
    const peer = connectedPeer();
    subscribe(peer, ["a"]);
    expect(feed(peer, hex("90 03 0001") + String.fromCharCode(code))).toBe([0, 1, 2, 128].includes(code) ? 0 : MqttCode.protocolError);
  }
});

statement("MQTT-2.3.1-7", `${FILTER_PACKETS_MAX} subscriptions wait at a time, one more is refused; none outlives the connection`, () => {
  const peer = connectedPeer();
  for (let i = 1; i <= FILTER_PACKETS_MAX; i += 1) expect(subscribe(peer, ["a"])).toBe(i);
  expect(subscribe(peer, ["a"])).toBe(0);
  expect(mqttUnsubscribe(peer.session, peer.sink, ["a"], peer.uptime)).toBe(0);
  mqttClosed(peer.session);
  connect(peer, true);
  say(peer, { cmd: "suback", messageId: 1, granted: [0] });
  expect(heardOf(peer, "subscribed")).toEqual([]);
  expect(subscribe(peer, ["a"])).toBe(FILTER_PACKETS_MAX + 1);
});

statement("MQTT-OWN-06", "no answer closes when its time is over, not before; nothing is sent again meanwhile", () => {
  const acts: ((peer: Peer) => unknown)[] = [(peer) => publish(peer, 1), (peer) => subscribe(peer, ["a"]), (peer) => mqttUnsubscribe(peer.session, peer.sink, ["a"], peer.uptime)];
  for (const act of acts) {
    const peer = connectedPeer({ keepAliveSec: 0 });
    advance(peer, 50000);
    act(peer);
    advance(peer, 9999);
    expect(peer.heard.at(-1)![0]).toBe("send");
    expect(peer.sent).toHaveLength(2);
    advance(peer, 1);
    expect(peer.heard.at(-1)).toEqual(["close", MqttCode.ackTimeout]);
  }
  const refused = openPeer();
  mqttConnect(refused.session, refused.sink, refused.uptime);
  advance(refused, 10000);
  expect(refused.heard.at(-1)).toEqual(["close", MqttCode.ackTimeout]);
});

statement("MQTT-OWN-06", "an answer that stands behind a burst is waited for, until the burst ends", () => {
  const peer = connectedPeer({ keepAliveSec: 0 });
  publish(peer, 1);
  for (let i = 0; i < 60; i += 1) {
    advance(peer, 1000);
    say(peer, { cmd: "publish", topic: "a", payload: "", qos: 0, dup: false, retain: false });
  }
  advance(peer, 9999);
  expect(heardOf(peer, "close")).toEqual([]);
  advance(peer, 1);
  expect(peer.heard.at(-1)).toEqual(["close", MqttCode.ackTimeout]);
});

statement("MQTT-OWN-06", "the time counts for the oldest, from when it became the oldest; also across the wrap of uptime", () => {
  for (const uptime of [1000, 2147483647 - 24000]) {
    const peer = openPeer({ keepAliveSec: 0 }, uptime);
    connect(peer);
    const at = (ms: number): void => {
      advance(peer, ms);
      if (peer.uptime > 2147483647) {
        peer.uptime -= 2147483648;
        if (peer.wakeAt !== undefined) peer.wakeAt -= 2147483648;
      }
    };
    publish(peer, 1);
    at(6000);
    publish(peer, 2);
    at(3000);
    puback(peer, 1);
    at(6000);
    publish(peer, 3);
    at(3999);
    expect(heardOf(peer, "close")).toEqual([]);
    at(1);
    expect(peer.heard.at(-1)).toEqual(["close", MqttCode.ackTimeout]);
    connect(peer, true);
    at(9999);
    expect(heardOf(peer, "close")).toHaveLength(1);
    at(1);
    // The owner never answered `resend`.
    expect(heardOf(peer, "close")).toHaveLength(2);
  }
});
