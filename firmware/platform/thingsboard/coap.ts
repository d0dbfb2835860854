/**
 * ThingsBoard over CoAP: the access token stands in each path. Shared attributes and calls are observed, each at a path of its own;
 * telemetry is posted to a third. Activation is provisioning. Facts: ThingsBoard documentation, "CoAP Device API", "Device provisioning".
 *
 * The platform says nothing of its own to show that an observation lives: it is registered anew whenever its answer has grown old
 * (60 seconds unless the platform says otherwise), and the platform answers that.
 */
import type { CoapProfile } from "../profile";
import { activationRequest, answerBody, callBody } from "./requests";
import { callId, thingsboardText } from "./text";

export function thingsboardCoap(): CoapProfile {
  return {
    text: thingsboardText(),
    portPlain: 5683,
    activationPath: "/api/v1/provision",
    activationBody: () => "",
    thingPath: (token) => "/api/v1/" + token + "/telemetry",
    observeQuery: () => "",
    // A device cannot ask for its telemetry.
    readPath: () => "",
    readQuery: () => "",
    // As long as the platform itself waits for a device that says nothing.
    keepAliveMs: 300000,
    requests: true,
    activationRequest,
    valuesPath: (token) => "/api/v1/" + token + "/attributes",
    wantedQuery: (keys) => "sharedKeys=" + keys,
    callsPath: (token) => "/api/v1/" + token + "/rpc",
    callBody,
    callId,
    answerPath: (token, id) => "/api/v1/" + token + "/rpc/" + id,
    answerBody,
  };
}
