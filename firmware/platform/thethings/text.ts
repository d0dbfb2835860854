/**
 * thethings.iO as text: write bodies, what comes down on a thing's channel, and activation answers, the same on MQTT, CoAP
 * and REST. Pure. Facts: thethings.iO developer documentation, "Thing write", "Thing subscribe", "Thing activate".
 *
 * Strict in what it writes, tolerant in what it reads: a channel's text is an array of values, `{"values":[...]}`, or one
 * value alone; keep-alives (`{}`) and status objects tell nothing.
 */
import type { EpochTime } from "../../../hal/ports/clock";
import { formatSecond, parseIso } from "../../base/date";
import { at } from "../../base/intrinsics";
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import type { JsonLimits, JsonReader } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { pad } from "../../base/number";
import { ActivationResult } from "../profile";
import type { ActivationAnswer, DownlinkSink, Geo, PlatformText } from "../profile";

const KEY_BYTES_MAX = 256;
/** Real ones have 43, and nothing depends on it. */
const TOKEN_BYTES_MAX = 64;

/** True if `text` is 1 to `bytesMax` of letters, digits, ".", "-" and "_". */
function isWord(text: string, bytesMax: number): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const byte = at(text, i);
    const letter = (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90);
    if (!letter && (byte < 45 || byte > 57 || byte === 47) && byte !== 95) return false;
  }
  return text.length > 0 && text.length <= bytesMax;
}

function valueHead(key: string): string {
  return '{"key":"' + key + '","value":';
}

function valueMiddle(sec: number): string {
  return ',"datetime":"' + formatSecond(sec) + ".";
}

function formatValue(key: string, value: string, time: EpochTime | undefined, geo: Geo | undefined): string {
  let text = valueHead(key) + value;
  if (time !== undefined) text += valueMiddle(time.sec) + pad(time.ms, 3) + 'Z"';
  // The platform's word is "long".
  if (geo !== undefined) text += ',"geo":{"lat":' + geo.lat + ',"long":' + geo.long + "}";
  return text + "}";
}

/** A reader of `payload`, or undefined if that is not one JSON document within the limits. */
function open(payload: string): JsonReader | undefined {
  const limits: JsonLimits = { bytesMax: 2048, depthMax: 6, keyBytesMax: 512 };
  const reader = jsonOpen(payload, limits);
  jsonSkip(reader);
  return jsonNext(reader) === JsonToken.end ? jsonOpen(payload, limits) : undefined;
}

function readDownlink(payload: string, each: DownlinkSink): boolean {
  const reader = open(payload);
  if (reader === undefined) return false;
  let key = "";
  let kind = 0;
  let text = "";
  let time: EpochTime | undefined = undefined;
  for (let token = jsonNext(reader); token !== JsonToken.end; token = jsonNext(reader)) {
    if (token === JsonToken.openObject) {
      key = "";
      kind = 0;
      time = undefined;
    } else if (token === JsonToken.closeObject) {
      if (key !== "" && kind !== 0) each.value(key, kind, text, time);
      // A wrapper closes after its last value: it is no value itself.
      key = "";
    } else if (token === JsonToken.key && reader.text !== "values") {
      const name = reader.text;
      const value = jsonSkip(reader);
      if (name === "value") {
        kind = value;
        text = reader.text;
      } else if (value === JsonToken.string) {
        if (name === "key") key = reader.text;
        if (name === "datetime") time = parseIso(reader.text);
      }
    }
  }
  return true;
}

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
    if (name === "thingToken") token = value;
  }
  if (status === "error") answer.result = ActivationResult.refused;
  if (status !== "created" || !isWord(token, TOKEN_BYTES_MAX)) return;
  answer.result = ActivationResult.created;
  answer.token = token;
}

/** thethings.iO's text, on every transport. */
export function thethingsText(): PlatformText {
  return {
    name: "thethings",
    batchOpen: '{"values":[',
    batchJoin: ",",
    batchClose: "]}",
    untimedAlone: false,
    keyValid: (key) => isWord(key, KEY_BYTES_MAX),
    formatValue,
    valueHead,
    valueMiddle,
    valueEnd: 'Z"}',
    readDownlink,
    readActivation,
  };
}
