/**
 * Thngs, products, collections, action types and batches as documents: make, list, read, change, take away (T1, T6, T14).
 */
import { bodyOf, fieldsOf } from "./documents";
import { find, list } from "./core";
import type { Core, Request } from "./core";
import { newId } from "./ids";
import type { Resource } from "./resource";
import { latestOf } from "./series";
import type { Document, DocumentKind } from "./state";
import { refuse } from "./types";
import type { Done, Result } from "./types";

type Documented = Extract<Resource, { kind: "thng" | "product" | "collection" | "batch" | "project" | "role" }>;

/** Makes and stores a document. A key with a project makes it there. */
export function createDocument(core: Core, request: Request, kind: DocumentKind): Result<{ doc: Document }> {
  const { access } = request;
  const checked = fieldsOf(kind, request.body, true, core.limits);
  if (!checked.ok) return checked;
  const fault = referenceFault(core, request, checked.fields);
  if (fault !== undefined) return fault;
  return storeDocument(core, access.account, kind, checked.fields, access.project === undefined ? [] : [access.project]);
}

/** Stores a document whose fields are checked. */
export function storeDocument(
  core: Core,
  account: string,
  kind: DocumentKind,
  fields: Document["fields"],
  projects: readonly string[],
): Result<{ doc: Document }> {
  if (core.state.documents.size >= core.limits.documentsMax) return refuse("unavailable", `This cloud holds ${core.limits.documentsMax} documents at most`);
  const now = core.host.now();
  const doc: Document = { kind, id: newId(core.host), account, createdAt: now, updatedAt: now, projects, fields };
  return core.commit({ t: "put", doc }) ?? { ok: true, doc };
}

/** A thng may only name a product that the key sees. */
function referenceFault(core: Core, request: Request, fields: Readonly<Record<string, unknown>>) {
  const { product } = fields;
  if (product === undefined) return undefined;
  const found = find(core, request.access, "product", product);
  return found.ok ? undefined : refuse("badRequest", "The product does not exist");
}

export function create(core: Core, request: Request, kind: DocumentKind): Result<Done> {
  const made = createDocument(core, request, kind);
  return made.ok ? { ok: true, body: bodyOf(made.doc), id: made.doc.id } : made;
}

export function listAll(core: Core, request: Request, kind: DocumentKind): Result<Done> {
  const found = list(core, request, kind);
  return found.ok ? { ok: true, body: found.docs.map(bodyOf) } : found;
}

/** The document; of a thng and a product with the latest values. */
export function read(core: Core, request: Request<Documented>): Result<Done> {
  const found = find(core, request.access, request.resource.kind, request.resource.id);
  return found.ok ? { ok: true, body: wholeOf(core, found.doc) } : found;
}

function wholeOf(core: Core, doc: Document): Record<string, unknown> {
  const body = bodyOf(doc);
  if (doc.kind !== "thng" && doc.kind !== "product") return body;
  const properties = Object.fromEntries(latestOf(core.state, "properties", doc.id).map(({ key, value }) => [key, value]));
  if (doc.kind === "product") return { ...body, properties };
  const [location] = latestOf(core.state, "location", doc.id);
  const collections = [...(core.state.collections.get(doc.id) ?? [])];
  return { ...body, properties, collections, ...(location === undefined ? {} : { location: location.value }) };
}

export function update(core: Core, request: Request<Documented>): Result<Done> {
  const { access, resource, origin } = request;
  const found = find(core, access, resource.kind, resource.id);
  if (!found.ok) return found;
  const checked = fieldsOf(resource.kind, request.body, false, core.limits);
  if (!checked.ok) return checked;
  // A device is what it is: its key would otherwise open any product.
  if (access.kind === "device") delete checked.fields["product"];
  const fault = referenceFault(core, request, checked.fields);
  if (fault !== undefined) return fault;
  const doc = { ...found.doc, updatedAt: core.host.now(), fields: { ...found.doc.fields, ...checked.fields } };
  const refused = core.commit({ t: "put", doc });
  if (refused !== undefined) return refused;
  const body = bodyOf(doc);
  core.tell(doc.account, resource, body, { projects: doc.projects }, origin);
  return { ok: true, body };
}

/** What it was in hears of it: the collections of a thng that they lost it, whoever watches a collection that it is gone. */
export function remove(core: Core, request: Request<Documented>): Result<Done> {
  const { access, resource, origin } = request;
  const found = find(core, access, resource.kind, resource.id);
  if (!found.ok) return found;
  const collections = [...(core.state.collections.get(found.doc.id) ?? [])];
  const refused = core.commit({ t: "gone", id: found.doc.id });
  if (refused !== undefined) return refused;
  const { account, projects, id } = found.doc;
  for (const collection of collections) {
    const notice = { operation: "thngsRemoved", timestamp: core.host.now(), resources: [id] };
    core.tell(account, { kind: "members", id: collection }, notice, { projects: core.state.documents.get(collection)?.projects ?? [] }, origin);
  }
  if (resource.kind === "collection") core.tell(account, resource, undefined, { projects }, origin);
  return { ok: true };
}
