/**
 * The near end of a link over MQTT: the socket's one outstanding write, the deadline and the end. It must never look into what
 * is written.
 */
import { Fault } from "../../hal/ports/fault";
import { sub } from "../base/intrinsics";
import { MqttCode, mqttClosed } from "../protocol/mqtt/session";
import { AgentCode } from "./link";
import type { MqttLink } from "./link-mqtt-state";

/**
 * Ends the link at once, and tells the agent why.
 * @cold
 */
export function end(link: MqttLink, code: number): void {
  if (!link.open) return;
  link.open = false;
  const clock = link.ports.clock;
  clock.cancel(link.turn);
  clock.cancel(link.tick);
  clock.cancel(link.deadline);
  if (link.profile.requests) clock.cancel(link.asks!.patience);
  mqttClosed(link.session);
  link.ports.tcp.close(link.socket);
  link.out = "";
  if (link.quiet) return;
  // A platform whose one credential is the token says clearly that it does not know it.
  if (link.profile.requests && (code === AgentCode.protocol + MqttCode.refusedCredentials || code === AgentCode.protocol + MqttCode.refusedAuthorization)) link.sink.lost(AgentCode.tokenSuspect);
  else link.sink.lost(code);
}

/**
 * Ends the link for `code` in `ms`; replaces the deadline before.
 * @cold
 */
export function setDeadline(link: MqttLink, ms: number, code: number): void {
  const clock = link.ports.clock;
  clock.cancel(link.deadline);
  link.deadlineCode = code;
  link.deadline = clock.after(ms, () => end(link, link.deadlineCode));
}

/** Writes what waits, as far as the port takes it. */
export function flush(link: MqttLink): void {
  if (!link.writable || link.out.length === 0) return;
  const most = link.ports.tcp.writeBytesMax;
  const count = link.out.length < most ? link.out.length : most;
  const bytes = sub(link.out, 0, count);
  link.out = sub(link.out, count, link.out.length);
  link.writable = false;
  // Ending here would call the agent from inside its own call: the deadline does it on the next turn.
  const fault = link.ports.tcp.write(link.socket, bytes);
  if (fault !== Fault.none) setDeadline(link, 0, fault);
}

/** Whether the socket takes a message now; if not, the agent hears when there is room. */
export function takesNow(link: MqttLink): boolean {
  link.crowded = !link.writable;
  return link.writable;
}
