/**
 * Checks a write before anything of it is stored: a write is taken as a whole or not at all (section 1.2, 7).
 *
 * Knows JSON shapes only; which thing it is for, and who may write, is the model's affair.
 */
import { parseDate } from "./dates";
import { refuse } from "./types";
import type { Geo, ModelLimits, Result, Value } from "./types";

/** One value, checked; `at` is milliseconds since 1970, or undefined when the sender gave no datetime. */
export interface NewValue {
  readonly key: string;
  readonly value: Value;
  readonly at: number | undefined;
  readonly geo: Geo | undefined;
}

/** Keeps nothing from one text to the next; making one takes longer than most of what it decodes. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

const keyText = /^[A-Za-z0-9._-]+$/;

/** Whether `key` may name a resource: alphanumerics, ".", "-", "_" [MQ-20, CO-14]; case counts (A14). */
export function isKey(key: unknown, limits: ModelLimits): key is string {
  return typeof key === "string" && key.length <= limits.keyCharsMax && keyText.test(key);
}

/**
 * The value of a body: bytes or text are read as JSON (UTF-8, strictly), anything else is taken as JSON already read.
 */
export function parseBody(body: unknown): Result<{ json: unknown }> {
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return { ok: true, json: body };
  try {
    const text = typeof body === "string" ? body : utf8.decode(body);
    return { ok: true, json: JSON.parse(text) as unknown };
  } catch {
    return refuse("badRequest", "Invalid JSON");
  }
}

/** The values of `{"values":[...]}`. With `only`, the key of every value, which may then be left out (an app's write). */
export function parseWrite(body: unknown, limits: ModelLimits, only?: string): Result<{ values: readonly NewValue[] }> {
  const parsed = parseBody(body);
  if (!parsed.ok) return parsed;
  const list = isRecord(parsed.json) ? parsed.json["values"] : undefined;
  if (!Array.isArray(list)) return refuse("badRequest", "The body must be {\"values\":[...]}");
  if (list.length === 0) return refuse("badRequest", "values is empty");
  if (list.length > limits.writeValuesMax) return refuse("badRequest", `More than ${limits.writeValuesMax} values`);
  const values: NewValue[] = [];
  for (const item of list as unknown[]) {
    const value = parseValue(item, limits, only);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return { ok: true, values };
}

function parseValue(item: unknown, limits: ModelLimits, only: string | undefined): Result<{ value: NewValue }> {
  if (!isRecord(item)) return refuse("badRequest", "Each of values must be an object");
  const key = item["key"] ?? only;
  if (!isKey(key, limits)) return refuse("badRequest", "Invalid key: only alphanumerics, \".\", \"-\" and \"_\"");
  if (only !== undefined && key !== only) return refuse("badRequest", "The key differs from the resource of the path");
  const value = item["value"];
  if (value === undefined || value === null) return refuse("badRequest", "value is missing");
  if (!isBounded(value, limits.valueDepthMax) || JSON.stringify(value).length > limits.valueCharsMax) {
    return refuse("badRequest", "value is too large, too deep or not a number");
  }
  const datetime = item["datetime"];
  const at = typeof datetime === "string" ? parseDate(datetime) : undefined;
  if (datetime !== undefined && at === undefined) return refuse("badRequest", "Invalid datetime");
  const geo = item["geo"];
  if (geo !== undefined && !isGeo(geo)) return refuse("badRequest", "Invalid geo: lat -90 to 90 and long -180 to 180");
  return { ok: true, value: { key, value: value as Value, at, geo: geo === undefined ? undefined : { lat: geo.lat, long: geo.long } } };
}

/** Nested no deeper than `depth`, and finite: 1e999 is JSON, but has no way back out. */
function isBounded(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth === 0) return false;
  return Object.values(value).every((inner) => isBounded(inner, depth - 1));
}

function isGeo(geo: unknown): geo is Geo {
  if (!isRecord(geo)) return false;
  const within = (n: unknown, bound: number): boolean => typeof n === "number" && n >= -bound && n <= bound;
  return within(geo["lat"], 90) && within(geo["long"], 180);
}

/** A JSON object, not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
