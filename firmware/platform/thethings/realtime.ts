/**
 * thethings.iO's realtime interface for whoever watches: a user's session token, by itself or of a login, topics, values under the
 * topic's name. It only tells; writing goes through the other interfaces. Facts: thethings.iO developer documentation, "Real time".
 */
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { jsonString } from "../../base/json-write";
import type { LoginAnswer, LoginProfile, SocketioProfile } from "../realtime";

/** The topic of a resource, over all things that the user has linked. */
export function resourceTopic(resource: string): string {
  return "/me/resources/" + resource;
}

/** The topic of one thing, with all its resources. Holds its token. */
export function thingTopic(token: string): string {
  return "/things/" + token;
}

/** The text of the member `wanted` of the object that is open, which is read to its end; "" for none. */
function memberText(args: string, isList: boolean, wanted: string): string {
  const reader = jsonOpen(args, { bytesMax: 1024, depthMax: 4, keyBytesMax: 256 });
  let text = "";
  if (isList && jsonNext(reader) !== JsonToken.openArray) return "";
  if (jsonNext(reader) !== JsonToken.openObject) return "";
  while (jsonNext(reader) === JsonToken.key) {
    const name = reader.text;
    if (jsonSkip(reader) === JsonToken.string && name === wanted) text = reader.text;
  }
  return text;
}

/** `{"token":..}`. */
function readLogin(payload: string, answer: LoginAnswer): void {
  answer.token = memberText(payload, false, "token");
}

function login(): LoginProfile {
  return {
    exists: true,
    always: false,
    renews: false,
    path: () => "/v2/login",
    body: (key) => '{"email":' + jsonString(key.user) + ',"password":' + jsonString(key.secret) + (key.app === "" ? "}" : ',"app":' + jsonString(key.app) + "}"),
    read: readLogin,
  };
}

/** The realtime interface of thethings.iO. */
export function thethingsRealtime(): SocketioProfile {
  return {
    name: "thethings",
    portPlain: 80,
    portTls: 443,
    login: login(),
    path: "/socket.io/",
    // Its documented clients are of Socket.IO 1 and 2.
    version: 3,
    namespace: "/v2",
    authenticate: "authenticate",
    subscribe: "subscribe",
    authenticateArgs: (token) => '{"sessionToken":' + jsonString(token) + "}",
    subscribeArgs: (topic) => '{"resource":' + jsonString(topic) + "}",
    topic: (request, thing) => (request === thingTopic("") ? thingTopic(thing) : request),
    // [{"status":"success"}], whatever else stands in it.
    isGranted: (args) => memberText(args, true, "status") === "success",
  };
}
