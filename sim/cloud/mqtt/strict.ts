/**
 * What MQTT 3.1.1 forbids and mqtt-packet lets through. Each rule names its clause.
 *
 * Reads packets that mqtt-packet has parsed; `undefined` means that nothing is wrong.
 */
import type { IConnectPacket, IPublishPacket, Packet } from "mqtt-packet";

/** A fault of a packet, for the log: it never holds anything the peer sent. */
export type Violation = string | undefined;

/**
 * Whether decoded text was well-formed UTF-8 without NUL [MQTT-1.5.3-1, MQTT-1.5.3-2]. mqtt-packet puts U+FFFD in place of
 * what is not, so a U+FFFD that was really sent is refused as well.
 */
export function isText(text: string): boolean {
  return !text.includes("\ufffd") && !text.includes("\0");
}

/** A topic name: not empty, no wildcard [MQTT-4.7.3-1, MQTT-3.3.2-2]. */
export function isTopicName(topic: string): boolean {
  return topic.length > 0 && isText(topic) && !topic.includes("#") && !topic.includes("+");
}

/** A topic filter: wildcards fill whole levels, "#" the last one only [MQTT-4.7.1-2, MQTT-4.7.1-3, MQTT-4.7.3-1]. */
export function isTopicFilter(filter: string): boolean {
  if (filter.length === 0 || !isText(filter)) return false;
  if (!filter.includes("#") && !filter.includes("+")) return true;
  const levels = filter.split("/");
  return levels.every((level, i) => (level === "#" ? i === levels.length - 1 : level === "+" || !/[#+]/.test(level)));
}

/** What is wrong with a packet from a client that has sent its CONNECT. */
export function violation(packet: Packet): Violation {
  switch (packet.cmd) {
    case "publish":
      return publishViolation(packet);
    case "puback":
      return packet.length === 2 ? identifierViolation(packet.messageId) : "acknowledgement of a wrong length";
    case "subscribe":
      if (packet.subscriptions.length === 0) return "SUBSCRIBE without a filter [MQTT-3.8.3-3]";
      if (!packet.subscriptions.every((one) => isTopicFilter(one.topic))) return "malformed topic filter [MQTT-4.7.1-2]";
      return identifierViolation(packet.messageId);
    case "unsubscribe":
      if (packet.unsubscriptions.length === 0) return "UNSUBSCRIBE without a filter [MQTT-3.10.3-2]";
      if (!packet.unsubscriptions.every(isTopicFilter)) return "malformed topic filter [MQTT-4.7.1-2]";
      return identifierViolation(packet.messageId);
    case "pingreq":
    case "disconnect":
      return packet.length === 0 ? undefined : `${packet.cmd} with a body`;
    case "connect":
      return "second CONNECT [MQTT-3.1.0-2]";
    default:
      // QoS 2 is not offered: its packets are as out of place as those that only a server sends.
      return `${packet.cmd} from a client`;
  }
}

function identifierViolation(packetId: number | undefined): Violation {
  return packetId !== undefined && packetId > 0 ? undefined : "packet identifier missing or 0 [MQTT-2.3.1-1]";
}

function publishViolation(packet: IPublishPacket): Violation {
  if (packet.qos === 2) return "PUBLISH at QoS 2, which is not offered";
  if (packet.qos === 0 && packet.dup) return "DUP at QoS 0 [MQTT-3.3.1-2]";
  if (!isTopicName(packet.topic)) return "malformed topic name [MQTT-3.3.2-2]";
  if (packet.qos === 0) return undefined;
  // Two bytes of length, the topic, two of identifier: mqtt-packet reads on into the next packet when they do not fit.
  if (Buffer.byteLength(packet.topic) + 4 > (packet.length ?? 0)) return "PUBLISH that ends within its header";
  return identifierViolation(packet.messageId);
}

/** What is wrong with a CONNECT; its protocol name and level are checked apart, since they have an answer. */
export function connectViolation(packet: IConnectPacket): Violation {
  const { will, clientId, username, password } = packet;
  if (!isText(clientId)) return "malformed client identifier [MQTT-1.5.3-1]";
  if (username !== undefined && !isText(username)) return "malformed user name [MQTT-1.5.3-1]";
  if (password !== undefined && username === undefined) return "password without a user name [MQTT-3.1.2-22]";
  if (will === undefined) return undefined;
  if ((will.qos as number) > 2) return "will at QoS 3 [MQTT-3.1.2-14]";
  return isTopicName(will.topic) ? undefined : "malformed will topic [MQTT-3.3.2-2]";
}

/** Whether name and level are MQTT 3.1 (MQIsdp, 3) or 3.1.1 (MQTT, 4); all else, a bridge's mark too, gets return code 1. */
export function isSpoken(packet: IConnectPacket): boolean {
  if ("bridgeMode" in packet) return false;
  const { protocolId, protocolVersion } = packet;
  return (protocolId === "MQTT" && protocolVersion === 4) || (protocolId === "MQIsdp" && protocolVersion === 3);
}
