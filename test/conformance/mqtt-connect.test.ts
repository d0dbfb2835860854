/** MQTT 3.1.1, connections and sessions: CONNECT, CONNACK, keep-alive, DISCONNECT. The device is the client. */
import { clientIdOf } from "../../firmware/protocol/mqtt/client-id";
import {
  MqttCode,
  MqttPhase,
  mqttClosed,
  mqttConnect,
  mqttDisconnect,
  mqttPublish,
  mqttReceive,
  mqttResend,
  mqttSubscribe,
  mqttTick,
  mqttUnsubscribe,
} from "../../firmware/protocol/mqtt/session";
import type { MqttOptions, MqttWill } from "../../firmware/protocol/mqtt/session";
import { advance, connect, connectedPeer, feed, heardOf, hex, openPeer, packetBytes, say, utf8 } from "./mqtt-peer";
import type { Peer } from "./mqtt-peer";
import { statement } from "./statement";

const publish = (peer: Peer, ref: number, qos = 1): number => mqttPublish(peer.session, peer.sink, "t", "x", qos, false, ref, peer.uptime);
const will: MqttWill = { topic: "w", payload: "gone", qos: 0, retain: false };

/** The CONNECT that `options` make, as the broker reads it. */
function connectOf(options: Partial<MqttOptions>): { packet: Record<string, unknown>; bytes: string } {
  const peer = openPeer(options);
  expect(mqttConnect(peer.session, peer.sink, peer.uptime)).toBe(0);
  expect(peer.sent).toHaveLength(1);
  return { packet: peer.sent[0] as unknown as Record<string, unknown>, bytes: peer.sentBytes[0]! };
}

statement("MQTT-3.1.0-1 MQTT-3.1.0-2", "CONNECT is first and once, whatever is called", () => {
  const peer = openPeer();
  expect(publish(peer, 1, 0)).toBe(MqttCode.notConnected);
  expect(publish(peer, 1)).toBe(MqttCode.notConnected);
  expect(mqttResend(peer.session, peer.sink, 1, "t", "x", false, peer.uptime)).toBe(MqttCode.notConnected);
  expect(mqttSubscribe(peer.session, peer.sink, ["a"], 0, peer.uptime)).toBe(0);
  expect(mqttUnsubscribe(peer.session, peer.sink, ["a"], peer.uptime)).toBe(0);
  mqttDisconnect(peer.session, peer.sink);
  mqttTick(peer.session, peer.sink, peer.uptime);
  expect(peer.heard).toEqual([]);
  connect(peer);
  expect(mqttConnect(peer.session, peer.sink, peer.uptime)).toBe(MqttCode.invalid);
  publish(peer, 1);
  expect(peer.sent.map((packet) => packet.cmd)).toEqual(["connect", "publish"]);
  mqttClosed(peer.session);
  connect(peer);
  expect(peer.sent.map((packet) => packet.cmd)).toEqual(["connect", "publish", "connect"]);
  const early = openPeer();
  mqttConnect(early.session, early.sink, early.uptime);
  expect(mqttConnect(early.session, early.sink, early.uptime)).toBe(MqttCode.invalid);
  expect(publish(early, 1)).toBe(MqttCode.notConnected);
  expect(early.sent).toHaveLength(1);
});

statement("MQTT-3.1.2-4 MQTT-4.1.0-1 MQTT-4.1.0-2", "with CleanSession 0 what is in flight outlives connections", () => {
  const peer = connectedPeer();
  expect(connectOf({ cleanSession: false }).packet).toMatchObject({ clean: false });
  for (const ref of [11, 12, 13]) publish(peer, ref);
  say(peer, { cmd: "puback", messageId: 2 });
  for (let connection = 0; connection < 3; connection += 1) {
    mqttClosed(peer.session);
    connect(peer, true);
    expect(heardOf(peer, "resend").at(-1)).toEqual(["resend", 11, 1]);
  }
  expect(peer.session.publishRefs).toEqual([11, 13]);
});

statement("MQTT-3.1.2-6", "with CleanSession 1 nothing is kept", () => {
  expect(connectOf({ cleanSession: true }).packet).toMatchObject({ clean: true });
  const peer = connectedPeer({ cleanSession: true });
  publish(peer, 11);
  mqttClosed(peer.session);
  peer.session.cleanSession = false;
  connect(peer);
  expect(heardOf(peer, "resend")).toEqual([]);
  // Kept by a session of CleanSession 0, discarded when the next CONNECT is clean.
  publish(peer, 12);
  mqttClosed(peer.session);
  peer.session.cleanSession = true;
  connect(peer);
  expect(heardOf(peer, "resend")).toEqual([]);
  expect(peer.session.publishIds).toEqual([]);
});

statement("MQTT-3.1.2-9 MQTT-3.1.2-11 MQTT-3.1.2-13 MQTT-3.1.2-14 MQTT-3.1.2-15", "the will in CONNECT, all options", () => {
  for (const qos of [0, 1]) {
    for (const retain of [false, true]) {
      for (const payload of ["", "gone"]) {
        const { packet, bytes } = connectOf({ will: { topic: "w/1", payload, qos, retain } });
        expect(packet["will"]).toMatchObject({ topic: "w/1", qos, retain });
        expect(String((packet["will"] as { payload: Buffer }).payload)).toBe(payload);
        expect(bytes.charCodeAt(9)).toBe(4 + qos * 8 + (retain ? 32 : 0));
      }
    }
  }
  const { packet, bytes } = connectOf({});
  expect(packet["will"]).toBeUndefined();
  expect(bytes.charCodeAt(9)).toBe(0);
  expect(bytes).toBe(hex("10 12 0004 4d515454 04 00 003c 0006") + "thing1");
  for (const qos of [-1, 2, 3]) expect(() => openPeer({ will: { ...will, qos } })).toThrow("mqtt: option");
});

statement("MQTT-3.1.2-18 MQTT-3.1.2-19 MQTT-3.1.2-20 MQTT-3.1.2-21 MQTT-3.1.2-22", "user name and password, all options", () => {
  for (const [user, password, flags] of [[undefined, undefined, 0], ["u", undefined, 128], ["u", "p", 192], ["", "", 192]] as const) {
    const { packet, bytes } = connectOf({ user, password });
    expect(bytes.charCodeAt(9)).toBe(flags);
    expect(packet["username"]).toBe(user);
    expect(packet["password"] === undefined ? undefined : String(packet["password"])).toBe(password);
  }
  const refused = openPeer({ password: "p" });
  expect(refused.session.phase).toBe(MqttPhase.invalid);
  expect(mqttConnect(refused.session, refused.sink, 0)).toBe(MqttCode.invalid);
  expect(refused.heard).toEqual([]);
});

statement("MQTT-3.1.3-1 MQTT-3.1.3-3 MQTT-3.1.3-4", "the order of CONNECT's payload, client id first", () => {
  const { packet, bytes } = connectOf({ clientId: utf8("\u00e9"), user: "user", password: hex("00ff"), will });
  expect(bytes.substring(12)).toBe(hex("0002 c3a9 0001 77 0004") + "gone" + hex("0004") + "user" + hex("0002 00ff"));
  expect(packet["clientId"]).toBe("\u00e9");
  expect(openPeer({ clientId: hex("c3") }).session.phase).toBe(MqttPhase.invalid);
});

statement("MQTT-3.1.3-2 MQTT-3.1.3-5", "derived client ids are portable, and differ where machines do", () => {
  const ids = ["a1b2", "0123456789abcdef", "esp32c3000000240ac4a1b2", "vendor00esp32c3000000240ac4a1b200", "vendor00esp32c3000000240ac4a1b201"].map(clientIdOf);
  expect(new Set(ids).size).toBe(ids.length);
  for (const clientId of ids) {
    expect(clientId).toMatch(/^[0-9a-zA-Z]{1,23}$/);
    expect(connectOf({ clientId }).packet).toMatchObject({ clientId });
  }
});

statement("MQTT-3.1.3-7", "an empty client id only with CleanSession 1", () => {
  expect(connectOf({ clientId: "", cleanSession: true }).packet).toMatchObject({ clientId: "", clean: true });
  expect(openPeer({ clientId: "", cleanSession: false }).session.phase).toBe(MqttPhase.invalid);
  const later = openPeer({ clientId: "", cleanSession: true });
  later.session.cleanSession = false;
  expect(mqttConnect(later.session, later.sink, 0)).toBe(MqttCode.invalid);
  expect(later.heard).toEqual([]);
});

statement("MQTT-3.2.0-1", "anything before CONNACK closes", () => {
  const first = [
    packetBytes({ cmd: "publish", topic: "a", payload: "", qos: 0, dup: false, retain: false }),
    packetBytes({ cmd: "puback", messageId: 1 }),
    packetBytes({ cmd: "suback", messageId: 1, granted: [0] }),
    packetBytes({ cmd: "pingresp" }),
  ];
  for (const bytes of first) {
    const peer = openPeer();
    mqttConnect(peer.session, peer.sink, peer.uptime);
    expect(feed(peer, bytes)).toBe(MqttCode.protocolError);
    expect(peer.heard.at(-1)).toEqual(["close", MqttCode.protocolError]);
    expect(heardOf(peer, "deliver")).toEqual([]);
  }
  expect(say(connectedPeer(), { cmd: "connack", sessionPresent: false, returnCode: 0 })).toBe(MqttCode.protocolError);
});

/** CONNACK with these two bytes, whether or not the standard has them. */
const connack = (flags: number, code: number): string => hex("2002") + String.fromCharCode(flags, code);

statement("MQTT-3.2.2-5", "every refusal of CONNACK is told apart, and ends the connection without another byte", () => {
  for (let code = 1; code < 256; code += 1) {
    const peer = openPeer();
    mqttConnect(peer.session, peer.sink, peer.uptime);
    expect(feed(peer, connack(0, code))).toBe(code <= 5 ? code : MqttCode.protocolError);
    expect(peer.session.phase).toBe(MqttPhase.closed);
    expect(publish(peer, 1)).toBe(MqttCode.notConnected);
    expect(mqttSubscribe(peer.session, peer.sink, ["a"], 0, peer.uptime)).toBe(0);
    mqttDisconnect(peer.session, peer.sink);
    advance(peer, 1000000);
    expect(heardOf(peer, "connected")).toEqual([]);
    expect(peer.heard.map((event) => event[0])).toEqual(["send", "close"]);
  }
});

statement("MQTT-3.2.2-4", "session present 1 goes with acceptance of a kept session alone", () => {
  const answer = (cleanSession: boolean, bytes: string): number => {
    const peer = openPeer({ cleanSession });
    mqttConnect(peer.session, peer.sink, peer.uptime);
    return feed(peer, bytes);
  };
  for (let code = 1; code < 256; code += 1) expect(answer(false, connack(1, code))).toBe(MqttCode.protocolError);
  expect(answer(true, connack(1, 0))).toBe(MqttCode.protocolError);
  expect(answer(false, connack(1, 0))).toBe(0);
  for (let flags = 2; flags < 256; flags += 1) expect(answer(false, connack(flags, 0))).toBe(MqttCode.protocolError);
  for (const bytes of ["2001 00", "2003 000000"]) expect(answer(false, hex(bytes))).toBe(MqttCode.protocolError);
});

statement("MQTT-3.1.2-23", "the gap between packets stays within keep alive", () => {
  for (const keepAliveSec of [1, 5, 60, 65535, 0]) {
    const peer = connectedPeer({ keepAliveSec });
    const pings = (): number => peer.sent.filter((packet) => packet.cmd === "pingreq").length;
    const spans = 20;
    for (let i = 0; i < spans * 10; i += 1) {
      const before = pings();
      advance(peer, Math.max(1, keepAliveSec) * 100);
      if (pings() > before) say(peer, { cmd: "pingresp" });
    }
    const gaps = peer.sentAt.slice(1).map((uptime, i) => uptime - peer.sentAt[i]!);
    expect(pings()).toBeGreaterThanOrEqual(keepAliveSec === 0 ? 0 : 20);
    expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(keepAliveSec * 1000);
    expect(heardOf(peer, "close")).toEqual([]);
    if (keepAliveSec === 0) expect([pings(), peer.wakeAt]).toEqual([0, undefined]);
  }
});

statement("MQTT-3.1.2-23", "while PINGRESP is late the pings go on, and publishing makes them unnecessary", () => {
  const late = connectedPeer({ keepAliveSec: 1, ackTimeoutMs: 5000 });
  advance(late, 5000);
  expect(late.sentAt.map((uptime) => uptime - 1000)).toEqual([0, 900, 1800, 2700, 3600, 4500]);
  const busy = connectedPeer({ keepAliveSec: 10 });
  for (let i = 0; i < 100; i += 1) {
    advance(busy, 1000);
    publish(busy, i);
    say(busy, { cmd: "puback", messageId: i + 1 });
  }
  expect(busy.sent.filter((packet) => packet.cmd === "pingreq")).toEqual([]);
});

statement("MQTT-3.1.2.10", "a broker that does not answer PINGREQ is given up, also under QoS 0 traffic", () => {
  const silent = connectedPeer({ keepAliveSec: 60, ackTimeoutMs: 10000 });
  advance(silent, 54000 + 9999);
  expect(heardOf(silent, "close")).toEqual([]);
  advance(silent, 1);
  expect(silent.heard.at(-1)).toEqual(["close", MqttCode.keepAliveTimeout]);
  const talking = connectedPeer({ keepAliveSec: 60, ackTimeoutMs: 10000 });
  for (let i = 0; i < 70; i += 1) {
    advance(talking, 1000);
    publish(talking, 0, 0);
  }
  expect(talking.heard).toContainEqual(["close", MqttCode.keepAliveTimeout]);
  // Bytes of anything but PINGRESP do not answer it, but it may stand behind them.
  const chatty = connectedPeer({ keepAliveSec: 60, ackTimeoutMs: 10000 });
  advance(chatty, 54000);
  for (let i = 0; i < 150; i += 1) {
    expect(heardOf(chatty, "close")).toEqual([]);
    say(chatty, { cmd: "publish", topic: "a", payload: "", qos: 0, dup: false, retain: false });
    advance(chatty, 1000);
  }
  expect(chatty.heard.at(-1)).toEqual(["close", MqttCode.keepAliveTimeout]);
});

statement("MQTT-3.14.4-1 MQTT-3.14.4-2", "DISCONNECT, close, and nothing more", () => {
  const peer = connectedPeer();
  publish(peer, 1);
  mqttDisconnect(peer.session, peer.sink);
  expect(peer.heard.slice(-2)).toEqual([["send", "e000"], ["close", 0]]);
  const before = peer.heard.length;
  mqttDisconnect(peer.session, peer.sink);
  publish(peer, 2);
  mqttTick(peer.session, peer.sink, peer.uptime + 100000);
  expect(mqttReceive(peer.session, peer.sink, hex("d000"), peer.uptime)).toBe(MqttCode.notConnected);
  mqttClosed(peer.session);
  expect(peer.heard).toHaveLength(before);
  expect(peer.session.publishRefs).toEqual([1]);
});

statement("MQTT-4.8.0-1 MQTT-4.8.0-2", "a violation and a transient error both close, and the next connection works", () => {
  for (const fail of [(peer: Peer) => void feed(peer, hex("36")), (peer: Peer) => advance(peer, 10000)]) {
    const peer = connectedPeer();
    publish(peer, 7);
    fail(peer);
    expect(heardOf(peer, "close")).toHaveLength(1);
    expect(mqttReceive(peer.session, peer.sink, hex("d000"), peer.uptime)).toBe(MqttCode.notConnected);
    connect(peer, true);
    expect(peer.heard.at(-1)).toEqual(["resend", 7, 1]);
  }
});
