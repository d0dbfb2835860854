import { readJson } from "./json";
import { modelLimits } from "./types";
import { doubleText, jsonText, parseAttributes, parseTelemetry, valueOf } from "./values";

test("a number keeps what it was: whole, with a point, with an exponent, too long for 64 bits", () => {
  const of = (text: string): string => {
    const value = valueOf(readJson(text)!);
    return `${value?.type} ${value?.text}`;
  };
  expect(["42", "42.0", "-0.5", "1e3", "1.5e3", "1.25e-1", "9007199254740993", "9223372036854775807", "9223372036854775808", "12345678.5", "0.0001"].map(of)).toEqual([
    "LONG 42", "DOUBLE 42.0", "DOUBLE -0.5", "LONG 1000", "LONG 1500", "DOUBLE 0.125", "LONG 9007199254740993", "LONG 9223372036854775807",
    "STRING 9223372036854775808", "DOUBLE 1.23456785E7", "DOUBLE 1.0E-4",
  ]);
  expect(['"42"', '"4.5"', '"4.5 V"', "true", '{"a":[1.0,"x"]}', '"\\u0001n7"'].map(of)).toEqual(["LONG 42", "DOUBLE 4.5", "STRING 4.5 V", "BOOLEAN true", 'JSON {"a":[1.0,"x"]}', "STRING \u0001n7"]);
  const long = `1${"0".repeat(200000)}1`;
  expect([of(long), of(`"${"7".repeat(64)}"`), of(`"${"7".repeat(65)}"`)]).toEqual([`STRING ${long}`, `STRING ${"7".repeat(64)}`, `STRING ${"7".repeat(65)}`]);
  expect(readJson(`{"a":"${"x".repeat(250000)}\\u0041"}`)).toEqual({ a: `${"x".repeat(250000)}A` });
  expect(readJson('{"\\u0001n7":{"\\u0001":"\\u0001"}}')).toEqual({ "\u0001n7": { "\u0001": "\u0001" } });
  expect(valueOf(readJson("null")!)).toBeUndefined();
  expect(jsonText({ type: "STRING", text: 'a"b' })).toBe('"a\\"b"');
});

test("doubles are written as the platform writes them", () => {
  expect([0, -0, 0.001, 9999999, 1e7, 1.5e300, -2.5e-8].map(doubleText)).toEqual(["0.0", "-0.0", "0.001", "9999999.0", "1.0E7", "1.5E300", "-2.5E-8"]);
});

test("telemetry in its three forms; ts without values is a key", () => {
  const read = (body: string): unknown => {
    const parsed = parseTelemetry(body, 1000, modelLimits);
    return parsed.ok ? parsed.value.map(({ key, ts, value }) => `${key}@${ts}=${value.text}`) : parsed.reason;
  };
  expect(read('{"a":1,"b":null,"c":"x"}')).toEqual(["a@1000=1", "c@1000=x"]);
  expect(read('{"ts":5,"values":{"a":1}}')).toEqual(["a@5=1"]);
  expect(read('[{"ts":5,"values":{"a":1}},{"a":2}]')).toEqual(["a@5=1", "a@1000=2"]);
  expect(read('{"ts":5,"a":1}')).toEqual(["ts@1000=5", "a@1000=1"]);
  for (const bad of ["", "7", "[1]", "{", '{"ts":-5,"values":{"a":1}}', '{"ts":1.5,"values":{"a":1}}', '{"":1}']) expect(read(bad)).toBe("badRequest");
});

test("limits hold at their value and not above", () => {
  const limits = { ...modelLimits, keyCharsMax: 3, valueCharsMax: 4, writeValuesMax: 2 };
  const isTaken = (body: object): boolean => parseAttributes(JSON.stringify(body), limits).ok;
  expect([{ abc: 1 }, { abcd: 1 }, { a: "abcd" }, { a: "abcde" }, { a: 1, b: 2 }, { a: 1, b: 2, c: 3 }].map(isTaken)).toEqual([true, false, true, false, true, false]);
  expect(parseTelemetry('[{"a":1,"b":2},{"c":3}]', 0, limits).ok).toBe(false);
  expect(readJson(`${"[".repeat(33)}${"]".repeat(33)}`)).toBeUndefined();
  expect(readJson(`${"[".repeat(32)}${"]".repeat(32)}`)).toBeDefined();
  expect(readJson(Buffer.from([0x22, 0xff, 0x22]))).toBeUndefined();
});
