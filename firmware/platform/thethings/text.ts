/**
 * thethings.iO as text: write bodies, what comes down on a thing's channel, and activation answers, the same on MQTT, CoAP
 * and REST. Pure. Facts: thethings.iO developer documentation, "Thing write", "Thing subscribe", "Thing activate".
 *
 * Strict in what it writes, tolerant in what it reads: a channel's text is an array of values, `{"values":[...]}`, or one
 * value alone; keep-alives (`{}`) and status objects tell nothing.
 */
import type { EpochTime } from "../../../hal/ports/clock";
import { formatIso, parseIso } from "../../base/date";
import { at } from "../../base/intrinsics";
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import type { JsonLimits } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { ActivationResult, ValueKind } from "../profile";
import type { ActivationAnswer, DownlinkSink, Geo, PlatformText } from "../profile";

const KEY_BYTES_MAX = 256;
const TOKEN_BYTES_MAX = 64;

function limits(): JsonLimits {
  return { bytesMax: 2048, depthMax: 6, tokenBytesMax: 512, keyBytesMax: 512 };
}

/** True if all of `text` is letters, digits and what `extra` allows. */
function onlyWord(text: string, extra: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const byte = at(text, i);
    const letter = (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90);
    const digit = byte >= 48 && byte <= 57;
    if (!letter && !digit && !(byte === 45 || byte === 95 || (byte === 46 && extra === "."))) return false;
  }
  return true;
}

/** A resource key: 1 to 256 of letters, digits, ".", "-" and "_". */
function keyValid(key: string): boolean {
  return key.length > 0 && key.length <= KEY_BYTES_MAX && onlyWord(key, ".");
}

/** A thing token: 1 to 64 of letters, digits, "-" and "_"; real ones have 43, and nothing depends on it. */
export function tokenValid(token: string): boolean {
  return token.length > 0 && token.length <= TOKEN_BYTES_MAX && onlyWord(token, "");
}

function formatValue(key: string, value: string, time: EpochTime | undefined, geo: Geo | undefined): string {
  let text = '{"key":"' + key + '","value":' + value;
  if (time !== undefined) text += ',"datetime":"' + formatIso(time) + '"';
  // The platform's word is "long".
  if (geo !== undefined) text += ',"geo":{"lat":' + geo.lat + ',"long":' + geo.long + "}";
  return text + "}";
}

function kindOf(token: JsonToken): ValueKind {
  if (token === JsonToken.string) return ValueKind.string;
  if (token === JsonToken.number) return ValueKind.number;
  return token === JsonToken.true || token === JsonToken.false ? ValueKind.boolean : ValueKind.other;
}

/** True if all of `payload` is one JSON document within the limits. */
function wellFormed(payload: string): boolean {
  const reader = jsonOpen(payload, limits());
  let token = jsonNext(reader);
  while (token !== JsonToken.end && token !== JsonToken.error) token = jsonNext(reader);
  return token === JsonToken.end;
}

function readDownlink(payload: string, each: DownlinkSink): boolean {
  if (!wellFormed(payload)) return false;
  const reader = jsonOpen(payload, limits());
  let key = "";
  let kind = 0;
  let text = "";
  let time: EpochTime | undefined = undefined;
  for (let token = jsonNext(reader); token !== JsonToken.end && token !== JsonToken.error; token = jsonNext(reader)) {
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
      if (name === "key" && value === JsonToken.string) key = reader.text;
      if (name === "datetime" && value === JsonToken.string) time = parseIso(reader.text);
      if (name === "value") {
        kind = kindOf(value);
        text = value === JsonToken.true ? "true" : value === JsonToken.false ? "false" : reader.text;
      }
    }
  }
  return true;
}

function readActivation(payload: string, answer: ActivationAnswer): void {
  answer.result = ActivationResult.none;
  answer.token = "";
  if (!wellFormed(payload)) return;
  const reader = jsonOpen(payload, limits());
  if (jsonNext(reader) !== JsonToken.openObject) return;
  let status = "";
  let token = "";
  while (jsonNext(reader) === JsonToken.key) {
    const name = reader.text;
    const isText = jsonSkip(reader) === JsonToken.string;
    if (isText && name === "status") status = reader.text;
    if (isText && name === "thingToken") token = reader.text;
  }
  if (status === "error") answer.result = ActivationResult.refused;
  if (status !== "created" || !tokenValid(token)) return;
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
    keyValid,
    formatValue,
    readDownlink,
    readActivation,
  };
}
