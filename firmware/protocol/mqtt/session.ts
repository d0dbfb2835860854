/**
 * MQTT 3.1.1 client, sans-IO: calls and bytes in, calls on a sink out. It never opens a socket, reads a clock, keeps a
 * payload, or speaks QoS 2.
 *
 * Theory of operation. `mqttOpen` makes the session; for each connection the owner opens a transport, calls `mqttConnect`,
 * feeds `mqttReceive` and `mqttTick`, and after `sink.close` (the core ended it) or `mqttClosed` (the transport did) opens
 * the next after a backoff of its own. The events that a phase does not take are refused with a code and change nothing:
 *
 *   closed      takes connect; publish, resend, receive: notConnected; subscribe: 0; disconnect, tick, closed: nothing
 *   connecting  takes receive (CONNACK alone), tick, disconnect, closed; connect: invalid; the others: as closed
 *   connected   takes all but connect: invalid
 *   invalid     (the options were wrong) takes nothing
 *
 * QoS 1. A publish is in flight from `mqttPublish` until `sink.acknowledged(ref)`; the core keeps its identifier and ref.
 * Nothing is re-sent by timer: a PUBACK that does not come ends the connection (`ackTimeout`, counted for the oldest from
 * when it became the oldest; longer while the broker goes on talking, because a slow machine has not read so far yet). On the next connection with `cleanSession` false the core asks for what is in flight, oldest
 * first, one at a time: `sink.resend(ref, packetId)`, answered on a later turn by `mqttResend`, which sends DUP and asks for
 * the next. New QoS 1 publishes are refused (`windowFull`) until all are out, so that order holds [MQTT-4.6.0-1]. It is the
 * same with session present 0, when the broker has forgotten us: to it the publishes are new, to us they are redeliveries
 * [MQTT-4.4.0-1, 3.3.1-1]. With `cleanSession` true nothing is asked for; the owner publishes anew from its own store.
 */
import { check } from "../../base/check";
import { chr } from "../../base/intrinsics";
import { MqttCode } from "./code";
import { DISCONNECT_TYPE, SUBSCRIBE_TYPE, UNSUBSCRIBE_TYPE, encodeConnect, encodeFilters, encodePublish } from "./encode";
import { areOptions } from "./options";
import type { MqttOptions } from "./options";
import { MqttPhase } from "./phase";
import { finish, indexOfId, send, wakeWithin } from "./state";
import type { MqttSession, MqttSink } from "./state";
import { isTopicFilter, isTopicName } from "./topic";

export { MqttCode } from "./code";
export { MqttPhase } from "./phase";
export type { MqttOptions, MqttWill } from "./options";
export { mqttPublishOnce } from "./once";
export { mqttReceive } from "./receive";
export { mqttClosed } from "./state";
export { mqttTick } from "./tick";
export type { MqttSession, MqttSink } from "./state";

/** How many SUBSCRIBE and UNSUBSCRIBE may wait for their answer at a time. */
export const FILTER_PACKETS_MAX = 4;

/** Largest uptime and ref. */
const INTEGER_MAX = 2147483647;

function assertIdle(session: MqttSession): void {
  check(!session.busy, "mqtt: the sink called back into the core");
}

/**
 * A new session, closed, or of phase `invalid` if the options are refused. Nothing is sent before `mqttConnect`.
 * @cold
 */
export function mqttOpen(options: MqttOptions): MqttSession {
  return {
    options,
    phase: areOptions(options) ? MqttPhase.closed : MqttPhase.invalid,
    cleanSession: options.cleanSession,
    pending: "",
    consumed: 0,
    needed: 0,
    packetId: 0,
    publishIds: [],
    publishRefs: [],
    publishesSent: 0,
    publishedAt: 0,
    filterIds: [],
    filterCounts: [],
    filteredAt: 0,
    sentAt: 0,
    receivedAt: 0,
    pingedAt: -1,
    wakeFrom: 0,
    wakeMs: -1,
    // A right one, as every topic that stands here must be; the empty topic is not.
    topic: "/",
    busy: false,
  };
}

/**
 * The transport is up: sends CONNECT, the first packet and the only one of its kind [MQTT-3.1.0-1, -2].
 * @returns 0, `packetTooLarge`, or `invalid` on a session that is not closed or was refused, or that has an empty client id
 * and is not clean
 * @cold
 */
export function mqttConnect(session: MqttSession, sink: MqttSink, uptime: number): number {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase !== MqttPhase.closed || (session.options.clientId === "" && !session.cleanSession)) return MqttCode.invalid;
  const bytes = encodeConnect(session.options, session.cleanSession);
  if (bytes.length > session.options.packetBytesMax) return MqttCode.packetTooLarge;
  if (MOTET_CHECKED) session.busy = true;
  session.phase = MqttPhase.connecting;
  session.receivedAt = uptime;
  session.pingedAt = -1;
  if (session.cleanSession) {
    session.publishIds = [];
    session.publishRefs = [];
  }
  send(session, sink, bytes, uptime);
  wakeWithin(session, sink, uptime, session.options.ackTimeoutMs);
  if (MOTET_CHECKED) session.busy = false;
  return 0;
}

/** The next identifier that nothing waits for: 1 to 65535, then 1 again [MQTT-2.3.1-1, -2]. */
function freePacketId(session: MqttSession): number {
  let id = (session.packetId % 65535) + 1;
  while (indexOfId(session.publishIds, session.publishIds.length, id) >= 0 || indexOfId(session.filterIds, session.filterIds.length, id) >= 0) {
    id = (id % 65535) + 1;
  }
  return id;
}

function sendPublish(
  session: MqttSession,
  sink: MqttSink,
  topic: string,
  payload: string,
  qos: number,
  retain: boolean,
  dup: boolean,
  packetId: number,
  uptime: number,
): number {
  if (topic !== session.topic) {
    if (!isTopicName(topic)) return MqttCode.invalid;
    session.topic = topic;
  }
  const bytes = encodePublish(topic, payload, qos, retain, dup, packetId);
  if (bytes.length > session.options.packetBytesMax) return MqttCode.packetTooLarge;
  send(session, sink, bytes, uptime);
  return 0;
}

/**
 * Publishes once. `qos` is 0 or 1; `ref`, 0 to 2^31-1, is the owner's name for a QoS 1 publish and comes back in
 * `acknowledged` and `resend`.
 * @returns 0, `notConnected`, `windowFull`, `packetTooLarge` or `invalid`; nothing was sent unless 0
 */
export function mqttPublish(
  session: MqttSession,
  sink: MqttSink,
  topic: string,
  payload: string,
  qos: number,
  retain: boolean,
  ref: number,
  uptime: number,
): number {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase !== MqttPhase.connected) return MqttCode.notConnected;
  if (qos !== 0 && qos !== 1) return MqttCode.invalid;
  if (MOTET_CHECKED) check(ref >= 0 && ref <= INTEGER_MAX && Math.floor(ref) === ref, "mqtt: ref");
  const inFlight = session.publishIds.length;
  if (qos === 1 && (inFlight >= session.options.window || session.publishesSent < inFlight)) return MqttCode.windowFull;
  const packetId = qos === 1 ? freePacketId(session) : 0;
  if (MOTET_CHECKED) session.busy = true;
  const code = sendPublish(session, sink, topic, payload, qos, retain, false, packetId, uptime);
  if (code === 0 && qos === 1) {
    session.packetId = packetId;
    session.publishIds.push(packetId);
    session.publishRefs.push(ref);
    session.publishesSent += 1;
    if (inFlight === 0) {
      session.publishedAt = uptime;
      wakeWithin(session, sink, uptime, session.options.ackTimeoutMs);
    }
  }
  if (MOTET_CHECKED) session.busy = false;
  return code;
}

/**
 * The owner's answer to `sink.resend(ref, packetId)`: the same message again, with DUP and the same identifier
 * [MQTT-3.3.1-1, 2.3.1-3]. Asks for the next, if there is one. An owner that has lost the message lets the connection end
 * and connects with `cleanSession` true.
 * @returns 0, `notConnected`, `packetTooLarge`, or `invalid` also for a packetId that was not asked for
 * @cold
 */
export function mqttResend(
  session: MqttSession,
  sink: MqttSink,
  packetId: number,
  topic: string,
  payload: string,
  retain: boolean,
  uptime: number,
): number {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase !== MqttPhase.connected) return MqttCode.notConnected;
  const i = session.publishesSent;
  if (i >= session.publishIds.length || session.publishIds[i] !== packetId) return MqttCode.invalid;
  if (MOTET_CHECKED) session.busy = true;
  const code = sendPublish(session, sink, topic, payload, 1, retain, true, packetId, uptime);
  if (code === 0) {
    if (i === 0) session.publishedAt = uptime;
    session.publishesSent = i + 1;
    if (i + 1 < session.publishIds.length) sink.resend(session.publishRefs[i + 1]!, session.publishIds[i + 1]!);
  }
  if (MOTET_CHECKED) session.busy = false;
  return code;
}

/** @cold */
function sendFilters(session: MqttSession, sink: MqttSink, type: number, filters: readonly string[], qos: number, uptime: number): number {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase !== MqttPhase.connected || session.filterIds.length >= FILTER_PACKETS_MAX) return 0;
  if (filters.length === 0 || (qos !== 0 && qos !== 1)) return 0;
  for (const filter of filters) if (!isTopicFilter(filter)) return 0;
  const packetId = freePacketId(session);
  const bytes = encodeFilters(type, packetId, filters, qos);
  if (bytes.length > session.options.packetBytesMax) return 0;
  if (MOTET_CHECKED) session.busy = true;
  session.packetId = packetId;
  session.filterIds.push(packetId);
  session.filterCounts.push(type === SUBSCRIBE_TYPE ? filters.length : 0);
  if (session.filterIds.length === 1) session.filteredAt = uptime;
  send(session, sink, bytes, uptime);
  wakeWithin(session, sink, uptime, session.options.ackTimeoutMs);
  if (MOTET_CHECKED) session.busy = false;
  return packetId;
}

/**
 * Asks for the messages of all `filters`, each at `qos` 0 or 1; `sink.subscribed(packetId, codes)` brings the answer.
 * @returns the packet identifier, or 0 if refused: not connected, a bad filter or none, a bad QoS, more bytes than
 * `packetBytesMax`, or FILTER_PACKETS_MAX waiting already
 */
export function mqttSubscribe(session: MqttSession, sink: MqttSink, filters: readonly string[], qos: number, uptime: number): number {
  return sendFilters(session, sink, SUBSCRIBE_TYPE, filters, qos, uptime);
}

/** Takes `filters` back; answered and refused as `mqttSubscribe`. */
export function mqttUnsubscribe(session: MqttSession, sink: MqttSink, filters: readonly string[], uptime: number): number {
  return sendFilters(session, sink, UNSUBSCRIBE_TYPE, filters, 0, uptime);
}

/**
 * Ends the connection in order: DISCONNECT, then `sink.close(0)` [MQTT-3.14.4-1, -2]. The broker drops the will.
 * @cold
 */
export function mqttDisconnect(session: MqttSession, sink: MqttSink): void {
  if (MOTET_CHECKED) assertIdle(session);
  if (session.phase !== MqttPhase.connected && session.phase !== MqttPhase.connecting) return;
  if (MOTET_CHECKED) session.busy = true;
  sink.send(chr(DISCONNECT_TYPE) + chr(0));
  finish(session, sink, MqttCode.ok);
  if (MOTET_CHECKED) session.busy = false;
}
