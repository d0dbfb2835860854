/** thethings.iO over MQTT: topics of the developer documentation, "MQTT". They hold the activation code and the token. */
import { Origin } from "../profile";
import type { MqttProfile } from "../profile";
import { thethingsText } from "./text";

export function thethingsMqtt(): MqttProfile {
  return {
    text: thethingsText(),
    portPlain: 1883,
    portTls: 8883,
    webPath: "",
    webPortPlain: 0,
    webPortTls: 0,
    keepAliveSec: 60,
    // An unknown token is acknowledged and dropped: only what comes back has arrived.
    echoes: true,
    keyed: false,
    user: undefined,
    password: () => "",
    says: false,
    ownTopic: () => "",
    silent: false,
    proofPath: "",
    proofBody: "",
    activationTopic: (code, channel) => "v2/activations/" + code + "/" + channel,
    thingTopic: (token) => "v2/things/" + token,
    single: true,
    channels: (topic) => [topic],
    willKey: "LWT",
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
