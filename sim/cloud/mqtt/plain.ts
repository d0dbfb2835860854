/**
 * The packets that a client sends all the time, where nothing is unusual about them: PUBLISH at QoS 0 and 1 (MQTT 3.1.1 section 3.3) and
 * PUBACK (3.4). mqtt-packet takes several times as long for them; everything else is its business, and so is every doubt.
 */
import type { IPubackPacket, IPublishPacket, Packet } from "mqtt-packet";

const PUBACK = 0x40;
const PUBLISH = 0x30;
const DUP = 8;
const QOS = 6;
const RETAIN = 1;

function puback(bytes: Buffer, from: number, length: number): IPubackPacket | undefined {
  return length === 2 ? { cmd: "puback", length, messageId: bytes.readUInt16BE(from) } : undefined;
}

function publish(bytes: Buffer, from: number, length: number, flags: number): IPublishPacket | undefined {
  const qos = (flags & QOS) >> 1;
  if (length < 2 || qos > 1) return undefined;
  const topicEnd = from + 2 + bytes.readUInt16BE(from);
  const payloadStart = topicEnd + 2 * qos;
  if (payloadStart > from + length) return undefined;
  const topic = bytes.toString("utf8", from + 2, topicEnd);
  const payload = bytes.subarray(payloadStart, from + length);
  const plain = { cmd: "publish", length, qos: qos as 0 | 1, dup: (flags & DUP) !== 0, retain: (flags & RETAIN) !== 0, topic, payload } as const;
  return qos === 0 ? plain : { ...plain, messageId: bytes.readUInt16BE(topicEnd) };
}

/** Reads whole packets; undefined where any of them is another than these, or not quite as it should be. */
export function plainPackets(bytes: Buffer): readonly Packet[] | undefined {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = bytes[at]!;
    const low = bytes[at + 1] ?? 0;
    const high = low > 127 ? (bytes[at + 2] ?? 0) : 0;
    // Three bytes of length are rare, and a last one of 0 is a longer way to write the same.
    if (high > 127 || (low > 127 && high === 0)) return undefined;
    const from = at + (low > 127 ? 3 : 2);
    const length = (low & 127) + 128 * high;
    if (from + length > bytes.length) return undefined;
    const packet = head === PUBACK ? puback(bytes, from, length) : (head & 0xf0) === PUBLISH ? publish(bytes, from, length, head & 15) : undefined;
    if (packet === undefined) return undefined;
    packets.push(packet);
    at = from + length;
  }
  return packets;
}
