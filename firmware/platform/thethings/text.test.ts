import { JsonToken } from "../../base/json-token";
import { ActivationResult, ValueKind } from "../profile";
import type { ActivationAnswer } from "../profile";
import { thethingsText } from "./text";

const text = thethingsText();

function downlink(payload: string): { understood: boolean; values: unknown[] } {
  const values: unknown[] = [];
  const understood = text.readDownlink(payload, { value: (key, kind, value, time) => values.push([key, kind, value, time]) });
  return { understood, values };
}

test("a value is written as the platform takes it", () => {
  expect(text.formatValue("fan.speed", "21.5", { sec: 1422632133, ms: 7 }, undefined)).toBe('{"key":"fan.speed","value":21.5,"datetime":"2015-01-30T15:35:33.007Z"}');
  expect(text.formatValue("a", '"x"', undefined, { lat: "41.4121132", long: "2.2199454" })).toBe('{"key":"a","value":"x","geo":{"lat":41.4121132,"long":2.2199454}}');
  const batch = text.batchOpen + text.formatValue("a", "1", undefined, undefined) + text.batchJoin + text.formatValue("b", "true", undefined, undefined) + text.batchClose;
  expect(JSON.parse(batch)).toEqual({ values: [{ key: "a", value: 1 }, { key: "b", value: true }] });
});

test("keys are letters, digits, dot, dash and underscore, 1 to 256 of them", () => {
  for (const key of ["a", "A.b-c_9", "x".repeat(256)]) expect(text.keyValid(key)).toBe(true);
  for (const key of ["", "x".repeat(257), "a b", "a/b", "a+b", "#", "a\"", "\xc3\xa9", "a\0"]) expect(text.keyValid(key)).toBe(false);
});

test.each([
  ["an array", '[{"key":"fan","value":true,"datetime":"2015-01-30T15:35:33.000Z"},{"key":"x","value":"9000"}]'],
  ["a write body", '{"values":[{"key":"fan","value":true,"datetime":"2015-01-30T15:35:33.000Z"},{"key":"x","value":"9000"}]}'],
])("a channel's text is read as %s", (_name, payload) => {
  expect(downlink(payload)).toEqual({
    understood: true,
    values: [
      ["fan", ValueKind.boolean, "true", { sec: 1422632133, ms: 0 }],
      ["x", ValueKind.string, "9000", undefined],
    ],
  });
});

test("one value alone, unknown members and values that are no scalars are read", () => {
  expect(downlink('{"extra":{"key":"no","value":1},"key":"a","value":-1.5}').values).toEqual([["a", ValueKind.number, "-1.5", undefined]]);
  expect(downlink('[{"key":"a","value":[1,{"key":"b","value":2}]},{"key":"c","value":null}]').values).toEqual([
    ["a", JsonToken.closeArray, "", undefined],
    ["c", JsonToken.null, "null", undefined],
  ]);
});

test("keep-alives, status objects and incomplete values tell nothing", () => {
  for (const payload of ["{}", '{"status":"success","message":"subscribed"}', "[]", '[{"key":"a"}]', '[{"value":1}]', '"x"', "1"]) {
    expect(downlink(payload)).toEqual({ understood: true, values: [] });
  }
});

test("malformed text tells nothing at all", () => {
  for (const payload of ["", "{", '[{"key":"a","value":1}', '[{"key":"a","value":1}] x', '[{"key":"a","value":1},{"key":}]', "\xff", "[".repeat(100)]) {
    expect(downlink(payload)).toEqual({ understood: false, values: [] });
  }
});

test("an activation is created, refused, or not yet answered", () => {
  const read = (payload: string): ActivationAnswer => {
    const answer = { result: ActivationResult.none, token: "old" };
    text.readActivation(payload, answer);
    return answer;
  };
  expect(read('{"status":"created","thingToken":"abc-_9"}')).toEqual({ result: ActivationResult.created, token: "abc-_9" });
  expect(read('{"status":"error","message":"Error creating thing"}')).toEqual({ result: ActivationResult.refused, token: "" });
  for (const token of ["a", "N-_9", "t".repeat(64)]) expect(read(`{"status":"created","thingToken":"${token}"}`).token).toBe(token);
  for (const token of ["", "t".repeat(65), "a/b", "a+b", "#", "a b"]) expect(read(`{"status":"created","thingToken":"${token}"}`).result).toBe(ActivationResult.none);
  for (const payload of ["", "{}", '{"status":"created"}', '{"status":"created","thingToken":"a b"}', '{"status":"created","thingToken":7}', "[]", '{"thingToken":"abc"}']) {
    expect(read(payload)).toEqual({ result: ActivationResult.none, token: "" });
  }
});
