/**
 * ThingsBoard as text: batches of telemetry, what comes down of shared attributes and of calls (server-side RPC), and the answers to
 * provisioning. Pure. Facts: ThingsBoard documentation, "MQTT Device API", "Device provisioning".
 *
 * A command is a shared attribute of its key, or a call whose method is its key and whose params are its value. Nothing that comes
 * down has a time. The platform has no place of a reading: it is left out. A text that looks like a number becomes one there.
 */
import type { EpochTime } from "../../../hal/ports/clock";
import { at } from "../../base/intrinsics";
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import type { JsonLimits, JsonReader } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { pad } from "../../base/number";
import { ActivationResult, ValueKind } from "../profile";
import type { ActivationAnswer, DownlinkSink, PlatformText } from "../profile";

const KEY_BYTES_MAX = 255;
/** The platform makes tokens of 20 characters, and takes 32. */
const TOKEN_BYTES_MAX = 64;
/** A call's number has 31 bits. */
const CALL_ID_BYTES_MAX = 10;

/**
 * True if `text` is 1 to `bytesMax` of letters, digits, ".", "-" and "_". Keys are asked for in a list with commas, and a token stands
 * in topics of other clients: neither may have more than these.
 */
function isWord(text: string, bytesMax: number): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const byte = at(text, i);
    const letter = (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90);
    if (!letter && (byte < 45 || byte > 57 || byte === 47) && byte !== 95) return false;
  }
  return text.length > 0 && text.length <= bytesMax;
}

function valueHead(key: string): string {
  return '{"values":{"' + key + '":';
}

function valueMiddle(sec: number): string {
  return '},"ts":' + sec;
}

/** Without a time there may be no "values" either: it would be a key. */
function formatValue(key: string, value: string, time: EpochTime | undefined): string {
  if (time === undefined) return '{"' + key + '":' + value + "}";
  return valueHead(key) + value + valueMiddle(time.sec) + pad(time.ms, 3) + "}";
}

/** A reader of `payload`, or undefined if that is not one JSON document within the limits. */
function open(payload: string): JsonReader | undefined {
  const limits: JsonLimits = { bytesMax: 2048, depthMax: 6, keyBytesMax: 512 };
  const reader = jsonOpen(payload, limits);
  jsonSkip(reader);
  return jsonNext(reader) === JsonToken.end ? jsonOpen(payload, limits) : undefined;
}

/** Tells what stands in an answer's "shared", whose object is open. */
function readShared(reader: JsonReader, each: DownlinkSink): void {
  while (jsonNext(reader) === JsonToken.key) {
    const key = reader.text;
    let kind = 0;
    kind = jsonSkip(reader);
    each.value(key, kind, reader.text, undefined);
  }
}

/** Tells the names in "deleted", whose array is open. */
function readDeleted(reader: JsonReader, each: DownlinkSink): void {
  while (jsonNext(reader) === JsonToken.string) each.value(reader.text, ValueKind.gone, "", undefined);
}

/**
 * Tells what one object holds: attributes, an answer with "shared", or a call. The platform's objects are never two of these. What is
 * called "id" is no value where there is a "method": it is the call's number.
 */
function readObject(reader: JsonReader, each: DownlinkSink): void {
  let method = "";
  let id = "";
  while (jsonNext(reader) === JsonToken.key) {
    let name = reader.text;
    const depth = reader.outer.length;
    let token = jsonNext(reader);
    const kind: number = token;
    const text = reader.text;
    if (name === "shared" && token === JsonToken.openObject) {
      readShared(reader, each);
    } else if (name === "deleted" && token === JsonToken.openArray) {
      readDeleted(reader, each);
    } else if (name === "method" && token === JsonToken.string) {
      method = text;
    } else if (name === "id" && token === JsonToken.number) {
      id = text;
    } else {
      while (reader.outer.length > depth && token !== JsonToken.error) token = jsonNext(reader);
      if (name === "params" && method !== "") name = method;
      each.value(name, kind, text, undefined);
    }
  }
  if (id !== "" && method === "") each.value("id", ValueKind.number, id, undefined);
}

/** The number of a call that is told with it; "" for what is none. */
export function callId(payload: string): string {
  const reader = open(payload);
  if (reader === undefined || jsonNext(reader) !== JsonToken.openObject) return "";
  let id = "";
  let method = "";
  while (jsonNext(reader) === JsonToken.key) {
    const name = reader.text;
    const kind = jsonSkip(reader);
    if (name === "id" && kind === JsonToken.number) id = reader.text;
    if (name === "method" && kind === JsonToken.string) method = reader.text;
  }
  return method === "" || !isWord(id, CALL_ID_BYTES_MAX) ? "" : id;
}

function readDownlink(payload: string, each: DownlinkSink): boolean {
  const reader = open(payload);
  if (reader === undefined) return false;
  if (jsonNext(reader) === JsonToken.openObject) readObject(reader, each);
  return true;
}

/** What the platform answers to a request of provisioning: SUCCESS, FAILURE (the name is taken) or NOT_FOUND (wrong key or secret). */
function readActivation(payload: string, answer: ActivationAnswer): void {
  answer.result = ActivationResult.none;
  answer.token = "";
  const reader = open(payload);
  if (reader === undefined || jsonNext(reader) !== JsonToken.openObject) return;
  let status = "";
  let token = "";
  while (jsonNext(reader) === JsonToken.key) {
    const name = reader.text;
    const value = jsonSkip(reader) === JsonToken.string ? reader.text : "";
    if (name === "status") status = value;
    if (name === "credentialsValue") token = value;
  }
  if (status === "NOT_FOUND") answer.result = ActivationResult.refused;
  if (status === "FAILURE") answer.result = ActivationResult.doubtful;
  if (status !== "SUCCESS" || !isWord(token, TOKEN_BYTES_MAX)) return;
  answer.result = ActivationResult.created;
  answer.token = token;
}

/** ThingsBoard's text. */
export function thingsboardText(): PlatformText {
  return {
    name: "thingsboard",
    batchOpen: "[",
    batchJoin: ",",
    batchClose: "]",
    // Two values of a key without times would be of one moment, and the platform keeps one of them.
    untimedAlone: true,
    keyValid: (key) => isWord(key, KEY_BYTES_MAX),
    formatValue,
    valueHead,
    valueMiddle,
    valueEnd: "}",
    readDownlink,
    readActivation,
  };
}
