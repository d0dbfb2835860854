/**
 * Hostile input to the MQTT client: whatever bytes come, each call ends in packets, "need more" or one close, never in an
 * exception, never in more kept than a packet may have, and in work that is linear in the bytes.
 */
import { generate } from "mqtt-packet";
import { MqttCode, MqttPhase, mqttConnect, mqttOpen, mqttPublish, mqttReceive, mqttSubscribe } from "../../firmware/protocol/mqtt/session";
import type { MqttSession, MqttSink } from "../../firmware/protocol/mqtt/session";
import { OPTIONS, connectedPeer, hex, packetBytes } from "../conformance/mqtt-peer";
import { budget, generator, seed } from "../support/budget";

const INPUTS = budget(50000, 1000000);
const PACKET_BYTES_MAX = 512;
const LIKELY = [0x20, 0x30, 0x31, 0x32, 0x3a, 0x3b, 0x40, 0x90, 0xb0, 0xd0];

const VALID = [
  generate({ cmd: "connack", returnCode: 0, sessionPresent: false }),
  generate({ cmd: "publish", topic: "a/b", payload: "hello", qos: 0, dup: false, retain: false }),
  generate({ cmd: "publish", topic: "a/\u00e9", payload: "x".repeat(140), qos: 1, messageId: 3, dup: true, retain: true }),
  generate({ cmd: "puback", messageId: 1 }),
  generate({ cmd: "suback", messageId: 2, granted: [0, 1, 128] }),
  generate({ cmd: "unsuback", messageId: 2, granted: [] }),
  generate({ cmd: "pingresp" }),
].map((bytes) => Array.from(bytes));

type Below = (below: number) => number;
const random = (below: Below, count: number): number[] => Array.from({ length: count }, () => below(256));

/** Random bytes with a likely first one, valid packets with changes, valid packets cut short. */
function hostile(below: Below): number[] {
  const kind = below(4);
  if (kind === 0) return [LIKELY[below(LIKELY.length)]!, ...random(below, below(600))];
  if (kind === 1) return [LIKELY[below(LIKELY.length)]!, below(140), ...random(below, below(140))];
  const bytes = Array.from({ length: 1 + below(3) }, () => VALID[below(VALID.length)]!).flat();
  if (kind === 2) {
    for (let i = 1 + below(3); i > 0; i -= 1) bytes[below(bytes.length)] = below(256);
    return bytes;
  }
  const cut = below(bytes.length);
  return bytes.slice(below(8) === 0 ? cut : 0, cut + below(bytes.length));
}

/** A session that waits for something of each kind, or for CONNACK; what closes it and how much it delivers is counted. */
function waiting(below: Below): { session: MqttSession; sink: MqttSink; closes: number[]; delivered: number } {
  const nothing = (): void => undefined;
  const peer = {
    session: mqttOpen({ ...OPTIONS, packetBytesMax: PACKET_BYTES_MAX }),
    closes: [] as number[],
    delivered: 0,
    sink: {
      send: nothing, connected: nothing, acknowledged: nothing, subscribed: nothing, resend: nothing, wake: nothing,
      deliver: () => void (peer.delivered += 1),
      close: (code: number) => void peer.closes.push(code),
    },
  };
  mqttConnect(peer.session, peer.sink, 0);
  if (below(8) === 0) return peer;
  mqttReceive(peer.session, peer.sink, hex("20020000"), 0);
  mqttPublish(peer.session, peer.sink, "t", "x", 1, false, 1, 0);
  mqttSubscribe(peer.session, peer.sink, ["a", "b", "c"], 1, 0);
  return peer;
}

test(`${INPUTS} hostile inputs: packets, "need more" or one close`, () => {
  const below = generator(seed);
  const outcomes = new Map<number, number>();
  let delivered = 0;
  for (let i = 0; i < INPUTS; i += 1) {
    const peer = waiting(below);
    const bytes = String.fromCharCode(...hostile(below));
    const chunk = 1 + below(bytes.length + 1);
    let code = 0;
    for (let k = 0; k < bytes.length && code === 0; k += chunk) {
      code = mqttReceive(peer.session, peer.sink, bytes.substring(k, k + chunk), 0);
      if (peer.session.pending.length >= PACKET_BYTES_MAX) throw new Error(`seed ${seed}, input ${i}: ${peer.session.pending.length} bytes kept`);
    }
    const closed = peer.closes.length === 1 && peer.closes[0] === code && peer.session.phase === MqttPhase.closed && peer.session.pending === "";
    if (code === 0 ? peer.closes.length > 0 : !closed) throw new Error(`seed ${seed}, input ${i}: code ${code}, closes ${peer.closes.join()}`);
    outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    delivered += peer.delivered;
  }
  // The inputs reach every end that bytes alone can cause.
  expect([...outcomes.keys()].sort((a, b) => a - b)).toEqual(expect.arrayContaining([MqttCode.ok, MqttCode.protocolError, MqttCode.packetTooLarge]));
  expect(delivered).toBeGreaterThan(INPUTS / 50);
});

test("every cut of every valid packet needs more, and every change of one byte ends well", () => {
  const received = (bytes: string): number => {
    const peer = waiting(() => 1);
    return mqttReceive(peer.session, peer.sink, bytes, 0);
  };
  for (const valid of VALID.slice(1)) {
    const bytes = String.fromCharCode(...valid);
    for (let end = 0; end < bytes.length; end += 1) {
      expect(received(bytes.substring(0, end))).toBe(0);
      const codes = new Set(Array.from({ length: 256 }, (_, value) => received(bytes.substring(0, end) + String.fromCharCode(value) + bytes.substring(end + 1))));
      for (const code of codes) expect([MqttCode.ok, MqttCode.protocolError, MqttCode.packetTooLarge]).toContain(code);
    }
  }
});

/** How many bytes of input the core looks at, counted at its byte reads, for `count` bytes fed one at a time. */
function bytesRead(input: string): number {
  const peer = connectedPeer({ packetBytesMax: 20000 });
  let reads = 0;
  const charCodeAt = String.prototype.charCodeAt;
  String.prototype.charCodeAt = function (this: string, i: number): number {
    reads += 1;
    return charCodeAt.call(this, i);
  };
  try {
    for (let k = 0; k < input.length; k += 1) mqttReceive(peer.session, peer.sink, input.charAt(k), peer.uptime);
  } finally {
    String.prototype.charCodeAt = charCodeAt;
  }
  return reads;
}

test("one byte at a time the work is linear, for long packets and for many short ones", () => {
  const long = (length: number): string => packetBytes({ cmd: "publish", topic: "t", payload: "x".repeat(length), qos: 0, dup: false, retain: false });
  // A long packet costs its header, whatever its length.
  expect(bytesRead(long(16000))).toBe(bytesRead(long(2000)));
  expect(bytesRead(long(16000))).toBeLessThan(50);
  const pings = (count: number): number => bytesRead(hex("d000".repeat(count)));
  expect(pings(2000) - pings(1000)).toBe(pings(1000));
  expect(pings(1000)).toBeLessThan(6 * 1000);
});
