import { type JsonLimits, jsonNext, jsonOpen, type JsonReader, jsonSkip } from "./json-read";
import { JsonToken } from "./json-token";

const limits: JsonLimits = { bytesMax: 400, depthMax: 4, keyBytesMax: 40 };

const signs = ["end", "error", "key", "{", "[", "}", "]", "string", "number", "boolean", "null"];

/** All tokens of a document, each as a short text; the last is `end` or `error`. */
function tokens(text: string, own: Partial<JsonLimits> = {}): string[] {
  const reader = jsonOpen(text, { ...limits, ...own });
  const seen: string[] = [];
  for (;;) {
    const token = jsonNext(reader);
    const sign = signs[token] ?? "?";
    seen.push(reader.text === "" ? sign : `${sign} ${reader.text}`);
    if (token === JsonToken.end || token === JsonToken.error) {
      expect(jsonNext(reader)).toBe(token);
      return seen;
    }
  }
}

const lastOf = (text: string, own?: Partial<JsonLimits>): string => tokens(text, own).at(-1) ?? "";

test("a command from thethings.iO", () => {
  expect(tokens('[{"key":"fan","value":true,"datetime":"2015-01-30T15:35:33.000Z"}]')).toEqual([
    "[", "{", "key key", "string fan", "key value", "boolean true", "key datetime", "string 2015-01-30T15:35:33.000Z", "}", "]", "end",
  ]);
});

test("white space may stand between any two tokens", () => {
  expect(tokens(' \t\r\n{ "a" : [ 1 , -2.5e3 , null ] , "b" : { } } ')).toEqual([
    "{", "key a", "[", "number 1", "number -2.5e3", "null null", "]", "key b", "{", "}", "}", "end",
  ]);
});

test("a value may stand alone", () => {
  expect(tokens("21.5")).toEqual(["number 21.5", "end"]);
  expect(tokens('"x"')).toEqual(["string x", "end"]);
  expect(tokens("false")).toEqual(["boolean false", "end"]);
  expect(tokens("[]")).toEqual(["[", "]", "end"]);
});

test("escapes become UTF-8", () => {
  expect(tokens('"\\"\\\\\\/\\b\\f\\n\\r\\t"')[0]).toBe('string "\\/\b\f\n\r\t');
  expect(tokens('"a\\u0041\\u00e9\\u6f22\\ud83d\\ude00z"')[0]).toBe("string aA\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80z");
  expect(tokens('"\\u0000"')[0]).toBe("string \0");
  expect(tokens('"\xc3\xa9"')[0]).toBe("string \xc3\xa9");
});

test.each([
  // cut short
  "", " ", "[", "[1", "[1,", '{"a"', '{"a":', '{"a":1', '"a', '"a\\',
  // no JSON
  "]", "[}", "{]", "[1,]", "[,1]", "[1 2]", '{"a":1,}', "{,}", "{a:1}", "{1:1}", '{"a",1}', '{"a":}', '{"a" 1}', "True", "tru", "truee", "nul",
  "undefined", "'a'", "01", "1.", "+1", ".5", "-", "1e", "//1", "\xef\xbb\xbf1", "\xa01", '"\n"', '"\0"', '"\\x41"', '"\\\xe9"', '"\\u00g0"', '"\\u00',
  // no UTF-8
  '"\xff"', '"\xc3"', '"\xed\xa0\x80"', '"\\ud83d"', '"\\ud83dx"', '"\\ud83d\\u0041"', '"\\ude00"',
  // more than one value
  "1 2", "{}x", "[]]",
  // a member twice
  '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"":1,"":2}',
])("%j is refused", (text) => {
  expect(lastOf(text)).toBe("error");
});

test("equal keys in different objects are no duplicates, nor is a key that contains another", () => {
  expect(lastOf('[{"a":{"a":1},"b":[{"a":1}]},{"a":1}]')).toBe("end");
  expect(lastOf('{"ab":1,"a":1,"b":1,"":1}')).toBe("end");
  expect(lastOf('{"a":{"b":1},"b":{"c":1},"a":1}')).toBe("error");
});

test.each<[string, Partial<JsonLimits>, string, string]>([
  ["bytesMax", { bytesMax: 4 }, "[12]", "[123]"],
  ["depthMax", { depthMax: 2 }, '[{"a":1}]', '[{"a":[]}]'],
  ["depthMax 0", { depthMax: 0 }, "1", "[]"],
  ["keyBytesMax", { keyBytesMax: 5 }, '{"a":{"cc":1,"d":1},"bb":1}', '{"a":{"d":1},"bb":1,"":1}'],
])("%s: right at the limit, and refused one above", (_name, own, inside, outside) => {
  expect(lastOf(inside, own)).toBe("end");
  expect(lastOf(outside, own)).toBe("error");
});

/** Reads one member of an object and skips every other, as a caller would. */
function member(text: string, name: string): string | undefined {
  const reader: JsonReader = jsonOpen(text, limits);
  let found: string | undefined;
  let token = jsonNext(reader);
  while (token !== JsonToken.end) {
    if (token === JsonToken.error) return undefined;
    if (token === JsonToken.key && reader.outer.length === 1) {
      if (reader.text === name) {
        if (jsonNext(reader) === JsonToken.string) found = reader.text;
      } else {
        jsonSkip(reader);
      }
    }
    token = jsonNext(reader);
  }
  return found;
}

test("a caller takes what it knows and skips the rest", () => {
  expect(member('{"x":{"thingToken":"no"},"y":[[],{}],"thingToken":"yes","z":1}', "thingToken")).toBe("yes");
  expect(member('{"x":{"thingToken":"no"}}', "thingToken")).toBeUndefined();
  expect(member('{"thingToken":"yes"', "thingToken")).toBeUndefined();
});

test("jsonSkip passes over one value, and ends at a fault", () => {
  const reader = jsonOpen('[[1,[2]],3,{"a":{"b":4},"c":5}', limits);
  expect(jsonNext(reader)).toBe(JsonToken.openArray);
  expect(jsonSkip(reader)).toBe(JsonToken.closeArray);
  expect(jsonSkip(reader)).toBe(JsonToken.number);
  expect(reader.text).toBe("3");
  expect(jsonNext(reader)).toBe(JsonToken.openObject);
  expect(jsonNext(reader)).toBe(JsonToken.key);
  expect(jsonSkip(reader)).toBe(JsonToken.closeObject);
  expect(reader.outer).toHaveLength(2);
  expect(jsonNext(reader)).toBe(JsonToken.key);
  expect(jsonSkip(reader)).toBe(JsonToken.number);
  expect(jsonSkip(reader)).toBe(JsonToken.closeObject);
  expect(jsonSkip(reader)).toBe(JsonToken.error);
  const cut = jsonOpen("[[1,", limits);
  expect(jsonNext(cut)).toBe(JsonToken.openArray);
  expect(jsonSkip(cut)).toBe(JsonToken.error);
});
