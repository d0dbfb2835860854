/**
 * Who may do what: the table of key kinds, roles, and what a key sees of the account (sections 2 and 2.2, B5).
 */
import type { Resource } from "./resource";
import type { Document, Key, State } from "./state";
import type { About, Access, KeyKind, Verb } from "./types";

type Row = Readonly<Partial<Record<Verb, string>>>;

/** The kinds of key that may, by their first letters: operator, trusted, user, application, device. */
const letters: Readonly<Record<KeyKind, string>> = { operator: "o", trusted: "t", user: "u", application: "a", device: "d" };

const operators: Row = { read: "o", create: "o", update: "o", remove: "o" };

const table: Readonly<Record<string, Row>> = {
  access: { read: "otuad" },
  self: { read: "otua" },
  rateLimits: { read: "otuad" },
  types: { read: "otu", create: "ot" },
  "actions": { read: "otud", create: "otud", remove: "ot" },
  "actions of thng": { read: "otud", create: "otud" },
  "actions of product": { read: "otud", create: "otud" },
  "actions of collection": { read: "otu", create: "otu" },
  thngs: { read: "otu", create: "ot" },
  thng: { read: "otud", update: "otud", remove: "ot" },
  "properties of thng": { read: "otud", create: "otud", update: "otud", remove: "ot" },
  "properties of product": { read: "otuad", create: "otud", update: "otud", remove: "ot" },
  location: { read: "otud", create: "otud", update: "otud", remove: "ot" },
  products: { read: "otua", create: "ot" },
  product: { read: "otuad", update: "ot", remove: "ot" },
  collections: { read: "otu", create: "ot" },
  collection: { read: "otu", update: "otu", remove: "ot" },
  members: { read: "otu", update: "otu", remove: "ot" },
  deviceKeys: { create: "ot" },
  deviceKey: { read: "ot", remove: "ot" },
  users: { create: "a" },
  batches: operators,
  batch: operators,
  tasks: operators,
  projects: operators,
  project: operators,
  applications: operators,
  application: operators,
  secretKey: operators,
  roles: operators,
  role: operators,
};

/** The first part of the path, which roles speak of. */
const roots: Readonly<Partial<Record<Resource["kind"], string>>> = {
  types: "actions",
  thng: "thngs",
  location: "thngs",
  product: "products",
  collection: "collections",
  members: "collections",
  batch: "batches",
  tasks: "batches",
};

function rootOf(resource: Resource): string {
  if ("owner" in resource && resource.owner !== undefined) return `${resource.owner}s`;
  return roots[resource.kind] ?? resource.kind;
}

/** Whether this kind of key, in this role, may do this to this kind of resource. */
export function may(access: Access, verb: Verb, resource: Resource): boolean {
  const row = table["owner" in resource && resource.owner !== undefined ? `${resource.kind} of ${resource.owner}` : resource.kind];
  if (row?.[verb]?.includes(letters[access.kind]) !== true) return false;
  return access.role === undefined || (access.role.get(rootOf(resource)) ?? "").includes(verb === "remove" ? "d" : verb.charAt(0));
}

/** What a key lets in at this moment, to be kept while a connection lasts [EV-7]. */
export function accessOf(state: State, key: Key): Access {
  const role = key.role === undefined ? undefined : state.documents.get(key.role);
  return {
    kind: key.kind,
    account: key.account,
    actor: key.actor,
    ...(key.project === undefined ? {} : { project: key.project }),
    ...(key.app === undefined ? {} : { app: key.app }),
    ...(key.role === undefined ? {} : { role: new Map(Object.entries((role?.fields["permissions"] as Record<string, string> | undefined) ?? {})) }),
  };
}

/** The same access within a project; undefined when that project is another's. */
export function within(state: State, access: Access, project: string | null): Access | undefined {
  if (project === null || project === access.project) return access;
  if (access.project !== undefined) return undefined;
  const found = state.documents.get(project);
  return found?.kind === "project" && found.account === access.account ? { ...access, project } : undefined;
}

/** Whether a document is visible: in the account, in the project, and to a device only itself and its product. */
export function sees(state: State, access: Access, doc: Document): boolean {
  if (doc.account !== access.account) return false;
  if (access.kind === "device" && doc.kind !== "type" && doc.id !== access.actor && doc.id !== productOf(state, access)) return false;
  return access.project === undefined || doc.projects.includes(access.project);
}

/** Whether an action, or a new type of action, may be heard of by a key that listens to those of the whole account. */
export function hears(access: Access, about: About): boolean {
  if (access.kind === "device" && about.thng !== access.actor) return false;
  return access.project === undefined || about.projects.includes(access.project);
}

/** The product of a device's thng. */
export function productOf(state: State, access: Access): unknown {
  return state.documents.get(access.actor)?.fields["product"];
}
