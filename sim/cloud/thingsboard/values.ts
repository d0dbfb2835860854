/**
 * Values: from what a device or an application wrote to what the platform keeps, and back (section 4.1, 9.1).
 *
 * A write is taken as a whole or not at all. Texts that look like a number become one (`type_cast_enabled`).
 */
import { Num, isObject, readJson, writeJson } from "./json";
import type { Json, JsonObject } from "./json";
import { done, refuse } from "./types";
import type { ModelLimits, Result, Value } from "./types";

export interface Point {
  readonly key: string;
  readonly ts: number;
  readonly value: Value;
}

export type KeyValue = readonly [key: string, value: Value];

/** Digits that are worth a look: no number that this platform keeps is written with more. */
const numberCharsMax = 64;
const parsable = /^-?(?:\d+|\d*\.\d+)$/;
const longMin = -(2n ** 63n);
const longMax = 2n ** 63n - 1n;

/** The platform's value of a JSON value; undefined for null, which is passed over. */
export function valueOf(json: Json): Value | undefined {
  if (json === null) return undefined;
  if (typeof json === "boolean") return { type: "BOOLEAN", text: String(json) };
  if (typeof json === "string") return json.length <= numberCharsMax && parsable.test(json) ? numberValue(json) : { type: "STRING", text: json };
  if (json instanceof Num) return numberValue(json.text);
  return { type: "JSON", text: writeJson(json) };
}

/** Whole numbers are long, or text when 64 bits do not hold them; a point, without an exponent, makes a double. */
function numberValue(text: string): Value {
  if (text.length > numberCharsMax) return { type: "STRING", text };
  const isSimpleDouble = text.includes(".") && !/e/i.test(text);
  const whole = isSimpleDouble ? undefined : wholeOf(text);
  if (whole !== undefined) return whole >= longMin && whole <= longMax ? { type: "LONG", text: String(whole) } : { type: "STRING", text: String(whole) };
  const double = Number(text);
  return Number.isFinite(double) ? { type: "DOUBLE", text: doubleText(double) } : { type: "STRING", text };
}

/** The whole number that a text with or without an exponent says; undefined when it has a fraction, or too many digits. */
function wholeOf(text: string): bigint | undefined {
  const match = /^(-?)(\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, head = "", fraction = "", exponent = "0"] = match;
  const digits = (head + fraction).replace(/0+$/, "");
  const zeros = Number(exponent) - fraction.length + (head + fraction).length - digits.length;
  if (digits === "") return 0n;
  if (zeros < 0 || zeros > 400) return undefined;
  return BigInt(`${sign}${digits}${"0".repeat(zeros)}`);
}

/** A double as the platform writes it: always with a point, and with an exponent below 0.001 and from 10000000 on. */
export function doubleText(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${digits.includes(".") ? digits : `${digits}.0`}E${exponent.replace("+", "")}`;
}

/** A value as it stands in JSON where types are kept (attributes over REST, MQTT, CoAP). */
export function jsonText(value: Value): string {
  return value.type === "STRING" ? JSON.stringify(value.text) : value.text;
}

/** The text of a JSON object with typed values. */
export function objectText(values: Iterable<KeyValue>): string {
  return `{${[...values].map(([key, value]) => `${JSON.stringify(key)}:${jsonText(value)}`).join(",")}}`;
}

/** The number of a value, where it is one. */
export function numberOf(value: Value): number | undefined {
  return value.type === "LONG" || value.type === "DOUBLE" ? Number(value.text) : undefined;
}

/** `{"key":value,...}`, as bytes or as text. */
export function parseAttributes(body: unknown, limits: ModelLimits): Result<readonly KeyValue[]> {
  const json = readJson(body);
  if (!isObject(json)) return refuse("badRequest", "The body must be a JSON object");
  const values = keyValues(json, limits);
  if (values === undefined) return refuse("badRequest", "A key or a value is too long, or a key is empty");
  return values.length > limits.writeValuesMax ? refuse("badRequest", `More than ${limits.writeValuesMax} values`) : done(values);
}

/** `{"k":v}`, `{"ts":ms,"values":{...}}`, or an array of either. `now` is the time of values that have none. */
export function parseTelemetry(body: unknown, now: number, limits: ModelLimits): Result<readonly Point[]> {
  const json = readJson(body);
  const items = Array.isArray(json) ? (json as readonly Json[]) : json === undefined ? [] : [json as Json];
  if (json === undefined || !items.every(isObject)) return refuse("badRequest", "The body must be a JSON object or an array of them");
  const points: Point[] = [];
  for (const item of items as readonly JsonObject[]) {
    const { ts, values } = item;
    const stamped = ts instanceof Num && isObject(values);
    const at = stamped ? Number(ts.text) : now;
    if (!isTime(at)) return refuse("badRequest", "ts must be whole milliseconds since 1970");
    const found = keyValues(stamped ? values : item, limits);
    if (found === undefined) return refuse("badRequest", "A key or a value is too long, or a key is empty");
    for (const [key, value] of found) points.push({ key, ts: at, value });
    if (points.length > limits.writeValuesMax) return refuse("badRequest", `More than ${limits.writeValuesMax} values`);
  }
  return done(points);
}

export function isTime(ts: number): boolean {
  return Number.isSafeInteger(ts) && ts >= 0;
}

function keyValues(json: JsonObject, limits: ModelLimits): KeyValue[] | undefined {
  const found: KeyValue[] = [];
  for (const [key, inner] of Object.entries(json)) {
    const value = valueOf(inner);
    if (key === "" || key.length > limits.keyCharsMax) return undefined;
    if (value === undefined) continue;
    if (value.text.length > limits.valueCharsMax) return undefined;
    found.push([key, value]);
  }
  return found;
}
