/**
 * EVRYTHNG over MQTT. There is no activation: a device is provisioned with its thng's id (24 characters) and its key, one
 * after the other, as its token. Facts: EVRYTHNG developer documentation, "Pub/Sub Broker".
 *
 * A subscription that cannot be is granted and silent. The device listens to a property that it writes itself, by which it knows that
 * its id and its key are good for hearing.
 */
import { at, sub } from "../../base/intrinsics";
import { Origin } from "../profile";
import type { MqttProfile } from "../profile";
import { evrythngText } from "./text";

/** Characters of a thng's id. */
const ID_CHARS = 24;
/** Characters of "/thngs/" and the id: what all topics of the thng begin with. */
const THNG_CHARS = 31;

/** The property that is there to be heard; below the thng's properties, and below the thng. */
const HEARD_KEY = "/device.heard";
const HEARD_PATH = "/properties/device.heard";

const COMMA = 44;

/**
 * All actions, the property of each command, and the one that is there to be heard. What was there last comes first, should it have been
 * missed; one that was obeyed is not obeyed again. One that is too large would come with each connection, and end it. Of its own readings
 * the device hears nothing.
 */
function channels(topic: string, wary: boolean, keys: string): string[] {
  const states = "?pubStates=" + (wary ? 0 : 1);
  const topics = [sub(topic, 0, THNG_CHARS) + "/actions/all" + states, topic + HEARD_KEY + states];
  let begin = 0;
  for (let i = 0; i <= keys.length; i += 1) {
    if (i < keys.length && at(keys, i) !== COMMA) continue;
    if (i > begin) topics.push(topic + "/" + sub(keys, begin, i) + states);
    begin = i + 1;
  }
  return topics;
}

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
    says: true,
    ownTopic: (topic, path) => sub(topic, 0, THNG_CHARS) + path,
    silent: true,
    proofPath: HEARD_PATH,
    proofBody: '[{"value":true}]',
    activationTopic: () => "",
    thingTopic: (token) => "/thngs/" + sub(token, 0, ID_CHARS) + "/properties",
    single: false,
    channels,
    willKey: "lwt",
    requests: false,
    originOf: () => Origin.none,
    activationRequestTopic: "",
    activationRequest: () => "",
    wantedRequestTopic: "",
    wantedRequest: () => "",
    answerTopic: () => "",
    callTopic: () => "",
    callBody: () => "",
    factsTopic: "",
    answerBody: () => "",
  };
}
