/**
 * EVRYTHNG over native WebSockets. The token is the thng's id (24 characters) and its key, one after the other. Facts: EVRYTHNG
 * developer documentation, "Pub/Sub Broker".
 *
 * A key, an id or a permission that is not accepted is refused on the handshake. What the platform cannot take later it passes over
 * in silence, and it stores no last will.
 */
import { sub } from "../../base/intrinsics";
import type { WsProfile } from "../profile";
import { evrythngText } from "./text";

/** Characters of a thng's id. */
const ID_CHARS = 24;

export function evrythngWs(): WsProfile {
  return {
    text: evrythngText(),
    portPlain: 80,
    portTls: 443,
    keyHeader: "Authorization",
    key: (token) => sub(token, ID_CHARS, token.length),
    // What was there last comes first, should it have been missed: all properties, and the last action. One that was obeyed is not
    // obeyed again.
    batchPath: (token, wary) => "/thngs/" + sub(token, 0, ID_CHARS) + "/properties?pubStates=" + (wary ? 0 : 1),
    commandPath: (token, wary) => "/thngs/" + sub(token, 0, ID_CHARS) + "/actions/all?pubStates=" + (wary ? 0 : 1),
  };
}
