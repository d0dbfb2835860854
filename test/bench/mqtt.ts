/**
 * The MQTT codec beside `mqtt-packet`, in one run: encode from values to a Buffer that a socket takes, decode from a Buffer
 * until topic and payload are read. Ours decodes through the whole client session, checks and PUBACK included; both sides
 * take turns batch by batch, so that a busy machine slows them alike. Build with MOTET_CHECKED=false, run with --expose-gc.
 */
import { generate, parser } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import { SUBSCRIBE_TYPE, encodeConnect, encodeFilters, encodePublish, packet, uint16 } from "../../firmware/protocol/mqtt/encode";
import { mqttConnect, mqttOpen, mqttReceive } from "../../firmware/protocol/mqtt/session";
import type { MqttOptions, MqttSink } from "../../firmware/protocol/mqtt/session";
import { compare } from "./side-by-side";
import type { BenchRow } from "./side-by-side";

const TOPIC = "v2/things/" + "jCbAqzWpUcR3xLm0nTfYd1e5GhK7oVsX2iB4wQ6uE8a";
const PAYLOAD = '{"values":[{"key":"temperature","value":21.45,"unit":"Cel"}]}'.substring(0, 60);
const OPTIONS: MqttOptions = {
  clientId: "a0b1c2d3e4f5a6b7",
  cleanSession: true,
  keepAliveSec: 60,
  user: "device-user-00001",
  password: "secret-password-1",
  will: undefined,
  window: 16,
  packetBytesMax: 2048,
  ackTimeoutMs: 10000,
};

/** What operations leave behind, so that none of them can be left out. */
let residue = 0;

function encode(name: string, ours: () => string, peer: () => Packet): BenchRow {
  if (!Buffer.from(ours(), "latin1").equals(generate(peer()))) throw new Error(`${name}: not the same bytes`);
  return compare(
    `encode ${name}`,
    () => void (residue += Buffer.from(ours(), "latin1").length),
    () => void (residue += generate(peer()).length),
  );
}

/** The packets of `chunks` in turn; `prepare` brings the session to where one is due. */
function decode(name: string, chunks: Buffer[], prepare: () => void, session: ReturnType<typeof mqttOpen>, sink: MqttSink): BenchRow {
  const theirs = parser({ protocolVersion: 4 });
  theirs.on("packet", (read) => {
    residue += read.cmd === "publish" ? read.topic.length + read.payload.length : read.messageId!;
  });
  let turn = 0;
  const next = (): Buffer => chunks[(turn = (turn + 1) % chunks.length)]!;
  return compare(
    `decode ${name}`,
    () => {
      prepare();
      const bytes = next();
      residue += mqttReceive(session, sink, bytes.latin1Slice(0, bytes.length), 0);
    },
    () => void theirs.parse(next()),
  );
}

function encodes(): BenchRow[] {
  return [
    encode("CONNECT", () => encodeConnect(OPTIONS, true), () => ({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, clientId: OPTIONS.clientId, keepalive: 60, username: OPTIONS.user!, password: Buffer.from(OPTIONS.password!) })),
    encode("PUBLISH q0", () => encodePublish(TOPIC, PAYLOAD, 0, false, false, 0), () => ({ cmd: "publish", topic: TOPIC, payload: PAYLOAD, qos: 0, dup: false, retain: false })),
    encode("PUBLISH q1", () => encodePublish(TOPIC, PAYLOAD, 1, false, false, 1234), () => ({ cmd: "publish", topic: TOPIC, payload: PAYLOAD, qos: 1, dup: false, retain: false, messageId: 1234 })),
    encode("SUBSCRIBE", () => encodeFilters(SUBSCRIBE_TYPE, 1234, [TOPIC], 1), () => ({ cmd: "subscribe", messageId: 1234, subscriptions: [{ topic: TOPIC, qos: 1 }] })),
    encode("PUBACK", () => packet(0x40, uint16(1234)), () => ({ cmd: "puback", messageId: 1234 })),
  ];
}

function decodes(): BenchRow[] {
  const nothing = (): void => undefined;
  const sink: MqttSink = {
    send: (bytes) => void (residue += bytes.length),
    connected: nothing,
    acknowledged: (ref) => void (residue += ref),
    subscribed: (packetId) => void (residue += packetId),
    deliver: (topic, payload) => void (residue += topic.length + payload.length),
    resend: nothing,
    close: (code) => {
      throw new Error(`closed: ${code}`);
    },
    wake: nothing,
  };
  const session = mqttOpen(OPTIONS);
  mqttConnect(session, sink, 0);
  mqttReceive(session, sink, "\u0020\u0002\u0000\u0000", 0);
  const publish = (qos: 0 | 1, topic = TOPIC): Buffer => generate({ cmd: "publish", topic, payload: PAYLOAD, qos, dup: false, retain: false, messageId: 1234 });
  const published = (): void => {
    session.publishIds.push(1234);
    session.publishRefs.push(7);
    session.publishesSent = 1;
  };
  const subscribed = (): void => {
    session.filterIds.push(1234);
    session.filterCounts.push(1);
  };
  return [
    decode("PUBLISH q0", [publish(0)], nothing, session, sink),
    decode("PUBLISH q1", [publish(1)], nothing, session, sink),
    // A topic is checked byte by byte unless it is the one before.
    decode("PUBLISH q1, topic changes", [publish(1), publish(1, TOPIC.toLowerCase())], nothing, session, sink),
    decode("PUBACK", [generate({ cmd: "puback", messageId: 1234 })], published, session, sink),
    decode("SUBACK", [generate({ cmd: "suback", messageId: 1234, granted: [1] })], subscribed, session, sink),
  ];
}

/** All rows; a few seconds. */
export function mqttBench(): Promise<BenchRow[]> {
  const rows = [...encodes(), ...decodes()];
  return Number.isNaN(residue) ? Promise.reject(new Error("an operation gave nothing")) : Promise.resolve(rows);
}
