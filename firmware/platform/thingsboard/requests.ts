/**
 * What a device on ThingsBoard says besides its readings, the same on each transport: the request to be made (provisioning), the answer
 * to a call, and calls of its own. Facts: ThingsBoard documentation, "Device provisioning", "Using RPC capabilities". Pure.
 */
import { find } from "../../base/find";
import { sub } from "../../base/intrinsics";
import { jsonString } from "../../base/json-write";

/** A request to be made, or to be found among the devices made before. The code is the profile's key and secret, with a colon between. */
export function activationRequest(code: string, token: string, identity: string): string {
  const colon = find(code, ":");
  const split = colon < 0 ? code.length : colon;
  const secret = colon < 0 ? "" : sub(code, colon + 1, code.length);
  const who = '{"deviceName":' + jsonString(identity) + ',"provisionDeviceKey":' + jsonString(sub(code, 0, split));
  return who + ',"provisionDeviceSecret":' + jsonString(secret) + ',"credentialsType":"ACCESS_TOKEN","token":' + jsonString(token) + "}";
}

/** What a command that came as a call came to: `code` 0 for one that was obeyed, else why not. */
export function answerBody(code: number): string {
  return code === 0 ? '{"obeyed":true}' : '{"obeyed":false,"code":' + code + "}";
}

/** A call of the device's own; `params` is JSON text. */
export function callBody(method: string, params: string): string {
  return '{"method":' + jsonString(method) + ',"params":' + params + "}";
}
