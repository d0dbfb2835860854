/**
 * The part of JSON Schema (draft 7) that the project's own schemas use. It knows no more than that, and says so: a schema
 * with any other keyword is refused, so that a rule which nobody checks cannot stand in one.
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Schema = { readonly [keyword: string]: Json };

const annotations = new Set(["$schema", "title", "description"]);

function typeOf(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeOf(value) === "object";
}

/** What a keyword finds wrong with a value; undefined for nothing. `path` names the value for a person. */
const keywords: Readonly<Record<string, (wanted: Json, value: Json, path: string, schema: Schema) => string | undefined>> = {
  type: (wanted, value, path) => (typeOf(value) === wanted || (wanted === "number" && typeof value === "number") ? undefined : `${path} is ${typeOf(value)}, not ${String(wanted)}`),
  enum: (wanted, value, path) => ((wanted as readonly Json[]).includes(value) ? undefined : `${path} is ${JSON.stringify(value)}, not one of ${(wanted as readonly Json[]).join(", ")}`),
  pattern: (wanted, value, path) => (typeof value !== "string" || new RegExp(String(wanted)).test(value) ? undefined : `${path} does not match ${String(wanted)}`),
  minimum: (wanted, value, path) => (typeof value !== "number" || value >= Number(wanted) ? undefined : `${path} is below ${String(wanted)}`),
  maximum: (wanted, value, path) => (typeof value !== "number" || value <= Number(wanted) ? undefined : `${path} is above ${String(wanted)}`),
  required: (wanted, value, path) => {
    const missing = isObject(value) ? (wanted as readonly string[]).find((name) => !Object.hasOwn(value, name)) : undefined;
    return missing === undefined ? undefined : `${path} has no "${missing}"`;
  },
  additionalProperties: (wanted, value, path, schema) => {
    const known = (schema["properties"] ?? {}) as { readonly [name: string]: Json };
    const stray = wanted === false && isObject(value) ? Object.keys(value).find((name) => !Object.hasOwn(known, name)) : undefined;
    return stray === undefined ? undefined : `${path} has "${stray}", which nothing reads`;
  },
  properties: (wanted, value, path) => {
    if (!isObject(value)) return undefined;
    for (const [name, schema] of Object.entries(wanted as { readonly [name: string]: Schema })) {
      const member = value[name];
      const wrong = member === undefined ? undefined : mismatch(schema, member, `${path}.${name}`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  },
  items: (wanted, value, path) => {
    if (!Array.isArray(value)) return undefined;
    for (const [index, item] of value.entries()) {
      const wrong = mismatch(wanted as Schema, item as Json, `${path}[${index}]`);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  },
};

/** The first thing that is wrong with `value`, as half a sentence that begins with its path; undefined when nothing is. */
export function mismatch(schema: Schema, value: Json, path: string): string | undefined {
  for (const [keyword, wanted] of Object.entries(schema)) {
    if (annotations.has(keyword)) continue;
    const check = keywords[keyword];
    if (check === undefined) throw new Error(`The schema of ${path} has "${keyword}", which is not checked.`);
    const wrong = check(wanted, value, path, schema);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
