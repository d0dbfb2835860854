/**
 * Socket.IO packets as text, written and taken apart: type, attachments, namespace, number, JSON. Pure. Socket.IO protocol revisions 4
 * (over Engine.IO 3) and 5 (over Engine.IO 4), which write them alike.
 */
import { at, sub } from "../../base/intrinsics";
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import type { JsonLimits } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { parseDecimal } from "../../base/number";

/** Types of packets, behind Engine.IO's "4". */
export const enum SioType {
  connect = 0,
  disconnect = 1,
  event = 2,
  ack = 3,
  connectError = 4,
  binaryEvent = 5,
  binaryAck = 6,
}

/** A number of a packet has so many digits at most. */
const DIGITS_MAX = 9;

/** A packet, as far as it is plain. */
export interface SioPacket {
  type: number;
  /** How many binary messages follow; 0 for a plain packet. */
  attachments: number;
  namespace: string;
  /** The number of an acknowledgement, -1 for none. */
  id: number;
  /** JSON, not looked at yet; empty for none. */
  payload: string;
}

/** What arguments may ask for. */
export function argumentLimits(bytesMax: number): JsonLimits {
  return { bytesMax, depthMax: 10, keyBytesMax: 512 };
}

/** A namespace as it stands in front of a packet's payload: nothing for "/". */
export function namespacePart(namespace: string): string {
  return namespace === "/" ? "" : namespace + ",";
}

/** The index after the digits that begin at `i`. */
function digitsEnd(text: string, i: number): number {
  let end = i;
  while (end < text.length && at(text, end) > 47 && at(text, end) < 58) end += 1;
  return end;
}

/** Reads the number in `text` from `a` up to `b`; -1 when there is none, -2 for one that is too long. */
function numberIn(text: string, a: number, b: number): number {
  if (a === b) return -1;
  return b - a > DIGITS_MAX ? -2 : (parseDecimal(sub(text, a, b)) ?? -2);
}

/**
 * Takes the packet in `text`, from `start` on, apart.
 * @returns undefined for what is none
 */
export function readPacket(text: string, start: number): SioPacket | undefined {
  const type = start < text.length ? at(text, start) - 48 : -1;
  if (type < SioType.connect || type > SioType.binaryAck) return undefined;
  let i = start + 1;
  let attachments = 0;
  if (type >= SioType.binaryEvent) {
    const end = digitsEnd(text, i);
    attachments = numberIn(text, i, end);
    if (attachments < 0 || end === text.length || at(text, end) !== 45) return undefined;
    i = end + 1;
  }
  let namespace = "/";
  if (i < text.length && at(text, i) === 47) {
    let end = i;
    while (end < text.length && at(text, end) !== 44) end += 1;
    namespace = sub(text, i, end);
    i = end < text.length ? end + 1 : end;
  }
  const idEnd = digitsEnd(text, i);
  const id = numberIn(text, i, idEnd);
  if (id < -1) return undefined;
  return { type, attachments, namespace, id, payload: sub(text, idEnd, text.length) };
}

/** True if `text` is one JSON value whose first byte is `first`. */
export function isJson(text: string, first: string, limits: JsonLimits): boolean {
  if (text === "" || sub(text, 0, 1) !== first) return false;
  const reader = jsonOpen(text, limits);
  jsonSkip(reader);
  return jsonNext(reader) === JsonToken.end;
}

/** An event's name and arguments. */
export interface SioEvent {
  name: string;
  /** The text of a JSON array. */
  args: string;
}

/**
 * Takes an event's payload apart: a JSON array whose first item is its name.
 * @returns undefined for any other text
 */
export function readEvent(payload: string, limits: JsonLimits): SioEvent | undefined {
  if (!isJson(payload, "[", limits)) return undefined;
  const reader = jsonOpen(payload, limits);
  jsonNext(reader);
  const token = jsonNext(reader);
  if (token !== JsonToken.string && token !== JsonToken.number) return undefined;
  const name = reader.text;
  let i = reader.pos;
  // The document is good, so a comma or the end of the array stands next.
  while (at(payload, i) !== 44 && at(payload, i) !== 93) i += 1;
  return { name, args: at(payload, i) === 93 ? "[]" : "[" + sub(payload, i + 1, payload.length) };
}

/** The words of a CONNECT_ERROR: its `message` in revision 5, the string itself in revision 4; empty for anything else. */
export function readError(payload: string, limits: JsonLimits): string {
  const reader = jsonOpen(payload, limits);
  const first = jsonNext(reader);
  if (first === JsonToken.string) {
    const text = reader.text;
    return jsonNext(reader) === JsonToken.end ? text : "";
  }
  if (first !== JsonToken.openObject) return "";
  let message = "";
  while (jsonNext(reader) === JsonToken.key) {
    const name = reader.text;
    if (jsonSkip(reader) === JsonToken.string && name === "message") message = reader.text;
  }
  return jsonNext(reader) === JsonToken.end ? message : "";
}
