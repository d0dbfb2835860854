/** The first packet of Engine.IO: what the server says of the session, within limits. Pure. */
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { parseDecimal } from "../../base/number";

/** What a server may say of itself at most. */
const OPEN_BYTES_MAX = 1024;
/** The longest interval and the longest patience, milliseconds: a day each. */
const PING_MS_MAX = 86400000;

export interface EngineOpen {
  pingIntervalMs: number;
  pingTimeoutMs: number;
  /** The longest packet that the server takes; 0 when it does not say. */
  payloadMax: number;
}

/**
 * Reads {"sid":..,"pingInterval":..,"pingTimeout":..,"maxPayload":..}. The session's name is not kept: over WebSocket it is never
 * needed again.
 * @returns false when a name or a time is missing or cannot be
 * @cold
 */
export function readEngineOpen(payload: string, open: EngineOpen): boolean {
  const reader = jsonOpen(payload, { bytesMax: OPEN_BYTES_MAX, depthMax: 4, keyBytesMax: 256 });
  let named = false;
  if (jsonNext(reader) !== JsonToken.openObject) return false;
  while (jsonNext(reader) === JsonToken.key) {
    const name = reader.text;
    const token = jsonSkip(reader);
    const value = token === JsonToken.number ? (parseDecimal(reader.text) ?? 0) : 0;
    if (name === "sid") named = token === JsonToken.string && reader.text !== "";
    else if (name === "pingInterval") open.pingIntervalMs = value;
    else if (name === "pingTimeout") open.pingTimeoutMs = value;
    else if (name === "maxPayload") open.payloadMax = value;
  }
  const times = open.pingIntervalMs > 0 && open.pingIntervalMs <= PING_MS_MAX && open.pingTimeoutMs > 0 && open.pingTimeoutMs <= PING_MS_MAX;
  return jsonNext(reader) === JsonToken.end && named && times;
}
