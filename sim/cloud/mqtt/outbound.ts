/**
 * What goes to one client: bytes gathered through a turn, QoS 1 messages in a window, and a bound on both.
 *
 * There are no persistent sessions (every emulated platform answers "session present: no"), so nothing is sent twice:
 * what is in flight when the connection ends is lost with it, and [MQTT-4.4.0-1] has no case.
 */
import { generate, writeToStream } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import type { MqttLimits } from "./limits";
import type { Message, Transport } from "./service";
import type { Turn } from "./turn";

// The package's cache has a Buffer for each number of two bytes: 6 MB in each worker, more than a thousand connections take.
writeToStream.cacheNumbers = false;

/** Gathered bytes that go out before the turn is over, so that a long turn is seen by the bound on unread bytes. */
const flushBytes = 65536;

export class Outbound {
  private gathered: Buffer[] = [];
  private gatheredBytes = 0;
  private readonly inflight = new Set<number>();
  private queue: Message[] = [];
  private queuedBytes = 0;
  private lastPacketId = 0;
  private readonly transport: Transport;
  private readonly turn: Turn;
  private readonly limits: MqttLimits;
  private readonly overflow: (reason: string) => void;

  /** `overflow` is told when the client does not keep up; it may be called at each send. */
  constructor(transport: Transport, turn: Turn, limits: MqttLimits, overflow: (reason: string) => void) {
    this.transport = transport;
    this.turn = turn;
    this.limits = limits;
    this.overflow = overflow;
  }

  send(packet: Packet): void {
    this.write(generate(packet));
  }

  write(bytes: Buffer): void {
    if (this.turn.depth > 0 && this.gathered.length === 0) this.turn.flushes.push(() => this.flush());
    this.gathered.push(bytes);
    this.gatheredBytes += bytes.length;
    if (this.turn.depth === 0 || this.gatheredBytes > flushBytes) this.flush();
  }

  /** Hands everything gathered to the transport in one piece. */
  flush(): void {
    if (this.gathered.length === 0) return;
    const [first] = this.gathered;
    const bytes = first?.length === this.gatheredBytes ? first : Buffer.concat(this.gathered, this.gatheredBytes);
    this.gathered = [];
    this.gatheredBytes = 0;
    this.transport.send(bytes);
    if (this.transport.unread() > this.limits.unreadBytesMax) this.overflow("does not read");
  }

  deliver(message: Message, qos: 0 | 1): void {
    if (qos === 0) {
      message.packet ??= publish(message, 0, 0);
      this.write(message.packet);
    } else if (this.inflight.size < this.limits.inflightMax) {
      this.deliverNow(message);
    } else if (this.queue.length < this.limits.queuedMax && this.queuedBytes < this.limits.unreadBytesMax) {
      this.queue.push(message);
      this.queuedBytes += message.payload.length;
    } else {
      this.overflow("does not acknowledge");
    }
  }

  /** An identifier that is not in flight is passed over: the client acknowledged twice. */
  acknowledged(packetId: number): void {
    if (!this.inflight.delete(packetId)) return;
    const next = this.queue.shift();
    if (next === undefined) return;
    this.queuedBytes -= next.payload.length;
    this.deliverNow(next);
  }

  /** Forgets what waits: the client has gone. */
  clear(): void {
    this.inflight.clear();
    this.queue = [];
    this.queuedBytes = 0;
    this.gathered = [];
    this.gatheredBytes = 0;
  }

  private deliverNow(message: Message): void {
    do {
      this.lastPacketId = (this.lastPacketId % 65535) + 1;
    } while (this.inflight.has(this.lastPacketId));
    this.inflight.add(this.lastPacketId);
    this.write(publish(message, 1, this.lastPacketId));
  }
}

/** A PUBACK (section 3.4). This and the next are the packets that a cloud sends all the time; mqtt-packet takes several times as long for them. */
export function puback(packetId: number): Buffer {
  return Buffer.from([0x40, 2, packetId >> 8, packetId & 255]);
}

/** A PUBLISH, neither DUP nor RETAIN (section 3.3). */
function publish({ topic, payload }: Message, qos: 0 | 1, packetId: number): Buffer {
  const topicBytes = Buffer.byteLength(topic);
  const bodyBytes = 2 + topicBytes + 2 * qos + payload.length;
  const head = [0x30 | (qos << 1)];
  for (let rest = bodyBytes; ; rest >>= 7) {
    head.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  head.push(topicBytes >> 8, topicBytes & 255);
  const packet = Buffer.allocUnsafe(head.length - 2 + bodyBytes);
  head.forEach((byte, i) => (packet[i] = byte));
  packet.write(topic, head.length);
  const afterTopic = head.length + topicBytes;
  if (qos === 1) packet.writeUInt16BE(packetId, afterTopic);
  payload.copy(packet, afterTopic + 2 * qos);
  return packet;
}
