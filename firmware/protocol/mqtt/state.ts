/**
 * The session's struct, its sink, and the few moves that sending and receiving share. Every field is written here, in
 * `receive.ts` and in `session.ts`, nowhere else.
 */
import { elapsed } from "../../base/time";
import type { MqttOptions } from "./options";
import { MqttPhase } from "./phase";

/**
 * What the core tells its owner, at once, from inside the call that caused it. No member may call the core on the same
 * turn: an owner that wants to answer does so later (builds that check assert it).
 */
export interface MqttSink {
  /** Bytes for the transport, in order: whole packets. */
  send(this: void, bytes: string): void;
  /** CONNACK accepted us. The subscriptions are the broker's only if `sessionPresent`; else subscribe (again). */
  connected(this: void, sessionPresent: boolean): void;
  /** PUBACK for the QoS 1 publish that was given `ref`. QoS 0 is never acknowledged. */
  acknowledged(this: void, ref: number): void;
  /** SUBACK: one byte a filter, in their order, 0 to 2 granted, 0x80 refused [MQTT-3.9.3-1]. UNSUBACK: `codes` is "". */
  subscribed(this: void, packetId: number, codes: string): void;
  /** A message; its PUBACK, if `qos` is 1, is already sent. The same message may come twice at QoS 1. */
  deliver(this: void, topic: string, payload: string, qos: number): void;
  /** Publish `ref` again with `mqttResend`, on a later turn. One is asked for at a time, in the order of first sending. */
  resend(this: void, ref: number, packetId: number): void;
  /** The connection is over for the core: close the transport. `code` is an MqttCode; 0 after `mqttDisconnect`. */
  close(this: void, code: number): void;
  /** Call `mqttTick` in `inMs`; this replaces an earlier wish. A tick that comes early or twice does no harm. */
  wake(this: void, inMs: number): void;
}

/** One client session, over as many connections as it lasts. Owners read `phase` and set `cleanSession`; the rest is the core's. */
export interface MqttSession {
  readonly options: MqttOptions;
  phase: MqttPhase;
  /** Sent in the next CONNECT. Change it only while closed; true forgets what is in flight when the connection ends. */
  cleanSession: boolean;
  /** Received and not consumed: at most one packet that is not whole, once a call has returned. */
  pending: string;
  /** How much of `pending` is consumed; 0 between calls, unless a sink function has failed. */
  consumed: number;
  /** `pending` cannot be a whole packet while it is shorter than this. */
  needed: number;
  /** The identifier given last; 0 before the first. */
  packetId: number;
  /** QoS 1 publishes without PUBACK in order of first sending: identifiers, and the owner's refs beside them. */
  publishIds: number[];
  publishRefs: number[];
  /** How many of them, from the first on, were sent on this connection. */
  publishesSent: number;
  /** Uptime since when the first of them is waited for. */
  publishedAt: number;
  /** SUBSCRIBE and UNSUBSCRIBE without answer: identifiers, and how many codes are due beside them (0: UNSUBACK). */
  filterIds: number[];
  filterCounts: number[];
  filteredAt: number;
  /** Uptimes of the last packet sent and the last bytes received, and of the oldest PINGREQ without PINGRESP, or -1. */
  sentAt: number;
  receivedAt: number;
  pingedAt: number;
  /** The tick that was asked for: `wakeMs` after uptime `wakeFrom`; `wakeMs` is -1 when none is. */
  wakeFrom: number;
  wakeMs: number;
  /** The topic that was found right last, sent or received: checking goes byte by byte, and the next is often the same. */
  topic: string;
  /** True while a call into the core runs; used by builds that check. */
  busy: boolean;
}

/** Sends one packet and notes when, for keep-alive. */
export function send(session: MqttSession, sink: MqttSink, bytes: string, uptime: number): void {
  session.sentAt = uptime;
  sink.send(bytes);
}

/** Asks for a tick within `ms`, unless one is due by then anyway. */
export function wakeWithin(session: MqttSession, sink: MqttSink, uptime: number, ms: number): void {
  if (session.wakeMs >= 0 && session.wakeMs - elapsed(uptime, session.wakeFrom) <= ms) return;
  session.wakeFrom = uptime;
  session.wakeMs = ms;
  sink.wake(ms);
}

/** Index of `id` among the first `count` of `ids`, or -1. */
export function indexOfId(ids: readonly number[], count: number, id: number): number {
  for (let i = 0; i < count; i += 1) if (ids[i] === id) return i;
  return -1;
}

/** Takes item `i` out of `list` and moves those behind it up. */
export function removeAt(list: number[], i: number): void {
  for (let k = i + 1; k < list.length; k += 1) list[k - 1] = list[k]!;
  list.pop();
}

/**
 * The transport is gone. With `cleanSession` false what is in flight stays, to be re-sent on the next connection
 * [MQTT-3.1.2-4, 4.1.0-1]; else it is forgotten [MQTT-3.1.2-6] and was never acknowledged, so the owner has it still.
 * Waiting subscriptions are forgotten in both. Does nothing on a closed session.
 * @cold
 */
export function mqttClosed(session: MqttSession): void {
  if (session.phase === MqttPhase.invalid) return;
  session.phase = MqttPhase.closed;
  session.pending = "";
  session.consumed = 0;
  session.needed = 0;
  session.filterIds = [];
  session.filterCounts = [];
  session.publishesSent = 0;
  session.wakeMs = -1;
  if (session.cleanSession) {
    session.publishIds = [];
    session.publishRefs = [];
  }
}

/**
 * Ends the connection for `code`, and gives it back.
 * @cold
 */
export function finish(session: MqttSession, sink: MqttSink, code: number): number {
  mqttClosed(session);
  sink.close(code);
  return code;
}
