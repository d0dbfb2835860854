/**
 * What can be watched on thethings.iO: "motet/watch/thethings". Each function makes a source for `watch`. Nothing is told of values from
 * before the device began to watch. Facts: thethings.iO developer documentation, "Real time".
 */
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import type { JsonReader } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import type { ValueKind } from "../profile";
import type { Source, WatchedSink } from "../realtime";
import { resourceTopic, thingTopic } from "./realtime";

const MESSAGE_BYTES_MAX = 4096;

/** One value's object, its brace open: `{"key":..,"value":..,"thingId":..}` in any order. False when it is malformed. */
function readElement(json: JsonReader, key: string, sink: WatchedSink): boolean {
  let found = "";
  let from = "";
  let text = "";
  let kind: JsonToken = JsonToken.null;
  let token = jsonNext(json);
  while (token === JsonToken.key) {
    const name = json.text;
    const value = jsonSkip(json);
    if (name === "key" && value === JsonToken.string) found = json.text;
    else if (name === "thingId" && value === JsonToken.string) from = json.text;
    else if (name === "value") {
      kind = value;
      text = json.text;
    }
    token = jsonNext(json);
  }
  if (token !== JsonToken.closeObject) return false;
  const plain = kind === JsonToken.string || kind === JsonToken.number || kind === JsonToken.boolean;
  if (found === key && plain) sink.value(kind as number as ValueKind, text, from);
  return true;
}

/** The arguments of an event: a list that holds the list of values. */
function readValues(args: string, key: string, sink: WatchedSink): boolean {
  const json = jsonOpen(args, { bytesMax: MESSAGE_BYTES_MAX, depthMax: 8, keyBytesMax: 512 });
  if (jsonNext(json) !== JsonToken.openArray || jsonNext(json) !== JsonToken.openArray) return false;
  let token = jsonNext(json);
  while (token === JsonToken.openObject) {
    if (!readElement(json, key, sink)) return false;
    token = jsonNext(json);
  }
  return token === JsonToken.closeArray;
}

/** A resource of all things that the user has linked; `from` is the thing's id. */
export function resource(name: string): Source {
  return { request: resourceTopic(name), key: name, read: readValues };
}

/** A resource of the thing whose token was provisioned: a token is a secret, and stands in no program. */
export function ofThing(name: string): Source {
  return { request: thingTopic(""), key: name, read: readValues };
}
