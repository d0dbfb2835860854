/**
 * thethings.iO's realtime interface for whoever watches: a user's session token, topics, values under the topic's name. It only tells;
 * writing goes through the other interfaces. Facts: thethings.iO developer documentation, "Real time".
 */
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { jsonString } from "../../base/json-write";
import type { RealtimeProfile } from "../profile";
import { thethingsText } from "./text";

/** The topic of a resource, over all things that the user has linked. */
export function resourceTopic(resource: string): string {
  return "/me/resources/" + resource;
}

/** The topic of one thing, with all its resources. Holds its token. */
export function thingTopic(token: string): string {
  return "/things/" + token;
}

/** True for `[{"status":"success"}]`, whatever else stands in it. */
function isGranted(args: string): boolean {
  const reader = jsonOpen(args, { bytesMax: 1024, depthMax: 4, keyBytesMax: 256 });
  let granted = false;
  if (jsonNext(reader) !== JsonToken.openArray || jsonNext(reader) !== JsonToken.openObject) return false;
  while (jsonNext(reader) === JsonToken.key) {
    const name = reader.text;
    if (jsonSkip(reader) === JsonToken.string && name === "status") granted = reader.text === "success";
  }
  return granted;
}

/** The realtime interface of thethings.iO. */
export function thethingsRealtime(): RealtimeProfile {
  return {
    text: thethingsText(),
    portPlain: 80,
    portTls: 443,
    path: "/socket.io/",
    // Its documented clients are of Socket.IO 1 and 2.
    version: 3,
    namespace: "/v2",
    authenticate: "authenticate",
    subscribe: "subscribe",
    authenticateArgs: (sessionToken) => '{"sessionToken":' + jsonString(sessionToken) + "}",
    subscribeArgs: (topic) => '{"resource":' + jsonString(topic) + "}",
    isGranted,
  };
}
