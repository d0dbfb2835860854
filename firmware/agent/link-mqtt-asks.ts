/**
 * What a link over MQTT says to a platform that is asked: the one question after it has subscribed, and answers to calls. It says them on
 * the turns that the link takes, and must never be called from the core's sink to send.
 *
 * Nobody acknowledges these messages: a connection that loses one ends, and the next one asks anew.
 */
import { Origin } from "../platform/profile";
import type { MqttProfile } from "../platform/profile";
import { mqttPublish } from "../protocol/mqtt/session";
import { ANSWERS_MAX } from "./link";
import type { LinkTarget } from "./link";
import { Step } from "./link-mqtt-state";
import type { Asks, MqttLink } from "./link-mqtt-state";

/**
 * A link's part of this. The question is to be activated, or what holds for the commands, if there are any.
 * @cold
 */
export function newAsks(profile: MqttProfile, target: LinkTarget): Asks {
  let question = "";
  if (target.token === "") question = profile.activationRequest(target.code, target.channel, target.identity);
  else if (target.wanted !== "") question = profile.wantedRequest(target.wanted);
  return { question, replies: [], callTopic: "", reply: "" };
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
  if (question !== "") {
    const topic = link.activating ? profile.activationRequestTopic : profile.wantedRequestTopic;
    if (mqttPublish(link.session, link.mqttSink, topic, question, 0, false, 0, uptime) !== 0) return false;
  }
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
