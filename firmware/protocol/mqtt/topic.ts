/**
 * What may be a topic name and what may be a topic filter: MQTT 3.1.1, 1.5.3 and 4.7. It never decides who may use one.
 */
import { at } from "../../base/intrinsics";
import { isMqttText } from "../../base/utf8";

/** The longest string that the two length bytes can state [MQTT-4.7.3-3]. */
export const TEXT_BYTES_MAX = 65535;

function isTopic(text: string): boolean {
  return text !== "" && text.length <= TEXT_BYTES_MAX && isMqttText(text);
}

/**
 * True if `topic` can be published to: not empty, not too long, well-formed, without wildcards [MQTT-3.3.2-1, -2, 4.7.3-1..3].
 * @cold
 */
export function isTopicName(topic: string): boolean {
  return topic.indexOf("#") < 0 && topic.indexOf("+") < 0 && isTopic(topic);
}

/** True if `filter` can be subscribed to: `#` only last and alone in its level, `+` only as a whole level [MQTT-4.7.1-2, -3]. */
export function isTopicFilter(filter: string): boolean {
  const end = filter.length;
  let levelStart = 0;
  for (let i = 0; i < end; i += 1) {
    const char = at(filter, i);
    if (char === 47) levelStart = i + 1;
    else if (char === 35 || char === 43) {
      if (i !== levelStart || (i + 1 < end && (char === 35 || at(filter, i + 1) !== 47))) return false;
    }
  }
  return isTopic(filter);
}
