import { ActivationResult, ValueKind } from "../profile";
import type { ActivationAnswer } from "../profile";
import { evrythngMqtt } from "./mqtt";
import { evrythngText } from "./text";

const text = evrythngText();
const at = { sec: 1422632133, ms: 7 };

function downlink(payload: string): { understood: boolean; values: unknown[] } {
  const values: unknown[] = [];
  const understood = text.readDownlink(payload, { value: (key, kind, value, time) => values.push([key, kind, value, time]) });
  return { understood, values };
}

test("values are written as the platform takes them, with milliseconds since 1970, and without a place", () => {
  expect(text.formatValue("fan.speed", "21.5", at, undefined)).toBe('{"key":"fan.speed","value":21.5,"timestamp":1422632133007}');
  expect(text.formatValue("a", '"x"', undefined, { lat: "41.4", long: "2.2" })).toBe('{"key":"a","value":"x"}');
  const batch = text.batchOpen + text.formatValue("a", "1", at, undefined) + text.batchJoin + text.formatValue("b", "true", undefined, undefined) + text.batchClose;
  expect(JSON.parse(batch)).toEqual([{ key: "a", value: 1, timestamp: 1422632133007 }, { key: "b", value: true }]);
  // The same in parts.
  expect(text.valueHead("fan.speed") + "21.5" + text.valueMiddle(at.sec) + "007" + text.valueEnd).toBe(text.formatValue("fan.speed", "21.5", at, undefined));
});

test("keys are small letters, digits, dot, dash and underscore, 1 to 128 of them", () => {
  for (const key of ["a", "a.b-c_9", "0", "x".repeat(128)]) expect(text.keyValid(key)).toBe(true);
  for (const key of ["", "A", "x".repeat(129), "a b", "a/b", "a+b", "a{", "a`", "\xc3\xa9", "a\0"]) expect(text.keyValid(key)).toBe(false);
});

test("properties are told one by one, each with the time of its value", () => {
  expect(downlink('[{"key":"fan","value":true,"timestamp":1422632133007,"createdAt":1422632139000},{"createdAt":1,"value":"9","key":"x","more":{"key":"no"}}]')).toEqual({
    understood: true,
    values: [["fan", ValueKind.boolean, "true", at], ["x", ValueKind.string, "9", undefined]],
  });
});

test("of an action each custom field is told, with the time at which the platform made it, wherever that stands", () => {
  const fields = '"customFields":{"fan":true,"speed":-1.5,"deep":{"fan":false}}';
  const expected = [["fan", ValueKind.boolean, "true", at], ["speed", ValueKind.number, "-1.5", at], ["deep", 5, expect.any(String), at]];
  expect(downlink(`{"id":"x","createdAt":1422632133007,"timestamp":5,"type":"_go",${fields}}`)).toEqual({ understood: true, values: expected });
  expect(downlink(`{${fields},"type":"_go","createdAt":1422632133007}`).values).toEqual(expected);
  expect(downlink('{"type":"scans","createdAt":1}').values).toEqual([]);
  expect(downlink('{"customFields":[{"fan":true}]}').values).toEqual([]);
});

test("the end of something, told without content, is no mistake; what is no JSON is", () => {
  expect(downlink("")).toEqual({ understood: true, values: [] });
  for (const payload of ["{", "x", "[1,", '[{"key":"a","value":1}', '[{"key":"a","value":1}] x', " ".repeat(2049)]) expect(downlink(payload)).toEqual({ understood: false, values: [] });
  for (const payload of ["5", "null", "[]", "[5]", '[[{"key":"a","value":1}]]', '[{"key":"a"}]', '[{"value":1}]', '[{"key":5,"value":1}]']) expect(downlink(payload)).toEqual({ understood: true, values: [] });
});

test("nothing is the answer to an activation, which the platform does not have", () => {
  const answer: ActivationAnswer = { result: ActivationResult.created, token: "x" };
  text.readActivation('{"status":"created","thingToken":"abc"}', answer);
  expect(answer).toEqual({ result: ActivationResult.none, token: "" });
});

test("the token is the thng's id and its key: topics have the one, CONNECT the other", () => {
  const profile = evrythngMqtt();
  const token = "UMVm3wUXMGPYEqwaanXVsAbr" + "k".repeat(80);
  expect(profile.password(token)).toBe("k".repeat(80));
  const topic = profile.thingTopic(token);
  expect(topic).toBe("/thngs/UMVm3wUXMGPYEqwaanXVsAbr/properties");
  for (const wary of [false, true]) {
    const states = `?pubStates=${wary ? 0 : 1}`;
    const always = [`/thngs/UMVm3wUXMGPYEqwaanXVsAbr/actions/all${states}`, `${topic}/device.heard${states}`];
    expect(profile.channels(topic, wary, "")).toEqual(always);
    expect(profile.channels(topic, wary, "fan")).toEqual([...always, `${topic}/fan${states}`]);
    expect(profile.channels(topic, wary, "fan,a.b,speed")).toEqual([...always, ...["fan", "a.b", "speed"].map((key) => `${topic}/${key}${states}`)]);
  }
});
