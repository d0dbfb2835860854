/**
 * ThingsBoard's WebSocket API for whoever watches: a user logs in by REST, the first message holds the token and all commands, and
 * each answer names its command. Facts: ThingsBoard documentation, "WebSocket API" and "REST API".
 */
import { jsonNext, jsonOpen, jsonSkip } from "../../base/json-read";
import { JsonToken } from "../../base/json-token";
import { jsonString } from "../../base/json-write";
import { parseDecimal } from "../../base/number";
import type { LoginAnswer, LoginProfile, RealtimeProfile, WatchedMessage } from "../realtime";
import { jwtLifetimeSec } from "./jwt";

const LOGIN_BYTES_MAX = 4096;
const MESSAGE_BYTES_MAX = 4096;
/** The number of a command that is no source's. */
const ORDER = 1000;

function readLogin(payload: string, answer: LoginAnswer): void {
  const reader = jsonOpen(payload, { bytesMax: LOGIN_BYTES_MAX, depthMax: 4, keyBytesMax: 256 });
  let token = "";
  let refresh = "";
  if (jsonNext(reader) !== JsonToken.openObject) return;
  let next = jsonNext(reader);
  while (next === JsonToken.key) {
    const name = reader.text;
    const isText = jsonSkip(reader) === JsonToken.string;
    if (isText && name === "token") token = reader.text;
    else if (isText && name === "refreshToken") refresh = reader.text;
    next = jsonNext(reader);
  }
  if (next !== JsonToken.closeObject || jsonNext(reader) !== JsonToken.end) return;
  answer.token = token;
  answer.refresh = refresh;
  answer.lifetimeSec = jwtLifetimeSec(token);
}

function login(): LoginProfile {
  return {
    exists: true,
    always: true,
    renews: true,
    path: (refresh) => (refresh === "" ? "/api/auth/login" : "/api/auth/token"),
    body: (key, refresh) => (refresh === "" ? '{"username":' + jsonString(key.user) + ',"password":' + jsonString(key.secret) + "}" : '{"refreshToken":' + jsonString(refresh) + "}"),
    read: readLogin,
  };
}

/** Which command an answer is of, by either of the two names, and whether it was refused. Commands count from 1. */
function look(message: string, found: WatchedMessage): void {
  const reader = jsonOpen(message, { bytesMax: MESSAGE_BYTES_MAX, depthMax: 10, keyBytesMax: 512 });
  let id = 0;
  let code = 0;
  if (jsonNext(reader) !== JsonToken.openObject) return;
  let next = jsonNext(reader);
  while (next === JsonToken.key) {
    const name = reader.text;
    const value = jsonSkip(reader) === JsonToken.number ? (parseDecimal(reader.text) ?? 0) : 0;
    if ((name === "cmdId" || name === "subscriptionId") && value > 0) id = value;
    else if (name === "errorCode") code = value;
    next = jsonNext(reader);
  }
  if (next !== JsonToken.closeObject || id === 0) return;
  found.index = id - 1;
  found.code = code;
}

/** The realtime interface of ThingsBoard. */
export function thingsboardRealtime(): RealtimeProfile {
  return {
    name: "thingsboard",
    portPlain: 8080,
    portTls: 443,
    login: login(),
    single: false,
    opensLive: false,
    path: () => "/api/ws",
    header: "",
    helloOpen: (token) => '{"authCmd":{"cmdId":0,"token":' + jsonString(token) + '},"cmds":[',
    helloItem: (index, request) => '{"cmdId":' + (index + 1) + "," + request + "}",
    helloClose: "]}",
    order: (request) => '{"cmds":[{"cmdId":' + ORDER + "," + request + "}]}",
    look,
  };
}
