/**
 * How a link over MQTT learns that it is subscribed, where the platform grants each subscription and is silent about those that cannot
 * be (`silent`). Until it knows, it is not ready: nothing leaves the log, and so nothing is lost to a platform that would acknowledge
 * and drop it.
 *
 * Among the link's topics is one of the device's own. A subscription begins with the topic's last value, so any message at all is the
 * proof, and mostly it comes behind the SUBACK. When none comes, the topic may never have had a value: the link gives it one, and hears
 * it as everybody does who is subscribed. Three that were acknowledged and not heard are a refusal. A connection brings everything in
 * order and the platform had ten seconds from the first to the last, so a network that is slow or loses much is never taken for one.
 *
 * It must never judge while an acknowledgement is to come: that is the session's patience.
 */
import { mqttPublish } from "../protocol/mqtt/session";
import { AgentCode } from "./link";
import { end } from "./link-mqtt-socket";
import { Step } from "./link-mqtt-state";
import type { MqttLink } from "./link-mqtt-state";

/** How long the first value may take to come by itself. */
const FIRST_MS = 2000;
/** How long a value that was written may take to come back. */
const ECHO_MS = 10000;
const UNHEARD_MAX = 3;

/** @cold */
function prove(link: MqttLink): void {
  const clock = link.ports.clock;
  const profile = link.profile;
  if (link.session.publishIds.length === 0) {
    if (link.unheard === UNHEARD_MAX) return end(link, AgentCode.subscriptionRefused);
    link.unheard += 1;
    mqttPublish(link.session, link.mqttSink, profile.ownTopic(link.topic, profile.proofPath), profile.proofBody, 1, false, 0, clock.uptime());
  }
  link.deadline = clock.after(ECHO_MS, () => prove(link));
}

/**
 * Granted: waits for the proof.
 * @cold
 */
export function awaitProof(link: MqttLink): void {
  link.step = Step.proving;
  link.unheard = 0;
  link.deadline = link.ports.clock.after(FIRST_MS, () => prove(link));
}

/**
 * Something was heard.
 * @cold
 */
export function proved(link: MqttLink): void {
  link.ports.clock.cancel(link.deadline);
  link.step = Step.live;
  link.sink.ready();
}
