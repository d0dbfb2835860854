/**
 * What can be watched on EVRYTHNG: "motet/watch/evrythng". Each function makes a source for `watch`. A device watches one topic; several
 * sources may share it, as properties of one thng do. Facts: EVRYTHNG developer documentation, "Pub/Sub".
 */
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import type { JsonReader } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import type { ValueKind } from "../profile";
import type { Source, WatchedSink } from "../realtime";

const MESSAGE_BYTES_MAX = 4096;

function open(message: string): JsonReader {
  return jsonOpen(message, { bytesMax: MESSAGE_BYTES_MAX, depthMax: 10, keyBytesMax: 1024 });
}

function isPlain(token: JsonToken): boolean {
  return token === JsonToken.string || token === JsonToken.number || token === JsonToken.boolean;
}

/** One property's object, its brace open: `{"key":..,"value":..}` in any order. False when it is malformed. */
function readProperty(json: JsonReader, key: string, sink: WatchedSink): boolean {
  let found = "";
  let text = "";
  let kind: JsonToken = JsonToken.null;
  let token = jsonNext(json);
  while (token === JsonToken.key) {
    const name = json.text;
    const value = jsonSkip(json);
    if (name === "key" && value === JsonToken.string) found = json.text;
    else if (name === "value") {
      kind = value;
      text = json.text;
    }
    token = jsonNext(json);
  }
  if (token !== JsonToken.closeObject) return false;
  if (found === key && isPlain(kind)) sink.value(kind as number as ValueKind, text, "");
  return true;
}

/** A list of properties. A message without a byte tells that something was deleted. */
function readProperties(message: string, key: string, sink: WatchedSink): boolean {
  if (message === "") return true;
  const json = open(message);
  if (jsonNext(json) !== JsonToken.openArray) return false;
  let token = jsonNext(json);
  while (token === JsonToken.openObject) {
    if (!readProperty(json, key, sink)) return false;
    token = jsonNext(json);
  }
  return token === JsonToken.closeArray;
}

/** A document, or a list of documents: the members `key`, and those within `customFields`; `from` is the document's thng, or its id. */
function readFields(message: string, key: string, sink: WatchedSink): boolean {
  if (message === "") return true;
  const json = open(message);
  let from = "";
  let token = jsonNext(json);
  // Documents may stand in a list, and custom fields a level deeper.
  const base = token === JsonToken.openArray ? 2 : 1;
  let inCustom = false;
  let kind: JsonToken = JsonToken.null;
  let text = "";
  while (token !== JsonToken.end && token !== JsonToken.error) {
    const depth = json.outer.length;
    if (token === JsonToken.key && (depth === base || (inCustom && depth === base + 1))) {
      const name = json.text;
      token = jsonNext(json);
      if (depth === base) inCustom = name === "customFields" && token === JsonToken.openObject;
      if (depth === base && (name === "thng" || (name === "id" && from === "")) && token === JsonToken.string) from = json.text;
      if (name === key && isPlain(token)) {
        kind = token;
        text = json.text;
      }
    } else if (token === JsonToken.closeObject && depth === base - 1) {
      if (isPlain(kind)) sink.value(kind as number as ValueKind, text, from);
      kind = JsonToken.null;
      from = "";
    }
    token = jsonNext(json);
  }
  return token === JsonToken.end;
}

/** A property of a thng. The platform keeps keys in lower case. */
export function property(thngId: string, key: string): Source {
  return { request: "/thngs/" + thngId + "/properties", key, read: readProperties };
}

/** A property of a product. */
export function productProperty(productId: string, key: string): Source {
  return { request: "/products/" + productId + "/properties", key, read: readProperties };
}

/**
 * A field of actions: `on` is "/thngs/ID", "/products/ID", "/collections/ID" or "" for all of the project; `type` is their type, or "all"; `field` is
 * a member of the action, as `type` or `id`, or of its custom fields. `from` is the thng that was acted on.
 */
export function action(on: string, type: string, field: string): Source {
  return { request: on + "/actions/" + type, key: field, read: readFields };
}

/** A field of a collection's document, as `name`, or of its custom fields. */
export function collection(collectionId: string, field: string): Source {
  return { request: "/collections/" + collectionId, key: field, read: readFields };
}

/** What happens to the members of a collection: thngsAdded, thngsRemoved or thngsCleared. */
export function members(collectionId: string): Source {
  return { request: "/collections/" + collectionId + "/thngs", key: "operation", read: readFields };
}

/** A field of a thng's document, as `name`, or of its custom fields; never its properties. */
export function thng(thngId: string, field: string): Source {
  return { request: "/thngs/" + thngId, key: field, read: readFields };
}

/** Where a thng is: `latitude` or `longitude`, in degrees. */
export function location(thngId: string, field: string): Source {
  return { request: "/thngs/" + thngId + "/location", key: field, read: readFields };
}

/** A field of tasks of a batch that are completed, as `status`; `from` is the task's id. */
export function batchTask(batchId: string, field: string): Source {
  return { request: "/batches/" + batchId + "/tasks", key: field, read: readFields };
}
