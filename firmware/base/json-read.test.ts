import { jsonLeave, type JsonLimits, jsonNext, jsonOpen, type JsonReader, jsonSkip } from "./json-read";
import { JsonFault, JsonToken } from "./json-token";

const limits: JsonLimits = { bytesMax: 400, depthMax: 4, tokenBytesMax: 40, keysMax: 4 };

const signs = ["end", "error", "{", "}", "[", "]", "key", "string", "number", "true", "false", "null"];

/** All tokens of a document, each as a short text; the last is `end` or `error N`. */
function tokens(text: string, own: Partial<JsonLimits> = {}): string[] {
  const reader = jsonOpen(text, { ...limits, ...own });
  const seen: string[] = [];
  for (;;) {
    const token = jsonNext(reader);
    const sign = signs[token] ?? "?";
    seen.push(reader.text === "" ? sign : `${sign} ${reader.text}`);
    if (token === JsonToken.error) seen[seen.length - 1] = `error ${reader.fault}`;
    if (token === JsonToken.end || token === JsonToken.error) {
      expect(jsonNext(reader)).toBe(token);
      return seen;
    }
  }
}

const faultOf = (text: string, own?: Partial<JsonLimits>): string => tokens(text, own).at(-1) ?? "";

test("a command from thethings.iO", () => {
  expect(tokens('[{"key":"fan","value":true,"datetime":"2015-01-30T15:35:33.000Z"}]')).toEqual([
    "[", "{", "key key", "string fan", "key value", "true", "key datetime", "string 2015-01-30T15:35:33.000Z", "}", "]", "end",
  ]);
});

test("white space may stand between any two tokens", () => {
  expect(tokens(' \t\r\n{ "a" : [ 1 , -2.5e3 , null ] , "b" : { } } ')).toEqual([
    "{", "key a", "[", "number 1", "number -2.5e3", "null", "]", "key b", "{", "}", "}", "end",
  ]);
});

test("a value may stand alone", () => {
  expect(tokens("21.5")).toEqual(["number 21.5", "end"]);
  expect(tokens('"x"')).toEqual(["string x", "end"]);
  expect(tokens("false")).toEqual(["false", "end"]);
  expect(tokens("[]")).toEqual(["[", "]", "end"]);
});

test("escapes become UTF-8", () => {
  expect(tokens('"\\"\\\\\\/\\b\\f\\n\\r\\t"')[0]).toBe('string "\\/\b\f\n\r\t');
  expect(tokens('"a\\u0041\\u00e9\\u6f22\\ud83d\\ude00z"')[0]).toBe("string aA\xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80z");
  expect(tokens('"\\u0000"')[0]).toBe("string \0");
  expect(tokens('"\xc3\xa9"')[0]).toBe("string \xc3\xa9");
});

test.each([
  ["", JsonFault.truncated],
  [" ", JsonFault.truncated],
  ["[", JsonFault.truncated],
  ["[1", JsonFault.truncated],
  ["[1,", JsonFault.truncated],
  ['{"a"', JsonFault.truncated],
  ['{"a":', JsonFault.truncated],
  ['{"a":1', JsonFault.truncated],
  ['"a', JsonFault.truncated],
  ['"a\\', JsonFault.truncated],
  ["]", JsonFault.syntax],
  ["[}", JsonFault.syntax],
  ["{]", JsonFault.syntax],
  ["[1,]", JsonFault.syntax],
  ["[,1]", JsonFault.syntax],
  ["[1 2]", JsonFault.syntax],
  ['{"a":1,}', JsonFault.syntax],
  ["{,}", JsonFault.syntax],
  ["{a:1}", JsonFault.syntax],
  ["{1:1}", JsonFault.syntax],
  ['{"a",1}', JsonFault.syntax],
  ['{"a":}', JsonFault.syntax],
  ['{"a" 1}', JsonFault.syntax],
  ["True", JsonFault.syntax],
  ["tru", JsonFault.syntax],
  ["truee", JsonFault.syntax],
  ["nul", JsonFault.syntax],
  ["undefined", JsonFault.syntax],
  ["'a'", JsonFault.syntax],
  ["01", JsonFault.syntax],
  ["1.", JsonFault.syntax],
  ["+1", JsonFault.syntax],
  [".5", JsonFault.syntax],
  ["-", JsonFault.syntax],
  ["1e", JsonFault.syntax],
  ["//1", JsonFault.syntax],
  ["\xef\xbb\xbf1", JsonFault.syntax],
  ["\xa01", JsonFault.syntax],
  ['"\n"', JsonFault.syntax],
  ['"\0"', JsonFault.syntax],
  ['"\\x41"', JsonFault.syntax],
  ['"\\\xe9"', JsonFault.syntax],
  ['"\\u00g0"', JsonFault.syntax],
  ['"\\u00', JsonFault.syntax],
  ['"\xff"', JsonFault.encoding],
  ['"\xc3"', JsonFault.encoding],
  ['"\xed\xa0\x80"', JsonFault.encoding],
  ['"\\ud83d"', JsonFault.encoding],
  ['"\\ud83dx"', JsonFault.encoding],
  ['"\\ud83d\\u0041"', JsonFault.encoding],
  ['"\\ude00"', JsonFault.encoding],
  ["1 2", JsonFault.trailing],
  ["{}x", JsonFault.trailing],
  ["[]]", JsonFault.trailing],
  ['{"a":1,"a":2}', JsonFault.duplicateKey],
  ['{"a":1,"\\u0061":2}', JsonFault.duplicateKey],
  ['{"":1,"":2}', JsonFault.duplicateKey],
])("%j is refused with fault %d", (text, fault) => {
  expect(faultOf(text)).toBe(`error ${fault}`);
});

test("equal keys in different objects are no duplicates, nor is a key that contains another", () => {
  expect(faultOf('[{"a":{"a":1},"b":[{"a":1}]},{"a":1}]')).toBe("end");
  expect(faultOf('{"ab":1,"a":1,"b":1,"":1}')).toBe("end");
  expect(faultOf('{"a":{"b":1},"b":{"c":1},"a":1}')).toBe(`error ${JsonFault.duplicateKey}`);
});

test.each<[string, Partial<JsonLimits>, string, string, JsonFault]>([
  ["bytesMax", { bytesMax: 4 }, "[12]", "[123]", JsonFault.tooLong],
  ["depthMax", { depthMax: 2 }, '[{"a":1}]', '[{"a":[]}]', JsonFault.tooDeep],
  ["depthMax 0", { depthMax: 0 }, "1", "[]", JsonFault.tooDeep],
  ["string", { tokenBytesMax: 3 }, '"abc"', '"abcd"', JsonFault.tokenTooLong],
  ["decoded string", { tokenBytesMax: 3 }, '"\\u6f22"', '"\\u6f22a"', JsonFault.tokenTooLong],
  ["key", { tokenBytesMax: 3 }, '{"abc":1}', '{"abcd":1}', JsonFault.tokenTooLong],
  ["number", { tokenBytesMax: 3 }, "1.5", "1.25", JsonFault.tokenTooLong],
  ["keysMax", { keysMax: 2 }, '{"a":{"c":1,"d":1},"b":1}', '{"a":{"d":1},"b":1,"c":1}', JsonFault.tooManyKeys],
])("%s: right at the limit, and refused one above", (_name, own, inside, outside, fault) => {
  expect(faultOf(inside, own)).toBe("end");
  expect(faultOf(outside, own)).toBe(`error ${fault}`);
});

/** Reads one member of an object and skips every other, as a caller would. */
function member(text: string, name: string): string | undefined {
  const reader: JsonReader = jsonOpen(text, limits);
  let found: string | undefined;
  let token = jsonNext(reader);
  while (token !== JsonToken.end) {
    if (token === JsonToken.error) return undefined;
    if (token === JsonToken.key && reader.depth === 1) {
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

test("jsonSkip passes over one value, jsonLeave over the rest of a container", () => {
  const reader = jsonOpen('[[1,[2]],3,{"a":{"b":4},"c":5},6]', limits);
  expect(jsonNext(reader)).toBe(JsonToken.openArray);
  expect(jsonSkip(reader)).toBe(JsonToken.closeArray);
  expect(jsonSkip(reader)).toBe(JsonToken.number);
  expect(reader.text).toBe("3");
  expect(jsonNext(reader)).toBe(JsonToken.openObject);
  expect(jsonNext(reader)).toBe(JsonToken.key);
  expect(jsonLeave(reader)).toBe(JsonToken.closeObject);
  expect(reader.depth).toBe(1);
  expect(jsonLeave(reader)).toBe(JsonToken.closeArray);
  expect(jsonNext(reader)).toBe(JsonToken.end);
});

test("skipping ends at a fault", () => {
  for (const skip of [jsonSkip, jsonLeave]) {
    const reader = jsonOpen("[[1,", limits);
    expect(jsonNext(reader)).toBe(JsonToken.openArray);
    expect(skip(reader)).toBe(JsonToken.error);
    expect(reader.fault).toBe(JsonFault.truncated);
  }
});
