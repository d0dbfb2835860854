/**
 * Bytes from the broker to calls on the sink: framing, and what each packet does to the session. MQTT 3.1.1, sections 2.2,
 * 3.2 to 3.13 and 4.8. Any bytes give a packet, "need more" or a code that closes; never an exception, never more kept
 * than one packet of `packetBytesMax`.
 *
 * A packet is refused as early as it can be known: a first byte that may not come now (anything before CONNACK
 * [MQTT-3.2.0-1], types of the server's or of QoS 2, wrong flags [MQTT-2.2.2-2]) at that byte, a size above the limit when
 * its length is read. It is consumed before the sink hears of it, so a sink that fails loses nothing but its own call.
 *
 * Cost is linear in the bytes received: each packet is framed once, and while one is not whole its bytes are appended and
 * not looked at. (Appending copies on some engines; then a byte costs at most `packetBytesMax`.)
 */
import { check } from "../../base/check";
import { at, chr, sub } from "../../base/intrinsics";
import { MqttCode } from "./code";
import { MqttPhase } from "./phase";
import { finish, indexOfId, removeAt, send, wakeWithin } from "./state";
import type { MqttSession, MqttSink } from "./state";
import { isTopicName } from "./topic";

/** Of one second of keep-alive, how much may pass before PINGREQ goes out: the rest is for timers and networks that are late. */
export const PING_AFTER_MS_PER_SEC = 900;

/** True if a packet may start with byte `first` now. */
function mayStart(phase: MqttPhase, first: number): boolean {
  if (phase === MqttPhase.connecting) return first === 0x20;
  // PUBLISH of QoS 0 without DUP [MQTT-3.3.1-2] and of QoS 1 with or without; QoS 3 [MQTT-3.3.1-4] and 2 are not taken.
  if (first < 0x40) return (first >= 0x30 && first <= 0x33) || first === 0x3a || first === 0x3b;
  return first === 0x40 || first === 0x90 || first === 0xb0 || first === 0xd0;
}

/**
 * CONNACK (3.2). `flags` and `code` are its two bytes.
 * @cold
 */
function connack(session: MqttSession, sink: MqttSink, flags: number, code: number, uptime: number): number {
  const present = flags === 1;
  // Session present goes with acceptance only [MQTT-3.2.2-4], and a clean session has no past [MQTT-3.2.2-1].
  if (flags > 1 || code > 5 || (present && (code !== 0 || session.cleanSession))) return MqttCode.protocolError;
  if (code !== 0) return code;
  session.phase = MqttPhase.connected;
  if (session.options.keepAliveSec > 0) wakeWithin(session, sink, uptime, session.options.keepAliveSec * PING_AFTER_MS_PER_SEC);
  sink.connected(present);
  // What is in flight goes out again, whether or not the broker kept its side: [MQTT-4.4.0-1] makes no difference.
  if (session.publishIds.length > 0) {
    session.publishedAt = uptime;
    wakeWithin(session, sink, uptime, session.options.ackTimeoutMs);
    sink.resend(session.publishRefs[0]!, session.publishIds[0]!);
  }
  return 0;
}

/**
 * PUBLISH (3.3), in `bytes` from `body` up to `end`.
 * @apart
 */
function publish(session: MqttSession, sink: MqttSink, qos: number, bytes: string, body: number, end: number, uptime: number): number {
  const topicStart = body + 2;
  if (topicStart > end) return MqttCode.protocolError;
  const topicEnd = topicStart + at(bytes, body) * 256 + at(bytes, body + 1);
  const payloadStart = topicEnd + qos * 2;
  if (payloadStart > end) return MqttCode.protocolError;
  const topic = sub(bytes, topicStart, topicEnd);
  if (topic !== session.topic) {
    if (!isTopicName(topic)) return MqttCode.protocolError;
    session.topic = topic;
  }
  if (qos === 1) {
    const id = sub(bytes, topicEnd, payloadStart);
    if (at(id, 0) + at(id, 1) === 0) return MqttCode.protocolError;
    // First, so that a message is acknowledged whatever becomes of it here [MQTT-3.3.4-1, 4.5.0-2].
    send(session, sink, chr(0x40) + chr(2) + id, uptime);
  }
  sink.deliver(topic, sub(bytes, payloadStart, end), qos);
  return 0;
}

/** PUBACK (3.4). One that nothing on this connection waits for, late or hostile, changes nothing. */
function puback(session: MqttSession, sink: MqttSink, id: number, uptime: number): void {
  const i = indexOfId(session.publishIds, session.publishesSent, id);
  if (i < 0) return;
  const ref = session.publishRefs[i]!;
  removeAt(session.publishIds, i);
  removeAt(session.publishRefs, i);
  session.publishesSent -= 1;
  if (i === 0) session.publishedAt = uptime;
  sink.acknowledged(ref);
}

/**
 * SUBACK (3.9), `codes` one byte a filter, or UNSUBACK (3.11), `codes` "". An unknown identifier is not taken as ours [MQTT-2.3.1-7].
 * @cold
 */
function filtersAnswered(session: MqttSession, sink: MqttSink, id: number, codes: string, uptime: number): number {
  for (let k = 0; k < codes.length; k += 1) {
    const code = at(codes, k);
    if (code > 2 && code !== 0x80) return MqttCode.protocolError;
  }
  const i = indexOfId(session.filterIds, session.filterIds.length, id);
  if (i < 0) return 0;
  if (session.filterCounts[i] !== codes.length) return MqttCode.protocolError;
  removeAt(session.filterIds, i);
  removeAt(session.filterCounts, i);
  if (i === 0) session.filteredAt = uptime;
  sink.subscribed(id, codes);
  return 0;
}

/** One whole packet that is no PUBLISH, whose first byte `mayStart`; its body is `bytes` from `body` up to `end`. Returns 0 or a code. */
function handle(session: MqttSession, sink: MqttSink, first: number, bytes: string, body: number, end: number, uptime: number): number {
  const length = end - body;
  if (first === 0xd0) {
    session.pingedAt = -1;
    return length === 0 ? 0 : MqttCode.protocolError;
  }
  // SUBACK has an identifier and a code at least; the others are two bytes long.
  if (first === 0x90 ? length < 3 : length !== 2) return MqttCode.protocolError;
  if (first === 0x20) return connack(session, sink, at(bytes, body), at(bytes, body + 1), uptime);
  const id = at(bytes, body) * 256 + at(bytes, body + 1);
  if (id === 0) return MqttCode.protocolError;
  if (first !== 0x40) return filtersAnswered(session, sink, id, sub(bytes, body + 2, end), uptime);
  puback(session, sink, id, uptime);
  return 0;
}

/**
 * Takes the packets that are whole out of `input`.
 * @apart
 */
function readPackets(session: MqttSession, sink: MqttSink, input: string, uptime: number): number {
  let code = 0;
  let start = 0;
  let needed = 1;
  while (code === 0 && start < input.length) {
    const first = at(input, start);
    let length = 0;
    let scale = 1;
    let i = start + 1;
    let more = true;
    if (!mayStart(session.phase, first)) code = MqttCode.protocolError;
    while (more && code === 0 && i < input.length) {
      const digit = at(input, i);
      length += (digit % 128) * scale;
      more = digit > 127;
      // A fourth length byte that announces a fifth is malformed (2.2.3).
      if (more && scale === 2097152) code = MqttCode.protocolError;
      scale *= 128;
      i += 1;
    }
    needed = more ? i - start + 1 : i - start + length;
    if (code === 0 && needed > session.options.packetBytesMax) code = MqttCode.packetTooLarge;
    if (code !== 0 || more || start + needed > input.length) break;
    start += needed;
    session.consumed = start;
    const isPublish = first >= 0x30 && first < 0x40;
    code = isPublish ? publish(session, sink, first % 8 < 2 ? 0 : 1, input, i, start, uptime) : handle(session, sink, first, input, i, start, uptime);
    needed = 1;
  }
  if (code !== 0) return finish(session, sink, code);
  session.pending = sub(input, start, input.length);
  session.consumed = 0;
  session.needed = needed;
  return 0;
}

/**
 * Bytes from the transport, cut anywhere.
 * @returns 0, or the MqttCode that `sink.close` was called with; `notConnected` for bytes of a closed connection, unread
 */
export function mqttReceive(session: MqttSession, sink: MqttSink, bytes: string, uptime: number): number {
  if (MOTET_CHECKED) check(!session.busy, "mqtt: the sink called back into the core");
  if (session.phase !== MqttPhase.connecting && session.phase !== MqttPhase.connected) return MqttCode.notConnected;
  const input = session.consumed === 0 ? session.pending + bytes : sub(session.pending, session.consumed, session.pending.length) + bytes;
  session.receivedAt = uptime;
  session.pending = input;
  session.consumed = 0;
  if (input.length < session.needed) return 0;
  session.needed = 0;
  if (MOTET_CHECKED) session.busy = true;
  const code = readPackets(session, sink, input, uptime);
  if (MOTET_CHECKED) session.busy = false;
  return code;
}
