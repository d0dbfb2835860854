/**
 * EVRYTHNG over MQTT. There is no activation: a device is provisioned with its thng's id (24 characters) and its key, one
 * after the other, as its token. Facts: EVRYTHNG developer documentation, "Pub/Sub Broker".
 *
 * A subscription that cannot be is not told. What the id and the key are good for shows when the first batch is acknowledged.
 */
import { sub } from "../../base/intrinsics";
import { Origin } from "../profile";
import type { MqttProfile } from "../profile";
import { evrythngText } from "./text";

/** Characters of a thng's id. */
const ID_CHARS = 24;
/** Characters of "/thngs/" and the id: what all topics of the thng begin with. */
const THNG_CHARS = 31;

export function evrythngMqtt(): MqttProfile {
  return {
    text: evrythngText(),
    portPlain: 1883,
    portTls: 8883,
    webPath: "/mqtt",
    webPortPlain: 80,
    webPortTls: 443,
    keepAliveSec: 60,
    // What is not taken is not acknowledged, and the connection ends.
    echoes: false,
    keyed: true,
    user: "authorization",
    password: (token) => sub(token, ID_CHARS, token.length),
    activationTopic: () => "",
    thingTopic: (token) => "/thngs/" + sub(token, 0, ID_CHARS) + "/properties",
    single: false,
    // The last action comes first, should it have been missed; one that was obeyed is not obeyed again. One that is too large would
    // come with each connection, and end it.
    channels: (topic, wary) => [topic, sub(topic, 0, THNG_CHARS) + "/actions/all?pubStates=" + (wary ? 0 : 1)],
    willKey: "lwt",
    requests: false,
    originOf: () => Origin.none,
    activationRequestTopic: "",
    activationRequest: () => "",
    wantedRequestTopic: "",
    wantedRequest: () => "",
    answerTopic: () => "",
    answerBody: () => "",
  };
}
