/** Publishing at QoS 0 without ceremony: the short way for many messages. It never keeps anything of them. */
import { check } from "../../base/check";
import { MqttCode } from "./code";
import { encodeOnce } from "./encode";
import { MqttPhase } from "./phase";
import { send } from "./state";
import type { MqttSession, MqttSink } from "./state";
import { isTopicName } from "./topic";

/**
 * Publishes at QoS 0, not retained.
 * @returns 0, `notConnected`, `packetTooLarge` or `invalid` for a topic that is none; nothing was sent unless 0
 */
export function mqttPublishOnce(session: MqttSession, sink: MqttSink, topic: string, payload: string, uptime: number): number {
  if (MOTET_CHECKED) check(!session.busy, "mqtt: the sink called back into the core");
  if (session.phase !== MqttPhase.connected) return MqttCode.notConnected;
  if (topic !== session.topic && !isTopicName(topic)) return MqttCode.invalid;
  const bytes = encodeOnce(topic, payload);
  if (bytes.length > session.options.packetBytesMax) return MqttCode.packetTooLarge;
  if (MOTET_CHECKED) session.busy = true;
  send(session, sink, bytes, uptime);
  if (MOTET_CHECKED) session.busy = false;
  return 0;
}
