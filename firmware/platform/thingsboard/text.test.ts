import { ActivationResult, Origin, ValueKind } from "../profile";
import type { ActivationAnswer } from "../profile";
import { thingsboardCoap } from "./coap";
import { thingsboardMqtt } from "./mqtt";
import { thingsboardText } from "./text";

const text = thingsboardText();
const profile = thingsboardMqtt();
const at = { sec: 1422632133, ms: 7 };

function downlink(payload: string): { understood: boolean; values: unknown[] } {
  const values: unknown[] = [];
  const understood = text.readDownlink(payload, { value: (key, kind, value, time) => values.push([key, kind, value, time]) });
  return { understood, values };
}

function activation(payload: string): ActivationAnswer {
  const answer: ActivationAnswer = { result: ActivationResult.created, token: "x" };
  text.readActivation(payload, answer);
  return answer;
}

test("values are written with their time beside them, and plainly where they have none: a lone \"values\" would be a key", () => {
  expect(text.formatValue("fan.speed", "21.5", at, undefined)).toBe('{"values":{"fan.speed":21.5},"ts":1422632133007}');
  expect(text.formatValue("a", '"x"', undefined, { lat: "41.4", long: "2.2" })).toBe('{"a":"x"}');
  const batch = text.batchOpen + text.formatValue("a", "1", at, undefined) + text.batchJoin + text.formatValue("b", "true", undefined, undefined) + text.batchClose;
  expect(JSON.parse(batch)).toEqual([{ values: { a: 1 }, ts: 1422632133007 }, { b: true }]);
  // The same in parts.
  expect(text.valueHead("fan.speed") + "21.5" + text.valueMiddle(at.sec) + "007" + text.valueEnd).toBe(text.formatValue("fan.speed", "21.5", at, undefined));
});

test("keys are 1 to 255 letters, digits, dots, dashes and underscores", () => {
  for (const key of ["a", "A.b-c_9", "0", "x".repeat(255)]) expect(text.keyValid(key)).toBe(true);
  for (const key of ["", "x".repeat(256), "a,b", "a b", 'a"', "a/b", "a+b", "a{", "a`", "\xc3\xa9", "a\0"]) expect(text.keyValid(key)).toBe(false);
});

test("attributes are told one by one: flat, in an answer's shared part, and those that were deleted", () => {
  expect(downlink('{"fan":true,"speed":-1.5,"deep":{"fan":false},"mode":"eco"}')).toEqual({
    understood: true,
    values: [["fan", ValueKind.boolean, "true", undefined], ["speed", ValueKind.number, "-1.5", undefined], ["deep", 3, "", undefined], ["mode", ValueKind.string, "eco", undefined]],
  });
  expect(downlink('{"client":{"fan":false},"shared":{"fan":true,"list":[{"fan":1}],"speed":2},"more":1}').values).toEqual([
    ["client", 3, "", undefined],
    ["fan", ValueKind.boolean, "true", undefined],
    ["list", 6, expect.any(String), undefined],
    ["speed", ValueKind.number, "2", undefined],
    ["more", ValueKind.number, "1", undefined],
  ]);
  expect(downlink('{"deleted":["fan","speed"]}').values).toEqual([["fan", ValueKind.gone, "", undefined], ["speed", ValueKind.gone, "", undefined]]);
  // Attributes may have these names too.
  expect(downlink('{"shared":true,"deleted":1}').values).toEqual([["shared", ValueKind.boolean, "true", undefined], ["deleted", ValueKind.number, "1", undefined]]);
});

test("of a call, the method is the key and the params are the value", () => {
  expect(downlink('{"method":"fan","params":true}')).toEqual({ understood: true, values: [["fan", ValueKind.boolean, "true", undefined]] });
  expect(downlink('{"method":"fan","params":{"on":[true]}}').values).toEqual([["fan", 3, "", undefined]]);
  expect(downlink('{"method":"fan"}').values).toEqual([]);
  expect(downlink('{"params":5}').values).toEqual([["params", ValueKind.number, "5", undefined]]);
  // Its number is no value, wherever it stands; an attribute of that name is one.
  for (const call of ['{"id":7,"method":"fan","params":true}', '{"method":"fan","params":true,"id":7}']) expect(downlink(call).values).toEqual([["fan", ValueKind.boolean, "true", undefined]]);
  expect(downlink('{"id":7,"method":"id","params":2}').values).toEqual([["id", ValueKind.number, "2", undefined]]);
  expect(downlink('{"id":7,"fan":true}').values).toEqual([["fan", ValueKind.boolean, "true", undefined], ["id", ValueKind.number, "7", undefined]]);
});

test("what is no JSON is malformed and tells nothing; what is no object is not for the device", () => {
  for (const payload of ["", "{", "x", '{"a":1,}', '{"a":1', '{"a":1} x', " ".repeat(2049)]) expect(downlink(payload)).toEqual({ understood: false, values: [] });
  for (const payload of ["5", "null", "[]", '[{"fan":true}]', "{}", '{"shared":{}}', '{"deleted":[]}', '{"deleted":[5]}']) expect(downlink(payload)).toEqual({ understood: true, values: [] });
});

test("provisioning: created with a token, refused for its code, or doubtful because the name is taken", () => {
  expect(activation('{"credentialsValue":"tok-1_2","credentialsType":"ACCESS_TOKEN","status":"SUCCESS"}')).toEqual({ result: ActivationResult.created, token: "tok-1_2" });
  expect(activation('{"errorMsg":"Provision data was not found!","status":"NOT_FOUND"}')).toEqual({ result: ActivationResult.refused, token: "" });
  expect(activation('{"status":"FAILURE","errorMsg":"Failed to provision device!"}')).toEqual({ result: ActivationResult.doubtful, token: "" });
  const nothing = { result: ActivationResult.none, token: "" };
  const basic = '{"credentialsValue":{"userName":"u"},"credentialsType":"MQTT_BASIC","status":"SUCCESS"}';
  for (const payload of ["", "{}", "[]", "{", basic, '{"status":"SUCCESS","credentialsValue":"a/b"}', '{"status":"SUCCESS"}']) expect(activation(payload)).toEqual(nothing);
});

test("a request to be made holds the code's two parts, the machine's name and the device's own token", () => {
  const asked = (code: string): unknown => JSON.parse(profile.activationRequest(code, "0123456789abcdef", 'esp"1'));
  const common = { deviceName: 'esp"1', credentialsType: "ACCESS_TOKEN", token: "0123456789abcdef" };
  expect(asked("key:se:cret")).toEqual({ ...common, provisionDeviceKey: "key", provisionDeviceSecret: "se:cret" });
  expect(asked("key")).toEqual({ ...common, provisionDeviceKey: "key", provisionDeviceSecret: "" });
  expect([profile.activationRequestTopic, profile.activationTopic("key:secret", "token"), profile.user]).toEqual(["/provision/request", "/provision/response", "provision"]);
  expect(profile.channels(profile.activationTopic("key:secret", "token"), false, "fan")).toEqual(["/provision/response"]);
});

test("topics hold no token; each that comes down says what it is, and a call's number goes back", () => {
  const topic = profile.thingTopic("secret");
  expect([topic, ...profile.channels(topic, false, "fan")]).toEqual(["v1/devices/me/telemetry", "v1/devices/me/attributes", "v1/devices/me/attributes/response/+", "v1/devices/me/rpc/request/+"]);
  expect(profile.originOf("v1/devices/me/attributes")).toBe(Origin.update);
  expect(profile.originOf("v1/devices/me/attributes/response/1")).toBe(Origin.answer);
  expect(profile.originOf("v1/devices/me/rpc/request/77")).toBe(Origin.rpc);
  for (const other of ["v1/devices/me/rpc/response/77", "v1/devices/me/attributes/request/1", "/provision/response", "x"]) expect(profile.originOf(other)).toBe(Origin.none);
  expect(profile.answerTopic("v1/devices/me/rpc/request/77")).toBe("v1/devices/me/rpc/response/77");
  expect([profile.answerBody(0), profile.answerBody(2)].map((body) => JSON.parse(body) as unknown)).toEqual([{ obeyed: true }, { obeyed: false, code: 2 }]);
  expect(JSON.parse(profile.wantedRequest("fan,speed"))).toEqual({ sharedKeys: "fan,speed" });
});

test("over CoAP the token stands in each path, and a call names its number", () => {
  const coap = thingsboardCoap();
  expect([coap.thingPath("tok"), coap.valuesPath("tok"), coap.callsPath("tok"), coap.answerPath("tok", "77")]).toEqual([
    "/api/v1/tok/telemetry", "/api/v1/tok/attributes", "/api/v1/tok/rpc", "/api/v1/tok/rpc/77",
  ]);
  expect([coap.activationPath, coap.wantedQuery("fan,speed")]).toEqual(["/api/v1/provision", "sharedKeys=fan,speed"]);
  expect(coap.activationRequest("key:secret", "tok", "esp")).toBe(profile.activationRequest("key:secret", "tok", "esp"));
  expect(coap.callId('{"id":77,"method":"fan","params":{"id":5}}')).toBe("77");
  expect(coap.callId('{"method":"fan","params":true,"id":2147483647}')).toBe("2147483647");
  for (const none of ["", "{", "[]", '{"id":77}', '{"method":"fan"}', '{"id":"77","method":"fan"}', '{"id":7.5e900000000,"method":"fan"}', '{"id":77,"method":5}', '{"id":77,"method":"fan"} x']) expect(coap.callId(none)).toBe("");
});
