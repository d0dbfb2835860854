/**
 * The bytes of the packets that a client sends: MQTT 3.1.1, sections 2 and 3. Pure; the caller has checked every text, so
 * nothing here refuses anything, and a packet of QoS 2 cannot be expressed.
 */
import { chr, idiv } from "../../base/intrinsics";
import type { MqttOptions } from "./options";

/** The client's packets of constant bytes. */
export const PINGREQ_TYPE = 0xc0;
export const DISCONNECT_TYPE = 0xe0;

/** Fixed headers with their reserved flags [MQTT-2.2.2-1, 3.8.1-1, 3.10.1-1]. */
export const SUBSCRIBE_TYPE = 0x82;
export const UNSUBSCRIBE_TYPE = 0xa2;

/** Two bytes, the high one first; 0 to 65535. */
export function uint16(n: number): string {
  return chr(idiv(n, 256)) + chr(n % 256);
}

/** A whole packet: first byte, remaining length (2.2.3; 1 to 4 bytes, up to 268435455), body. */
export function packet(first: number, body: string): string {
  let header = chr(first);
  let rest = body.length;
  while (rest > 127) {
    header += chr((rest % 128) + 128);
    rest = idiv(rest, 128);
  }
  return header + chr(rest) + body;
}

function text(bytes: string): string {
  return uint16(bytes.length) + bytes;
}

/** CONNECT of `options`, with their will and credentials [MQTT-3.1.3-1]; `cleanSession` is the one of this connection. */
export function encodeConnect(options: MqttOptions, cleanSession: boolean): string {
  let flags = cleanSession ? 2 : 0;
  let payload = text(options.clientId);
  const will = options.will;
  if (will !== undefined) {
    flags += 4 + will.qos * 8 + (will.retain ? 32 : 0);
    payload += text(will.topic) + text(will.payload);
  }
  if (options.user !== undefined) {
    flags += 128;
    payload += text(options.user);
  }
  if (options.password !== undefined) {
    flags += 64;
    payload += text(options.password);
  }
  return packet(0x10, text("MQTT") + chr(4) + chr(flags) + uint16(options.keepAliveSec) + payload);
}

/** PUBLISH of QoS 0 (`packetId` is not used) or 1. `dup` marks a redelivery, which QoS 0 never has [MQTT-3.3.1-2]. */
export function encodePublish(topic: string, payload: string, qos: number, retain: boolean, dup: boolean, packetId: number): string {
  const head = text(topic);
  const first = 0x30 + (dup ? 8 : 0) + qos * 2 + (retain ? 1 : 0);
  return packet(first, qos === 0 ? head + payload : head + uint16(packetId) + payload);
}

/** PUBLISH of QoS 0, not retained. */
export function encodeOnce(topic: string, payload: string): string {
  return packet(0x30, text(topic) + payload);
}

/** SUBSCRIBE, which asks for `qos` (0 or 1) on each filter, or UNSUBSCRIBE; `type` says which. At least one filter. */
export function encodeFilters(type: number, packetId: number, filters: readonly string[], qos: number): string {
  let body = uint16(packetId);
  for (const filter of filters) {
    body += text(filter);
    if (type === SUBSCRIBE_TYPE) body += chr(qos);
  }
  return packet(type, body);
}
