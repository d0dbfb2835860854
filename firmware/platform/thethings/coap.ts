/** thethings.iO over CoAP: paths and parameters of the developer documentation, "CoAP". They hold the token. */
import { formatCompact } from "../../base/date";
import { jsonString } from "../../base/json-write";
import type { CoapProfile, ReadQuery } from "../profile";
import { thethingsText } from "./text";

const READ_LIMIT_MAX = 100;

function readQuery(query: ReadQuery): string {
  let text = "limit=" + (query.limit > READ_LIMIT_MAX ? READ_LIMIT_MAX : query.limit);
  if (query.start !== undefined) text += "&startDate=" + formatCompact(query.start);
  if (query.end !== undefined) text += "&endDate=" + formatCompact(query.end);
  return text;
}

export function thethingsCoap(): CoapProfile {
  return {
    text: thethingsText(),
    portPlain: 5683,
    activationPath: "/v2/things",
    activationBody: (code) => '{"activationCode":' + jsonString(code) + "}",
    thingPath: (token) => "/v2/things/" + token,
    observeQuery: (keepAliveMs) => "keepAlive=" + keepAliveMs,
    readPath: (token, key) => "/v2/things/" + token + "/resources/" + key,
    readQuery,
    keepAliveMs: 60000,
    requests: false,
    activationRequest: () => "",
    valuesPath: () => "",
    wantedQuery: () => "",
    callsPath: () => "",
    callBody: () => "",
    callId: () => "",
    answerPath: () => "",
    answerBody: () => "",
  };
}
