/**
 * What an MQTT session is opened with, checked whole before anything is made. Sections 3.1.2 and 3.1.3 of MQTT 3.1.1.
 */
import { check } from "../../base/check";
import { isMqttText } from "../../base/utf8";
import { TEXT_BYTES_MAX, isTopicName } from "./topic";

/** What the broker publishes for us when the connection is lost. `qos` 0 or 1; `payload` at most 65535 bytes. */
export interface MqttWill {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** All texts are UTF-8 in byte strings; the password and the will's payload are any bytes. */
export interface MqttOptions {
  /** May be empty only with `cleanSession` [MQTT-3.1.3-7]. Read when CONNECT is sent, as `will` is. */
  clientId: string;
  /** What a session starts with; `MqttSession.cleanSession` may be changed between connections. */
  readonly cleanSession: boolean;
  /** 0 to 65535; 0 turns keep-alive off. */
  readonly keepAliveSec: number;
  readonly user: string | undefined;
  /** Only beside a user [MQTT-3.1.2-22]. */
  readonly password: string | undefined;
  /** Read when CONNECT is sent; the owner of a session that connects once may drop it and `clientId` then. */
  will: MqttWill | undefined;
  /** How many QoS 1 publishes may be unacknowledged at a time: 1 to 16. */
  readonly window: number;
  /** The largest packet sent or accepted, fixed header included: 16 to 268435460, and CONNECT must fit to be sent. */
  readonly packetBytesMax: number;
  /** How long CONNACK, SUBACK, UNSUBACK, PUBACK and PINGRESP may take: 1 to 2^31-1. */
  readonly ackTimeoutMs: number;
}

/** The largest `MqttOptions.window`. */
const WINDOW_MAX = 16;

/** The largest packet that MQTT can state: one type byte, four length bytes, 268435455 bytes (2.2.3). */
const PACKET_BYTES_MAX = 268435460;
const PACKET_BYTES_MIN = 16;

function checkWhole(n: number, least: number, most: number): void {
  check(n >= least && n <= most && Math.floor(n) === n, "mqtt: option");
}

function isText(bytes: string | undefined): boolean {
  return bytes === undefined || (bytes.length <= TEXT_BYTES_MAX && isMqttText(bytes));
}

/** True if every text can be sent and they fit together. Numbers out of range are mistakes of the program: builds that check assert them. */
export function areOptions(options: MqttOptions): boolean {
  const will = options.will;
  if (MOTET_CHECKED) {
    checkWhole(options.keepAliveSec, 0, 65535);
    checkWhole(options.window, 1, WINDOW_MAX);
    checkWhole(options.packetBytesMax, PACKET_BYTES_MIN, PACKET_BYTES_MAX);
    checkWhole(options.ackTimeoutMs, 1, 2147483647);
    if (will !== undefined) checkWhole(will.qos, 0, 1);
  }
  if (will !== undefined && (!isTopicName(will.topic) || will.payload.length > TEXT_BYTES_MAX)) return false;
  if (options.password !== undefined && (options.user === undefined || options.password.length > TEXT_BYTES_MAX)) return false;
  return isText(options.clientId) && isText(options.user) && (options.clientId !== "" || options.cleanSession);
}
