/**
 * Hostile input at the JSON reader: any bytes give tokens and then `end` or `error`, never an exception (the intrinsics
 * check every bound), in steps that grow with the length alone. What it accepts is what JSON.parse accepts, and means
 * the same; what it refuses and JSON.parse accepts, it refuses for a stated reason.
 */
import * as intrinsics from "../../firmware/base/intrinsics";
import { type JsonLimits, jsonNext, jsonOpen } from "../../firmware/base/json-read";
import { JsonToken } from "../../firmware/base/json-token";
import { jsonString } from "../../firmware/base/json-write";
import { budget, generator, seed } from "../support/budget";

let steps = 0;

jest.mock("../../firmware/base/intrinsics", () => {
  const actual = jest.requireActual<typeof intrinsics>("../../firmware/base/intrinsics");
  return {
    ...actual,
    at: (bytes: string, i: number): number => {
      steps += 1;
      return actual.at(bytes, i);
    },
    sub: (bytes: string, a: number, b: number): string => {
      steps += 1 + b - a;
      return actual.sub(bytes, a, b);
    },
  };
});

const limits: JsonLimits = { bytesMax: 2048, depthMax: 8, keyBytesMax: 64 };

/** What a document says; undefined where it is refused. */
type Outcome = { readonly value: unknown } | undefined;

interface Open {
  readonly items: unknown[] | undefined;
  readonly fields: Map<string, unknown> | undefined;
  key: string;
}

const utf8 = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");

/** Builds the value that the reader's tokens tell of. */
function read(text: string, own: JsonLimits = limits): Outcome {
  const reader = jsonOpen(text, own);
  const stack: Open[] = [];
  let value: unknown;
  const put = (item: unknown): void => {
    const top = stack.at(-1);
    if (top === undefined) value = item;
    top?.items?.push(item);
    top?.fields?.set(top.key, item);
  };
  for (;;) {
    const token = jsonNext(reader);
    if (reader.outer.length > own.depthMax) throw new Error("past a limit");
    if (token === JsonToken.end) return { value };
    if (token === JsonToken.error) return undefined;
    const top = stack.at(-1);
    if (token === JsonToken.openArray) stack.push({ items: [], fields: undefined, key: "" });
    else if (token === JsonToken.openObject) stack.push({ items: undefined, fields: new Map(), key: "" });
    else if (token === JsonToken.closeArray || token === JsonToken.closeObject) {
      stack.pop();
      put(top?.items ?? top?.fields);
    } else if (token === JsonToken.key && top !== undefined) top.key = utf8(reader.text);
    else if (token === JsonToken.string) put(utf8(reader.text));
    else if (token === JsonToken.number) put(Number(reader.text));
    else put(token === JsonToken.null ? null : reader.text === "true");
  }
}

/** JSON.parse over strictly decoded UTF-8, with objects as maps; undefined where it refuses. */
function judge(text: string): Outcome {
  try {
    const decoded = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, "latin1"));
    return { value: JSON.parse(decoded, (_key, item: unknown) => (isFields(item) ? new Map(Object.entries(item)) : item)) as unknown };
  } catch {
    return undefined;
  }
}

function isFields(item: unknown): item is object {
  return typeof item === "object" && item !== null && !Array.isArray(item);
}

/** True for a document of JSON that lies beyond our limits, names a member twice or holds half a surrogate pair. */
function isBeyond(text: string): boolean {
  if (text.length > limits.bytesMax) return true;
  const open: { readonly names: Set<string>; bytes: number }[] = [];
  for (const [token, colon] of [...text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]|[^\s{}[\],:"]+/gs)].map((match) => [match[0], match[2]] as const)) {
    if (token === "{" || token === "[") open.push({ names: new Set(), bytes: 0 });
    if (open.length > limits.depthMax) return true;
    if (token === "}" || token === "]") open.pop();
    const decoded = token.startsWith('"') ? (JSON.parse(utf8(token.slice(0, token.lastIndexOf('"') + 1))) as string) : undefined;
    if (decoded !== undefined && /\p{Surrogate}/u.test(decoded)) return true;
    const top = open.at(-1);
    if (decoded === undefined || colon === undefined || top === undefined) continue;
    top.bytes += Buffer.byteLength(decoded) + 1;
    if (top.bytes > limits.keyBytesMax || top.names.has(decoded)) return true;
    top.names.add(decoded);
  }
  return false;
}

function compare(text: string): boolean {
  const bound = 12 * Math.min(text.length, limits.bytesMax) + 40;
  steps = 0;
  const outcome = read(text);
  if (steps > bound) throw new Error(`${steps} steps for ${text.length} bytes`);
  const expected = judge(text);
  if (outcome === undefined) {
    if (expected !== undefined && !isBeyond(text)) throw new Error("refused, although it is JSON within the limits");
    return false;
  }
  if (isBeyond(text)) throw new Error("accepted beyond a limit");
  if (expected === undefined) throw new Error("accepted, although it is not JSON");
  // Order of integer-like member names differs in objects of the language, so maps are compared as sets of entries.
  expect(outcome).toEqual(expected);
  return true;
}

const corpus = [
  '[{"key":"fan","value":true,"datetime":"2015-01-30T15:35:33.000Z"}]',
  '{"status":"created","thingToken":"abcDEF_-0123456789"}',
  '{"values":[{"key":"temperature","value":21.5},{"key":"n","value":-1e-3}]}',
  ' { "a" : [ ] , "b" : { "c" : [ null , false , "" ] } } ',
  '["\\u00e9\\ud83d\\ude00\\n\\"\\\\","\xc3\xa9\xf0\x9f\x98\x80"]',
  "[[[[[[[[1]]]]]]]]",
  "0.125e+2",
];
const pieces = ["{", "}", "[", "]", ",", ":", '"', "\\", "\\u", "\\ud83d", "d800", "1", "-", "0", ".", "e", "true", "null", '"a"', '"a":', " ", "\0", "\x1f", "\xff", "\xc3", "\xed\xa0\x80", "\xef\xbb\xbf"];

/** Cuts, doubles, overwrites and inserts, a few times over. */
function mutate(below: (n: number) => number, from: string): string {
  let text = from;
  for (let left = 1 + below(4); left > 0; left -= 1) {
    const at = below(text.length + 1);
    const to = Math.min(text.length, at + below(8));
    const kind = below(5);
    const piece = kind === 0 ? (pieces[below(pieces.length)] ?? "") : kind === 1 ? String.fromCharCode(below(256)) : kind === 2 ? text.slice(at, to).repeat(2) : "";
    text = text.slice(0, at) + piece + text.slice(kind === 4 ? text.length : kind === 0 && below(2) === 0 ? at : to);
  }
  return text;
}

test("hostile documents: tokens or an error, in linear steps, and never more than JSON.parse accepts", () => {
  const below = generator(seed);
  let accepted = 0;
  const runs = budget(50000, 1000000);
  for (let run = 0; run < runs; run += 1) {
    const text = mutate(below, corpus[below(corpus.length)] ?? "");
    try {
      if (compare(text)) accepted += 1;
    } catch (cause) {
      throw new Error(`MOTET_SEED=${seed}, run ${run}: ${JSON.stringify(text)}`, { cause });
    }
  }
  // Both sides of the border are visited: neither all nor none of the documents are good.
  expect(accepted).toBeGreaterThan(runs / 50);
  expect(accepted).toBeLessThan(runs / 2);
}, 600000);

test("random bytes", () => {
  const below = generator(seed + 1);
  for (let run = budget(5000, 100000); run > 0; run -= 1) {
    let text = "";
    for (let left = below(40); left > 0; left -= 1) text += below(3) > 0 ? (pieces[below(pieces.length)] ?? "") : String.fromCharCode(below(256));
    compare(text);
  }
  expect(compare("[1]")).toBe(true);
}, 600000);

/** A value of any shape within the limits. */
function valueOf(below: (n: number) => number, depth: number): unknown {
  const kind = below(depth > 5 ? 5 : 7);
  if (kind < 2) return [true, false, null][below(3)];
  if (kind === 2) return [0, -1, 1.5, 1e21, 5e-324, 2147483647, -0.001][below(7)];
  if (kind < 5) return Array.from({ length: below(9) }, () => String.fromCodePoint([below(128), 0xe9, 0x6f22, 0x1f600][below(4)] ?? 0)).join("");
  if (kind === 5) return Array.from({ length: below(5) }, () => valueOf(below, depth + 1));
  return Object.fromEntries(Array.from({ length: below(5) }, (_none, n) => [`k${n}\n\u00e9`, valueOf(below, depth + 1)]));
}

test("whatever JSON.stringify writes within the limits is read as JSON.parse reads it", () => {
  const below = generator(seed + 2);
  const wide: JsonLimits = { bytesMax: 1 << 20, depthMax: 8, keyBytesMax: 64 };
  for (let run = budget(2000, 50000); run > 0; run -= 1) {
    const text = Buffer.from(JSON.stringify(valueOf(below, 0), undefined, below(2)), "utf8").toString("latin1");
    expect(read(text, wide)).toEqual(judge(text));
  }
}, 600000);

test("strings survive a trip through writer and reader, whatever their bytes", () => {
  const below = generator(seed + 3);
  for (let run = budget(2000, 50000); run > 0; run -= 1) {
    const text = Array.from({ length: below(12) }, () => String.fromCodePoint(below(4) === 0 ? 0x10000 + below(0x100000) : below(0xd800))).join("");
    expect(read(jsonString(Buffer.from(text, "utf8").toString("latin1")))).toEqual({ value: text });
  }
}, 600000);

test("a document of twice the length takes at most twice the steps, whatever fills it", () => {
  const shapes: readonly ((n: number) => string)[] = [
    (n) => `[${"1,".repeat(n)}1]`,
    (n) => `"${"a".repeat(n)}"`,
    (n) => `"${"\\u00e9".repeat(n)}"`,
    (n) => " ".repeat(n),
    (n) => "[".repeat(n),
    (n) => `[${'{"a":1,"b":2},'.repeat(n)}0]`,
    (n) => "1".repeat(n),
    (n) => `0.${"0".repeat(n)}e${"9".repeat(n)}`,
  ];
  const open: JsonLimits = { bytesMax: 1 << 20, depthMax: 1 << 20, keyBytesMax: 64 };
  for (const shape of shapes) {
    const [once, twice] = [2000, 4000].map((n) => {
      steps = 0;
      read(shape(n), open);
      return steps;
    });
    expect(twice ?? 0).toBeLessThan(2.1 * (once ?? 0));
    expect(once).toBeLessThan(12 * shape(2000).length);
  }
});
