/**
 * Agreement with `mqtt-packet`, another author's codec, on generated packets: what the client sends is the same bytes and
 * reads the same there; what a broker sends from there is understood here, in one blob and one byte at a time.
 */
import { generate, parser } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { SUBSCRIBE_TYPE, UNSUBSCRIBE_TYPE, encodeConnect, encodeFilters, encodePublish } from "../../firmware/protocol/mqtt/encode";
import { mqttPublish, mqttReceive, mqttSubscribe, mqttUnsubscribe } from "../../firmware/protocol/mqtt/session";
import type { MqttSink } from "../../firmware/protocol/mqtt/session";
import { OPTIONS, connectedPeer, packetBytes, toHex, utf8 } from "../conformance/mqtt-peer";
import { budget, generator, seed } from "../support/budget";

const CLIENT_PACKETS = budget(60000, 1000000);
const SERVER_PACKETS = budget(60000, 1000000);

type Below = (below: number) => number;
const LETTERS = Array.from("abcXYZ019-_./ $\u00e9\u6f22\u{1f600}\ufeff");

function text(below: Below, least: number, most: number): string {
  return Array.from({ length: least + below(most - least + 1) }, () => LETTERS[below(LETTERS.length)]).join("");
}

/** Mostly small, sometimes around the steps of the remaining length. */
function payload(below: Below): Buffer {
  const length = below(1000) === 0 ? 16370 + below(30) : below(10) === 0 ? 100 + below(60) : below(40);
  return Buffer.from(Array.from({ length }, () => below(256)));
}

const latin1 = (bytes: Buffer): string => bytes.toString("latin1");

/** A client's packet: our bytes, and the same one as `mqtt-packet` has it. */
function clientPacket(below: Below): { ours: string; theirs: Packet } {
  const kind = below(8);
  const messageId = 1 + below(65535);
  if (kind === 0) {
    const will = below(2) === 0 ? undefined : { topic: text(below, 1, 20), payload: payload(below), qos: below(2) as 0 | 1, retain: below(2) === 1 };
    const user = below(2) === 0 ? undefined : text(below, 0, 20);
    const password = user === undefined || below(2) === 0 ? undefined : payload(below);
    const clean = below(2) === 1;
    const clientId = text(below, 1, 23);
    const keepalive = below(65536);
    const ours = encodeConnect(
      {
        ...OPTIONS,
        clientId: utf8(clientId),
        keepAliveSec: keepalive,
        user: user === undefined ? undefined : utf8(user),
        password: password === undefined ? undefined : latin1(password),
        will: will === undefined ? undefined : { ...will, topic: utf8(will.topic), payload: latin1(will.payload) },
      },
      clean,
    );
    return {
      ours,
      theirs: {
        cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean, clientId, keepalive,
        ...(will === undefined ? {} : { will }),
        ...(user === undefined ? {} : { username: user }),
        ...(password === undefined ? {} : { password }),
      },
    };
  }
  if (kind < 5) {
    const qos = below(2) as 0 | 1;
    const topic = text(below, 1, 60);
    const body = payload(below);
    const retain = below(2) === 1;
    const dup = qos === 1 && below(2) === 1;
    return {
      ours: encodePublish(utf8(topic), latin1(body), qos, retain, dup, messageId),
      theirs: { cmd: "publish", topic, payload: body, qos, retain, dup, ...(qos === 1 ? { messageId } : {}) },
    };
  }
  const filters = Array.from({ length: 1 + below(5) }, () => text(below, 1, 30));
  const qos = below(2) as 0 | 1;
  return kind < 7
    ? { ours: encodeFilters(SUBSCRIBE_TYPE, messageId, filters.map(utf8), qos), theirs: { cmd: "subscribe", messageId, subscriptions: filters.map((topic) => ({ topic, qos })) } }
    : { ours: encodeFilters(UNSUBSCRIBE_TYPE, messageId, filters.map(utf8), 0), theirs: { cmd: "unsubscribe", messageId, unsubscriptions: filters } };
}

test(`${CLIENT_PACKETS} client packets: the same bytes, read the same`, () => {
  const below = generator(seed);
  const blob = parser({ protocolVersion: 4 });
  const bytewise = parser({ protocolVersion: 4 });
  const read: Packet[][] = [[], []];
  blob.on("packet", (packet) => read[0]!.push(packet));
  bytewise.on("packet", (packet) => read[1]!.push(packet));
  for (let i = 0; i < CLIENT_PACKETS; i += 1) {
    const { ours, theirs } = clientPacket(below);
    const bytes = Buffer.from(ours, "latin1");
    if (!generate(theirs).equals(bytes)) throw new Error(`seed ${seed}, packet ${i}: ${toHex(ours)} is not ${generate(theirs).toString("hex")}`);
    blob.parse(bytes);
    if (i % 10 === 0) {
      for (let k = 0; k < bytes.length; k += 1) bytewise.parse(bytes.subarray(k, k + 1));
      expect(read[1]).toEqual(read[0]);
    }
    const packet = read[0]![0]!;
    if (read[0]!.length !== 1 || packet.cmd !== theirs.cmd) throw new Error(`seed ${seed}, packet ${i}: read as ${packet.cmd}`);
    if (i % 10 === 0) expect(packet).toMatchObject(theirs);
    read[0] = [];
    read[1] = [];
  }
});

test(`${SERVER_PACKETS} server packets: each understood, in one blob and one byte at a time`, () => {
  const below = generator(seed + 1);
  const heard: [unknown[], unknown[]] = [[], []];
  const peers = heard.map((list) => {
    const peer = connectedPeer({ packetBytesMax: 20000, keepAliveSec: 0, window: 16 });
    const sink: MqttSink = {
      ...peer.sink,
      send: (bytes) => void (bytes.charCodeAt(0) === 0x40 && list.push(["puback", bytes.charCodeAt(2) * 256 + bytes.charCodeAt(3)])),
      acknowledged: (ref) => void list.push(["acknowledged", ref]),
      subscribed: (packetId, codes) => void list.push(["subscribed", packetId, codes]),
      deliver: (topic, body, qos) => void list.push(["deliver", topic, body, qos]),
      close: (code) => void list.push(["close", code]),
    };
    return { session: peer.session, sink };
  });
  for (let done = 0; done < SERVER_PACKETS; ) {
    const expected: unknown[] = [];
    const packets: Packet[] = [];
    const count = 1 + below(12);
    for (let k = 0; k < count; k += 1) {
      const kind = below(6);
      const messageId = 1 + below(65535);
      if (kind < 3) {
        const qos = below(2) as 0 | 1;
        const topic = text(below, 1, 60);
        const body = payload(below);
        packets.push({ cmd: "publish", topic, payload: body, qos, retain: below(2) === 1, dup: qos === 1 && below(2) === 1, ...(qos === 1 ? { messageId } : {}) });
        if (qos === 1) expected.push(["puback", messageId]);
        expected.push(["deliver", utf8(topic), latin1(body), qos]);
      } else if (kind === 3) {
        for (const { session, sink } of peers) mqttPublish(session, sink, "t", "", 1, false, done + k, 0);
        packets.push({ cmd: "puback", messageId: peers[0]!.session.packetId });
        expected.push(["acknowledged", done + k]);
      } else if (kind === 4 && peers[0]!.session.filterIds.length < 4) {
        const granted = Array.from({ length: 1 + below(6) }, () => [0, 1, 128][below(3)]!);
        for (const { session, sink } of peers) mqttSubscribe(session, sink, granted.map(() => "f"), 1, 0);
        packets.push({ cmd: "suback", messageId: peers[0]!.session.packetId, granted });
        expected.push(["subscribed", peers[0]!.session.packetId, String.fromCharCode(...granted)]);
      } else if (peers[0]!.session.filterIds.length < 4) {
        for (const { session, sink } of peers) mqttUnsubscribe(session, sink, ["f"], 0);
        packets.push({ cmd: "unsuback", messageId: peers[0]!.session.packetId, granted: [] }, { cmd: "pingresp" });
        expected.push(["subscribed", peers[0]!.session.packetId, ""]);
      }
    }
    const stream = packets.map(packetBytes).join("");
    expect(mqttReceive(peers[0]!.session, peers[0]!.sink, stream, 0)).toBe(0);
    for (let k = 0; k < stream.length; k += 1) mqttReceive(peers[1]!.session, peers[1]!.sink, stream.charAt(k), 0);
    expect(heard[0]).toEqual(expected);
    expect(heard[1]).toEqual(expected);
    heard[0].length = 0;
    heard[1].length = 0;
    done += packets.length;
  }
});
