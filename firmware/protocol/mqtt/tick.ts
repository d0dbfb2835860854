/**
 * What time does to a session: answers that are overdue, and keep-alive [MQTT-3.1.2-23, -24]. Called when the tick is due that was
 * asked for, or at any other time.
 */
import { check } from "../../base/check";
import { chr } from "../../base/intrinsics";
import { elapsed } from "../../base/time";
import { MqttCode } from "./code";
import { PINGREQ_TYPE } from "./encode";
import { MqttPhase } from "./phase";
import { PING_AFTER_MS_PER_SEC } from "./receive";
import { finish, send, wakeWithin } from "./state";
import type { MqttSession, MqttSink } from "./state";

/** More than any span of uptime. */
const NEVER_MS = 2147483647;
/** While the broker goes on talking, an answer may take so many times `ackTimeoutMs`: it stands behind what comes before it. */
const BEHIND_MAX = 15;

/** Sends PINGREQ if it is time for one. Returns in how many milliseconds keep-alive needs the next tick. */
function keepAlive(session: MqttSession, sink: MqttSink, uptime: number): number {
  const quietMs = session.options.keepAliveSec * PING_AFTER_MS_PER_SEC;
  const waiting = session.pingedAt >= 0;
  let left = quietMs - elapsed(uptime, session.sentAt);
  // While an answer to PINGREQ is waited for, silence of the broker is that timer's matter.
  if (!waiting) left = Math.min(left, quietMs - elapsed(uptime, session.receivedAt));
  if (left > 0) return left;
  if (!waiting) session.pingedAt = uptime;
  send(session, sink, chr(PINGREQ_TYPE) + chr(0), uptime);
  return waiting ? quietMs : Math.min(quietMs, session.options.ackTimeoutMs);
}

/**
 * In how many milliseconds an answer is overdue that is waited for since then; 0 or less when it is.
 * @cold
 */
function patience(session: MqttSession, uptime: number, since: number): number {
  const ackMs = session.options.ackTimeoutMs;
  const waited = elapsed(uptime, since);
  const silent = elapsed(uptime, session.receivedAt);
  if (waited < ackMs || silent >= ackMs) return ackMs - waited;
  return Math.min(ackMs - silent, ackMs * BEHIND_MAX - waited);
}

/**
 * Time has passed: closes for an answer that is overdue, sends PINGREQ when nothing was sent [MQTT-3.1.2-23] or nothing
 * was heard for nine tenths of keep-alive, and asks for the next tick.
 * @cold
 */
export function mqttTick(session: MqttSession, sink: MqttSink, uptime: number): void {
  if (MOTET_CHECKED) check(!session.busy, "mqtt: the sink called back into the core");
  const connecting = session.phase === MqttPhase.connecting;
  if (!connecting && session.phase !== MqttPhase.connected) return;
  if (MOTET_CHECKED) session.busy = true;
  session.wakeMs = -1;
  let left = NEVER_MS;
  if (connecting) left = session.options.ackTimeoutMs - elapsed(uptime, session.sentAt);
  if (session.publishIds.length > 0 && !connecting) left = patience(session, uptime, session.publishedAt);
  if (session.filterIds.length > 0) left = Math.min(left, patience(session, uptime, session.filteredAt));
  const pingLeft = session.pingedAt < 0 ? NEVER_MS : patience(session, uptime, session.pingedAt);
  if (left <= 0) finish(session, sink, MqttCode.ackTimeout);
  else if (pingLeft <= 0) finish(session, sink, MqttCode.keepAliveTimeout);
  else {
    left = Math.min(left, pingLeft);
    if (!connecting && session.options.keepAliveSec > 0) left = Math.min(left, keepAlive(session, sink, uptime));
    if (left < NEVER_MS) wakeWithin(session, sink, uptime, left);
  }
  if (MOTET_CHECKED) session.busy = false;
}
