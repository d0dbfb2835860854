/**
 * EVRYTHNG as text: batches of properties, and what comes down of properties and actions. Pure. Facts: EVRYTHNG developer
 * documentation, "Properties", "Actions", "Pub/Sub Broker".
 *
 * A command is a property that somebody else writes, or an action: each of an action's custom fields commands the key of its
 * name. Location has a topic of its own, which is not a reading's: a reading's place is left out.
 */
import type { EpochTime } from "../../../hal/ports/clock";
import { parseMillis } from "../../base/date";
import { at } from "../../base/intrinsics";
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import type { JsonLimits, JsonReader } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { pad } from "../../base/number";
import { ActivationResult } from "../profile";
import type { ActivationAnswer, DownlinkSink, PlatformText } from "../profile";

const KEY_BYTES_MAX = 128;

/** True if `key` is made of small letters, digits, ".", "-" and "_": the platform makes large letters small. */
function keyValid(key: string): boolean {
  for (let i = 0; i < key.length; i += 1) {
    const byte = at(key, i);
    if ((byte < 97 || byte > 122) && (byte < 45 || byte > 57 || byte === 47) && byte !== 95) return false;
  }
  return key.length > 0 && key.length <= KEY_BYTES_MAX;
}

function valueHead(key: string): string {
  return '{"key":"' + key + '","value":';
}

function valueMiddle(sec: number): string {
  return ',"timestamp":' + sec;
}

function formatValue(key: string, value: string, time: EpochTime | undefined): string {
  const text = valueHead(key) + value;
  return (time === undefined ? text : text + valueMiddle(time.sec) + pad(time.ms, 3)) + "}";
}

/** A reader of `payload`. */
function begin(payload: string): JsonReader {
  const limits: JsonLimits = { bytesMax: 2048, depthMax: 6, keyBytesMax: 512 };
  return jsonOpen(payload, limits);
}

/** When the platform made an action: its own clock's word, which tells one action from the one before. */
function createdAt(payload: string): EpochTime | undefined {
  const reader = begin(payload);
  jsonNext(reader);
  while (jsonNext(reader) === JsonToken.key) {
    const name = reader.text;
    if (jsonSkip(reader) === JsonToken.number && name === "createdAt") return parseMillis(reader.text);
  }
  return undefined;
}

/** Tells the custom fields of an action, whose object is open. */
function readAction(reader: JsonReader, time: EpochTime | undefined, each: DownlinkSink): void {
  while (jsonNext(reader) === JsonToken.key) {
    if (reader.text !== "customFields") {
      jsonSkip(reader);
    } else if (jsonNext(reader) === JsonToken.openObject) {
      while (jsonNext(reader) === JsonToken.key) {
        const key = reader.text;
        let kind = 0;
        kind = jsonSkip(reader);
        each.value(key, kind, reader.text, time);
      }
    }
  }
}

/** Tells one property, whose object is open. */
function readProperty(reader: JsonReader, each: DownlinkSink): void {
  let key = "";
  let kind = 0;
  let text = "";
  let time: EpochTime | undefined = undefined;
  while (jsonNext(reader) === JsonToken.key) {
    const name = reader.text;
    const value = jsonSkip(reader);
    if (name === "value") {
      kind = value;
      text = reader.text;
    } else if (value === JsonToken.string && name === "key") {
      key = reader.text;
    } else if (value === JsonToken.number && name === "timestamp") {
      time = parseMillis(reader.text);
    }
  }
  if (key !== "" && kind !== 0) each.value(key, kind, text, time);
}

/** The end of something is told without content. */
function readDownlink(payload: string, each: DownlinkSink): boolean {
  if (payload === "") return true;
  const reader = begin(payload);
  jsonSkip(reader);
  if (jsonNext(reader) !== JsonToken.end) return false;
  const again = begin(payload);
  if (jsonNext(again) === JsonToken.openObject) readAction(again, createdAt(payload), each);
  else while (jsonNext(again) === JsonToken.openObject) readProperty(again, each);
  return true;
}

/** The platform has no activation: nothing is an answer to one. */
function readActivation(_payload: string, answer: ActivationAnswer): void {
  answer.result = ActivationResult.none;
  answer.token = "";
}

/** EVRYTHNG's text. */
export function evrythngText(): PlatformText {
  return {
    name: "evrythng",
    batchOpen: "[",
    batchJoin: ",",
    batchClose: "]",
    // Two values of a key without times would be two of one moment, which the platform refuses.
    untimedAlone: true,
    keyValid,
    formatValue,
    valueHead,
    valueMiddle,
    valueEnd: "}",
    readDownlink,
    readActivation,
  };
}
