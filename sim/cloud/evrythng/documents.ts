/**
 * The fields of documents: which there are of each kind, what they may hold, and how a document leaves the cloud
 * (section 4.2).
 *
 * What a client may not set (ids, dates, properties, location) and what the platform does not know is passed over, since
 * clients send back whole documents that they have read.
 */
import type { Document, DocumentKind } from "./state";
import { isRecord, refuse } from "./types";
import type { ModelLimits, Result } from "./types";

type Check = (value: unknown, limits: ModelLimits) => boolean;

const text: Check = (value) => typeof value === "string";
const texts: Check = (value, limits) => Array.isArray(value) && value.length <= limits.writeValuesMax && value.every((one) => typeof one === "string");
const record: Check = (value, limits) => isRecord(value) && isBounded(value, limits.depthMax);
const textRecord: Check = (value) => isRecord(value) && Object.values(value).every((one) => typeof one === "string");

const common = { description: text, tags: texts, customFields: record };

/** Each kind's own fields; `!` after a name: it must be there. */
const shapes: Readonly<Partial<Record<DocumentKind, Readonly<Record<string, Check>>>>> = {
  thng: { ...common, "name!": text, product: text, identifiers: textRecord },
  product: { ...common, "name!": text, brand: text, url: text, categories: texts, photos: texts, identifiers: textRecord },
  collection: { ...common, "name!": text, identifiers: textRecord },
  type: { ...common, "name!": text },
  batch: { ...common, "name!": text },
  project: { ...common, "name!": text },
  application: { ...common, "name!": text, socialNetworks: record },
  role: { description: text, "name!": text, permissions: textRecord },
};

/** Nested no deeper than `depth`, and finite: 1e999 is JSON, but has no way back out. */
export function isBounded(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isBounded(inner, depth - 1));
}

/** The fields of a body, checked; with `isNew`, those that must be there are. */
export function fieldsOf(kind: DocumentKind, body: unknown, isNew: boolean, limits: ModelLimits): Result<{ fields: Record<string, unknown> }> {
  if (!isRecord(body)) return refuse("badRequest", "The body must be a JSON object");
  const fields: Record<string, unknown> = {};
  for (const [marked, check] of Object.entries(shapes[kind] ?? {})) {
    const name = marked.replace("!", "");
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    if (value === undefined) {
      if (isNew && marked !== name) return refuse("badRequest", `${name} is missing`);
    } else if (!check(value, limits)) return refuse("badRequest", `${name} has the wrong form`);
    else fields[name] = value;
  }
  if (JSON.stringify(fields).length > limits.documentCharsMax) return refuse("badRequest", "The document is too large");
  return { ok: true, fields };
}

/** A document as it leaves the cloud. */
export function bodyOf(doc: Document): Record<string, unknown> {
  return { id: doc.id, createdAt: doc.createdAt, updatedAt: doc.updatedAt, ...doc.fields };
}
