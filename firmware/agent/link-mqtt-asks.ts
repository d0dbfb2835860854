/**
 * What a link over MQTT says to a platform that is asked: what holds, after it has subscribed, facts of the device, answers to calls, and calls
 * of the device's own. It says them on
 * the turns that the link takes, and must never be called from the core's sink to send.
 *
 * Nobody acknowledges these messages: a connection that loses one ends, and the next one asks anew. A message that is too large to be
 * received ends the connection: the next one asks for one value after the other, and the one after that goes on behind the value that is
 * too large by itself.
 */
import { Fault } from "../../hal/ports/fault";
import { Origin } from "../platform/profile";
import type { MqttProfile } from "../platform/profile";
import { mqttPublish } from "../protocol/mqtt/session";
import { keyAt } from "./asked-keys";
import { ANSWERS_MAX, AgentCode } from "./link";
import type { LinkTarget } from "./link";
import { Step } from "./link-mqtt-state";
import type { Asks, MqttLink } from "./link-mqtt-state";

/** How long the platform may take to answer a call of the device's own. */
const CALL_TIMEOUT_MS = 30000;

/**
 * A link's part of this. `overfed` is that of the link before, if something too large to be received has ended it.
 * @cold
 */
export function newAsks(profile: MqttProfile, target: LinkTarget, overfed: Asks | undefined): Asks {
  const wanted = target.wanted;
  const asks: Asks = { question: "", wanted, single: overfed !== undefined, place: 0, asking: false, oversized: "", replies: [], callTopic: "", reply: "", facts: target.facts, calls: 0, patience: 0 };
  if (target.token === "") {
    asks.question = profile.activationRequest(target.code, target.channel, target.identity);
    return asks;
  }
  if (overfed !== undefined && overfed.single && overfed.asking) {
    asks.oversized = keyAt(wanted, overfed.place);
    asks.place = overfed.place + 1;
  }
  const keys = asks.single ? keyAt(wanted, asks.place) : wanted;
  if (keys !== "") asks.question = profile.wantedRequest(keys);
  return asks;
}

/**
 * What holds, as it was asked for: true when there is more to ask.
 * @cold
 */
export function answered(link: MqttLink, payload: string): boolean {
  const asks = link.asks!;
  link.sink.told(payload, Origin.answer);
  if (!asks.asking) return false;
  asks.asking = false;
  asks.place += 1;
  const key = asks.single ? keyAt(asks.wanted, asks.place) : "";
  if (key !== "") asks.question = link.profile.wantedRequest(key);
  return key !== "";
}

/**
 * Says what waits to be said, the question first; false when the question cannot be asked.
 * @cold
 */
export function speak(link: MqttLink): boolean {
  if (link.step !== Step.live && link.step !== Step.activating) return true;
  const uptime = link.ports.clock.uptime();
  const profile = link.profile;
  const asks = link.asks!;
  const question = asks.question;
  asks.question = "";
  if (asks.oversized !== "") link.sink.oversized(asks.oversized);
  asks.oversized = "";
  if (question !== "") {
    asks.asking = !link.activating;
    const topic = link.activating ? profile.activationRequestTopic : profile.wantedRequestTopic;
    if (mqttPublish(link.session, link.mqttSink, topic, question, 0, false, 0, uptime) !== 0) return false;
  }
  if (asks.facts !== "" && !link.activating) mqttPublish(link.session, link.mqttSink, profile.factsTopic, asks.facts, 0, false, 0, uptime);
  asks.facts = "";
  const replies = asks.replies;
  asks.replies = [];
  for (const reply of replies) mqttPublish(link.session, link.mqttSink, reply.topic, reply.payload, 0, false, 0, uptime);
  return true;
}

/**
 * A call: it is obeyed, once, and its answer waits for a turn; false when too many wait, and then nothing was done.
 * @cold
 */
export function called(link: MqttLink, topic: string, payload: string): boolean {
  const asks = link.asks!;
  if (asks.replies.length >= ANSWERS_MAX) return false;
  if (topic !== asks.callTopic) {
    asks.callTopic = topic;
    asks.reply = link.profile.answerBody(link.sink.told(payload, Origin.rpc));
  }
  asks.replies.push({ topic: link.profile.answerTopic(topic), payload: asks.reply });
  return true;
}

/**
 * The device's own call is over: it was answered, or will not be.
 * @cold
 */
function callEnded(link: MqttLink, code: number, payload: string): void {
  const asks = link.asks!;
  link.ports.clock.cancel(asks.patience);
  asks.patience = 0;
  link.sink.answer(code, payload);
}

/**
 * The answer to a call of the device's own; one that comes when patience has run out is not wanted any more.
 * @cold
 */
export function callAnswered(link: MqttLink, topic: string, payload: string): void {
  const asks = link.asks!;
  if (asks.patience !== 0 && topic === link.profile.answerTopic(link.profile.callTopic(asks.calls))) callEnded(link, 0, payload);
}

/**
 * Makes a call of the device's own: 0, or why not.
 * @cold
 */
export function callOut(link: MqttLink, method: string, params: string): number {
  const asks = link.asks!;
  const clock = link.ports.clock;
  const profile = link.profile;
  if (link.step !== Step.live || !link.open) return Fault.closed;
  asks.calls += 1;
  if (mqttPublish(link.session, link.mqttSink, profile.callTopic(asks.calls), profile.callBody(method, params), 0, false, 0, clock.uptime()) !== 0) return AgentCode.busy;
  asks.patience = clock.after(CALL_TIMEOUT_MS, () => callEnded(link, AgentCode.timeout, ""));
  return 0;
}
