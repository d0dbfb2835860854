/** What a link over MQTT opens its session with: the platform's profile, the device's identity and its last will. */
import { jsonString } from "../base/json-write";
import type { MqttProfile } from "../platform/profile";
import { clientIdOf } from "../protocol/mqtt/client-id";
import type { MqttOptions } from "../protocol/mqtt/session";
import type { LinkTarget } from "./link";

/** Batches on their way at once. */
export const WINDOW = 4;
const PACKET_BYTES_MAX = 2048;
const ACK_TIMEOUT_MS = 20000;

/** Where the token is the user name: it, or the name of those without one. */
function requestingUser(profile: MqttProfile, token: string): string | undefined {
  return token === "" ? profile.user : token;
}

/** A session that connects once, with the will of an activated device. */
export function sessionOptions(profile: MqttProfile, target: LinkTarget): MqttOptions {
  const text = profile.text;
  const willing = profile.willKey !== "" && target.token !== "" && target.will !== "";
  return {
    clientId: clientIdOf(target.identity),
    cleanSession: true,
    keepAliveSec: profile.keepAliveSec,
    user: profile.requests ? requestingUser(profile, target.token) : profile.user,
    password: profile.keyed ? profile.password(target.token) : undefined,
    will: willing
      ? { topic: profile.thingTopic(target.token), payload: text.batchOpen + text.formatValue(profile.willKey, jsonString(target.will), undefined, undefined) + text.batchClose, qos: 0, retain: false }
      : undefined,
    window: WINDOW,
    packetBytesMax: PACKET_BYTES_MAX,
    ackTimeoutMs: ACK_TIMEOUT_MS,
  };
}
