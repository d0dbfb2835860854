/**
 * JSON whose numbers keep their text: the platform tells `42` from `42.0`, and JavaScript's own reader does not.
 *
 * Also the small checks of shape that every front end needs. Any text may come in; none throws.
 */

export type Json = null | boolean | string | Num | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

/** A number as it was written. */
export class Num {
  constructor(readonly text: string) {}
}

/** Begins the texts that stand for numbers while JavaScript reads; a raw control character cannot stand in JSON. */
const mark = "\u0001";
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const depthMax = 32;

/** Undefined for what is no JSON, no UTF-8, or nested deeper than 32. */
export function readJson(body: unknown): Json | undefined {
  try {
    const text = typeof body === "string" ? body : new TextDecoder("utf-8", { fatal: true }).decode(body as Uint8Array);
    JSON.parse(text);
    const marked = text.replace(tokens, (token) => {
      if (!token.startsWith('"')) return `"\\u0001n${token}"`;
      return token.startsWith('"\\u0001') ? `"\\u0001${token.slice(1)}` : token;
    });
    return revive(JSON.parse(marked), depthMax);
  } catch {
    return undefined;
  }
}

function revive(value: unknown, depth: number): Json {
  if (typeof value === "string") {
    if (!value.startsWith(mark)) return value;
    return value[1] === "n" ? new Num(value.slice(2)) : value.slice(1);
  }
  if (typeof value !== "object" || value === null) return value as Json;
  if (depth === 0) throw new Error("too deep");
  if (Array.isArray(value)) return value.map((one) => revive(one, depth - 1));
  // A name is a text like any other, and was marked as one.
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.startsWith(mark) ? name.slice(1) : name, revive(inner, depth - 1)]));
}

/** The text of a value as it came, without white space. */
export function writeJson(value: Json): string {
  if (value instanceof Num) return value.text;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  return `{${Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${writeJson(inner)}`).join(",")}}`;
}

/** A value with plain JavaScript numbers. */
export function plain(value: Json): unknown {
  if (value instanceof Num) return Number(value.text);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Num);
}

/** An object for names that somebody else chose: none of them means anything to it. */
export function newRecord<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}

/** A JSON object whose numbers are JavaScript's. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The plain value of a body; undefined for what is no JSON. */
export function plainJson(body: unknown): unknown {
  const read = readJson(body);
  return read === undefined ? undefined : plain(read);
}

/** A text, or what a number or a boolean is as one; "" for everything else, whose own idea of a text is not asked for. */
export function textIn(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** A number, or a text that is one; `absent` for null and undefined, and NaN for everything else. */
export function numberIn(value: unknown, absent: number): number {
  if (value === undefined || value === null) return absent;
  return typeof value === "number" ? value : typeof value === "string" ? Number(value) : NaN;
}

const uuidText = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(value: unknown): value is string {
  return typeof value === "string" && uuidText.test(value);
}

/** A random id in the form that the platform uses, of 16 bytes. */
export function uuidOf(bytes: Buffer): string {
  const own = Buffer.from(bytes);
  own[6] = ((own[6] as number) & 0x0f) | 0x40;
  own[8] = ((own[8] as number) & 0x3f) | 0x80;
  const hex = own.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
