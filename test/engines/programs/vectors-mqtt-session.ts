/**
 * Vectors of an MQTT session: every call on its sink is a line. Streams cut in every way, malformed bytes, refusals, the
 * window, redelivery, keep-alive. MQTT 3.1.1, 2.2, 3.2 to 3.14, 4.4.
 */
import { chr, sub } from "../../../firmware/base/intrinsics";
import { encodePublish, packet } from "../../../firmware/protocol/mqtt/encode";
import {
  mqttClosed, mqttConnect, mqttDisconnect, mqttOpen, mqttPublish, mqttReceive, mqttResend, mqttSubscribe, mqttTick, mqttUnsubscribe,
} from "../../../firmware/protocol/mqtt/session";
import type { MqttOptions, MqttSession, MqttSink } from "../../../firmware/protocol/mqtt/session";
import { draw, drawBytes, drawWord, emit, flag, repeat, show } from "./vectors";
import type { Vectors } from "./vectors";

/** A sink that prints; `mute` drops the lines that a step before the tested one causes. */
interface Ear {
  mute: boolean;
}

function say(run: Vectors, ear: Ear, text: string): void {
  if (!ear.mute) emit(run, text);
}

function sinkOf(run: Vectors, ear: Ear): MqttSink {
  return {
    send: (bytes) => say(run, ear, "send " + show(bytes)),
    connected: (present) => say(run, ear, "connected " + flag(present)),
    acknowledged: (ref) => say(run, ear, "acknowledged " + ref),
    subscribed: (id, codes) => say(run, ear, "subscribed " + id + " " + show(codes)),
    deliver: (topic, payload, qos) => say(run, ear, "deliver " + show(topic) + " " + show(payload) + " " + qos),
    resend: (ref, id) => say(run, ear, "resend " + ref + " " + id),
    close: (code) => say(run, ear, "close " + code),
    wake: (ms) => say(run, ear, "wake " + ms),
  };
}

function optionsOf(clean: boolean): MqttOptions {
  return {
    clientId: "dev", cleanSession: clean, keepAliveSec: 60, user: undefined, password: undefined, will: undefined, window: 4, packetBytesMax: 600,
    ackTimeoutMs: 20000,
  };
}

function connack(present: number, code: number): string {
  return chr(32) + chr(2) + chr(present) + chr(code);
}

/** A session that was accepted at uptime 0, without a line. */
function ready(ear: Ear, sink: MqttSink, clean: boolean): MqttSession {
  const session = mqttOpen(optionsOf(clean));
  ear.mute = true;
  mqttConnect(session, sink, 0);
  mqttReceive(session, sink, connack(0, 0), 0);
  ear.mute = false;
  return session;
}

/** Everything that a broker may send to a connected client with one subscription and two publishes. */
function stream(run: Vectors): string {
  const suback = packet(0x90, chr(0) + chr(1) + chr(1));
  const acks = chr(0x40) + chr(2) + chr(0) + chr(2) + chr(0x40) + chr(2) + chr(0) + chr(3);
  let bytes = suback + chr(0xd0) + chr(0) + acks;
  for (let i = 0; i < 5; i += 1) {
    bytes += encodePublish("t/" + drawWord(run, 1 + draw(run, 8)), drawBytes(run, draw(run, 150)), i % 2, false, false, 100 + i);
  }
  return bytes + packet(0xb0, chr(0) + chr(4));
}

function feeds(run: Vectors): void {
  const ear: Ear = { mute: false };
  const sink = sinkOf(run, ear);
  const bytes = stream(run);
  for (const size of [1, 2, 3, 7, 50, 200, 300, 1000]) {
    const session = ready(ear, sink, true);
    ear.mute = true;
    mqttSubscribe(session, sink, ["a/#"], 1, 0);
    mqttPublish(session, sink, "t", "1", 1, false, 71, 0);
    mqttPublish(session, sink, "t", "2", 1, false, 72, 0);
    mqttUnsubscribe(session, sink, ["a/#"], 0);
    ear.mute = false;
    let from = 0;
    let code = 0;
    while (from < bytes.length && code === 0) {
      const end = Math.min(from + (size === 50 ? 1 + draw(run, 50) : size), bytes.length);
      code = mqttReceive(session, sink, sub(bytes, from, end), 5);
      from = end;
    }
    emit(run, "fed " + size + " " + code + " " + session.pending.length);
  }
}

function refusals(run: Vectors): void {
  const ear: Ear = { mute: false };
  const sink = sinkOf(run, ear);
  for (let present = 0; present < 3; present += 1) {
    for (let code = 0; code < 7; code += 1) {
      const session = mqttOpen(optionsOf(false));
      ear.mute = true;
      mqttConnect(session, sink, 0);
      ear.mute = false;
      const result = mqttReceive(session, sink, connack(present, code), 1);
      emit(run, "connack " + present + " " + code + " is " + result + " " + session.phase);
    }
  }
}

/** Bytes that no broker may send, each to a fresh session. */
function malformed(run: Vectors): void {
  const ear: Ear = { mute: false };
  const sink = sinkOf(run, ear);
  const four = chr(255) + chr(255) + chr(255);
  const list = [
    chr(0), chr(16), chr(32) + chr(2) + chr(0) + chr(0), chr(48) + four + chr(127), chr(48) + four + chr(255), chr(48) + chr(128) + chr(128) + chr(4),
    chr(48) + chr(0), chr(48) + chr(1) + chr(0), chr(48) + chr(2) + chr(0) + chr(0), chr(48) + chr(3) + chr(0) + chr(2) + "a", chr(49) + chr(3) + chr(0) + chr(1) + "a",
    chr(48) + chr(3) + chr(0) + chr(1) + "#", chr(48) + chr(3) + chr(0) + chr(1) + chr(0), chr(48) + chr(3) + chr(0) + chr(1) + chr(255),
    chr(50) + chr(3) + chr(0) + chr(1) + "a", chr(50) + chr(5) + chr(0) + chr(1) + "a" + chr(0) + chr(0), chr(50) + chr(5) + chr(0) + chr(1) + "a" + chr(0) + chr(9),
    chr(52), chr(54), chr(56), chr(58) + chr(5) + chr(0) + chr(1) + "a" + chr(1) + chr(0), chr(64) + chr(2) + chr(0) + chr(0), chr(64) + chr(2) + chr(0) + chr(7),
    chr(64) + chr(3) + chr(0) + chr(7) + chr(0), chr(65), chr(66), chr(80), chr(98), chr(112), chr(130), chr(144) + chr(2) + chr(0) + chr(1),
    chr(144) + chr(3) + chr(0) + chr(1) + chr(0), chr(144) + chr(3) + chr(0) + chr(1) + chr(3), chr(144) + chr(3) + chr(0) + chr(0) + chr(0), chr(145),
    chr(176) + chr(2) + chr(0) + chr(9), chr(176) + chr(3) + chr(0) + chr(9) + chr(0), chr(192), chr(208) + chr(0), chr(208) + chr(1) + chr(0), chr(224), chr(240), chr(255),
  ];
  for (const bytes of list) {
    const session = ready(ear, sink, true);
    const code = mqttReceive(session, sink, bytes, 1);
    emit(run, "bytes " + show(bytes) + " " + code + " " + session.phase + " " + session.pending.length);
  }
  for (let i = 0; i < 40; i += 1) {
    const session = ready(ear, sink, true);
    const bytes = chr(48 + draw(run, 4)) + drawBytes(run, 1 + draw(run, 30));
    emit(run, "noise " + show(bytes) + " " + mqttReceive(session, sink, bytes, 1) + " " + session.pending.length);
  }
}

/** The window, a broken connection, redelivery in order, and new publishes behind it. */
function redelivery(run: Vectors, present: number): void {
  const ear: Ear = { mute: false };
  const sink = sinkOf(run, ear);
  const session = ready(ear, sink, false);
  for (let i = 0; i < 6; i += 1) emit(run, "publish " + mqttPublish(session, sink, "t/" + i, "p" + i, 1, i === 2, 10 + i, 100 + i));
  mqttReceive(session, sink, chr(64) + chr(2) + chr(0) + chr(2), 200);
  mqttClosed(session);
  emit(run, "closed " + session.publishIds.length + " " + mqttPublish(session, sink, "t", "x", 0, false, 0, 300));
  mqttConnect(session, sink, 400);
  mqttReceive(session, sink, connack(present, 0), 450);
  emit(run, "early " + mqttPublish(session, sink, "t", "x", 1, false, 99, 460));
  for (const id of [1, 3, 3, 4]) emit(run, "again " + id + " " + mqttResend(session, sink, id, "t/" + id, "p" + id, false, 470));
  emit(run, "late " + mqttPublish(session, sink, "t", "x", 1, false, 99, 480));
  for (const id of [1, 3, 4, 5, 5]) emit(run, "ack " + mqttReceive(session, sink, chr(64) + chr(2) + chr(0) + chr(id), 500));
  mqttDisconnect(session, sink);
}

/** Ticks at every step of keep-alive, and all the answers that do not come. */
function time(run: Vectors): void {
  const ear: Ear = { mute: false };
  const sink = sinkOf(run, ear);
  for (const answered of [true, false]) {
    const session = ready(ear, sink, true);
    for (const ms of [1000, 53999, 54000, 60000, 73999, 74000, 90000, 130000]) {
      mqttTick(session, sink, ms);
      if (answered && ms === 54000) mqttReceive(session, sink, chr(208) + chr(0), ms + 10);
      emit(run, "tick " + ms + " " + session.phase);
    }
  }
  const waiting = ready(ear, sink, true);
  emit(run, "subscribe " + mqttSubscribe(waiting, sink, ["a", "b/+"], 1, 1000) + " " + mqttSubscribe(waiting, sink, ["a/#/b"], 1, 1000));
  mqttTick(waiting, sink, 21000);
  const mute = mqttOpen(optionsOf(true));
  mqttConnect(mute, sink, 2147483000);
  mqttTick(mute, sink, 19351);
  mqttTick(mute, sink, 19352);
  const wrong = mqttOpen({ clientId: "", cleanSession: false, keepAliveSec: 0, user: undefined, password: undefined, will: undefined, window: 1, packetBytesMax: 100, ackTimeoutMs: 1 });
  emit(run, "invalid " + wrong.phase + " " + mqttConnect(wrong, sink, 0) + " " + mqttReceive(wrong, sink, "x", 0));
  const full = ready(ear, sink, true);
  emit(run, "large " + mqttPublish(full, sink, "t", repeat("x", 592), 1, false, 1, 0) + " " + mqttPublish(full, sink, "t", repeat("x", 593), 1, false, 2, 0));
}

export function mqttFeedVectors(run: Vectors): void {
  feeds(run);
  refusals(run);
}

export function mqttFaultVectors(run: Vectors): void {
  malformed(run);
  redelivery(run, 0);
  redelivery(run, 1);
  time(run);
}
