/** Vectors of the JSON reader and writer: every token of well-formed, malformed, hostile and random documents. RFC 8259. */
import { chr, sub } from "../../../firmware/base/intrinsics";
import { jsonNext, jsonOpen, jsonSkip } from "../../../firmware/base/json-read";
import { JsonToken } from "../../../firmware/base/json-token";
import { jsonString } from "../../../firmware/base/json-write";
import { draw, drawBytes, emit, repeat, show } from "./vectors";
import type { Vectors } from "./vectors";

/** All tokens of a document, with their texts. */
function tokens(document: string): string {
  const reader = jsonOpen(document, { bytesMax: 200, depthMax: 4, keyBytesMax: 9 });
  let text = "";
  let token = jsonNext(reader);
  while (token !== JsonToken.end && token !== JsonToken.error) {
    text += token + (reader.text === "" ? " " : "=" + show(reader.text) + " ");
    token = jsonNext(reader);
  }
  return text + token + " at " + reader.pos;
}

function documents(run: Vectors): void {
  const list = [
    "{}", "[]", " [ ] ", "0", "-0", "1", "-1.5e3", "true", "false", "null", '""', '"a"', '{"a":1}', '{"a":1,"b":[true,null,{"c":"d"}]}', "[1,2,3]", "[[[[]]]]", "[[[[[]]]]]",
    '{"a":1,"b":2,"c":3,"d":4}', '{"a":1,"b":2,"c":3,"d":4,"e":5}', '{"a":1,"a":2}', '{"a":{"a":1},"b":{"a":2}}', '"12345678901234567890"', '"123456789012345678901"', "12345678901234567890",
    "123456789012345678901", "", " ", "{", "[", "}", "]", "[}", "{]", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', "[1,]", "[,1]", "[1 2]", "{1:2}", '{"a" 1}', '{"a":1 "b":2}', "1 2",
    "{} x", "[] []", "tru", "truE", "nul", "nulll", "01", "1.", ".5", "1e", "1e+", "+1", "-", "--1", "1.5.5", "0x1", "NaN", "Infinity", "'a'", '"a', '"', '"\\', '"\\"', '"\\x"', '"\\u12"', '"\\u12g4"',
    '"\\n\\t\\r\\b\\f\\/\\\\\\""', '"\\u0041"', '"\\u00e9"', '"\\u20AC"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\ude00"', '"\\ud83dx"', '"\\u0000"',
  ];
  for (const text of list) emit(run, "json " + show(text) + " " + tokens(text));
}

/** Documents with bytes that are no ASCII. */
function encodings(run: Vectors): void {
  const quote = '"';
  const list = [
    chr(195) + chr(169), chr(226) + chr(130) + chr(172), chr(240) + chr(159) + chr(152) + chr(128), chr(128), chr(195), chr(192) + chr(128), chr(237) + chr(160) + chr(128), chr(255), chr(254),
    chr(10), chr(0), chr(31), chr(127), "a" + chr(226) + chr(130), chr(239) + chr(187) + chr(191),
  ];
  for (const bytes of list) {
    emit(run, "text " + tokens(quote + bytes + quote));
    emit(run, "write " + show(jsonString(bytes)) + " " + tokens(jsonString(bytes)));
  }
  emit(run, "bare " + tokens(chr(195) + chr(169)) + " | " + tokens(repeat(" ", 200)) + " | " + tokens(repeat(" ", 201)));
}

/** Every prefix of a document, and single bytes of it changed. */
function damaged(run: Vectors): void {
  const document = '{"values":[{"key":"a","value":1.5}]}';
  for (let n = 0; n < document.length; n += 1) emit(run, "cut " + n + " " + tokens(sub(document, 0, n)));
  for (let i = 0; i < 40; i += 1) {
    const place = draw(run, document.length);
    emit(run, "changed " + tokens(sub(document, 0, place) + chr(draw(run, 256)) + sub(document, place + 1, document.length)));
  }
}

function random(run: Vectors): void {
  const parts = ["{", "}", "[", "]", ",", ":", '"k"', "1", "true", '"a"', " ", '"\\u0061"'];
  for (let i = 0; i < 50; i += 1) {
    let document = "";
    const count = 1 + draw(run, 12);
    for (let k = 0; k < count; k += 1) document += parts[draw(run, parts.length)] ?? "";
    emit(run, "random " + tokens(document));
  }
  for (let i = 0; i < 20; i += 1) {
    const bytes = drawBytes(run, draw(run, 12));
    emit(run, "string " + show(jsonString(bytes)));
  }
}

/** Skipping gives the same place on every engine. */
function walks(run: Vectors): void {
  const document = '{"a":{"b":[1,2,{"c":3}]},"d":[4],"e":5}';
  for (let steps = 1; steps < 9; steps += 1) {
    const limits = { bytesMax: 200, depthMax: 5, keyBytesMax: 9 };
    const skipper = jsonOpen(document, limits);
    for (let i = 0; i < steps; i += 1) jsonNext(skipper);
    const skipped = jsonSkip(skipper);
    emit(run, "skip " + steps + " " + skipped + " " + skipper.pos + " " + skipper.outer.length);
  }
}

export function jsonDocumentVectors(run: Vectors): void {
  documents(run);
  encodings(run);
}

export function jsonDamageVectors(run: Vectors): void {
  damaged(run);
  random(run);
  walks(run);
}
