/**
 * ThingsBoard over MQTT: the access token is the user name, and no topic holds a secret. Activation is provisioning: a device that has
 * no token connects as "provision" and asks to be made, with a token of its own. Facts: ThingsBoard documentation, "MQTT Device API",
 * "Device provisioning".
 *
 * The platform is no broker: it writes what concerns a device into its connection, whatever that subscribed to, and stores no last
 * will. What it acknowledges it has taken.
 */
import { find } from "../../base/find";
import { sub } from "../../base/intrinsics";
import { Origin } from "../profile";
import type { MqttProfile } from "../profile";
import { activationRequest, answerBody, callBody } from "./requests";
import { thingsboardText } from "./text";

const TELEMETRY = "v1/devices/me/telemetry";
const ATTRIBUTES = "v1/devices/me/attributes";
const ATTRIBUTES_RESPONSE = "v1/devices/me/attributes/response/";
const CALL = "v1/devices/me/rpc/request/";
const CALL_ANSWER = "v1/devices/me/rpc/response/";
const PROVISION_RESPONSE = "/provision/response";

/** What a message on this topic is. */
function originOf(topic: string): Origin {
  if (topic === ATTRIBUTES) return Origin.update;
  if (find(topic, ATTRIBUTES_RESPONSE) === 0) return Origin.answer;
  if (find(topic, CALL_ANSWER) === 0) return Origin.reply;
  return find(topic, CALL) === 0 ? Origin.rpc : Origin.none;
}

export function thingsboardMqtt(): MqttProfile {
  return {
    text: thingsboardText(),
    portPlain: 1883,
    portTls: 8883,
    webPath: "",
    webPortPlain: 0,
    webPortTls: 0,
    keepAliveSec: 60,
    echoes: false,
    keyed: false,
    // Who has no token yet.
    user: "provision",
    password: () => "",
    says: false,
    ownTopic: () => "",
    silent: false,
    proofPath: "",
    proofBody: "",
    activationTopic: () => PROVISION_RESPONSE,
    thingTopic: () => TELEMETRY,
    single: false,
    channels: (topic) => (topic === PROVISION_RESPONSE ? [topic] : [ATTRIBUTES, ATTRIBUTES_RESPONSE + "+", CALL + "+", CALL_ANSWER + "+"]),
    willKey: "",
    requests: true,
    originOf,
    activationRequestTopic: "/provision/request",
    activationRequest,
    wantedRequestTopic: "v1/devices/me/attributes/request/1",
    wantedRequest: (keys) => '{"sharedKeys":"' + keys + '"}',
    answerTopic: (topic) => CALL_ANSWER + sub(topic, CALL.length, topic.length),
    callTopic: (number) => CALL + number,
    callBody,
    factsTopic: ATTRIBUTES,
    answerBody,
  };
}
