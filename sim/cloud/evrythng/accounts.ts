/**
 * Accounts, and the keys that open them: operators, applications with their projects, users, devices (sections 2.1, 3).
 */
import { find } from "./core";
import type { Core, Request } from "./core";
import { bodyOf } from "./documents";
import { createDocument, storeDocument } from "./entities";
import { newId, newKey } from "./ids";
import type { Resource } from "./resource";
import type { Document, Key } from "./state";
import { isRecord, refuse } from "./types";
import type { Done, KeyKind, Result } from "./types";

type Of<K extends Resource["kind"]> = Extract<Resource, { kind: K }>;

/** A new account, and the key of its first operator. Throws when it cannot be stored. */
export function createAccount(core: Core): { readonly account: string; readonly operatorKey: string } {
  const id = newId(core.host);
  const now = core.host.now();
  const doc: Document = { kind: "account", id, account: id, createdAt: now, updatedAt: now, projects: [], fields: {} };
  const refused = core.commit({ t: "put", doc });
  const made = refused ?? addKey(core, { kind: "operator", account: id, actor: newId(core.host) });
  if (!made.ok) throw new Error(made.message);
  return { account: id, operatorKey: made.key };
}

/** A new key for somebody. */
export function addKey(core: Core, of: Omit<Key, "key">): Result<{ key: string }> {
  if (core.state.keys.size >= core.limits.keysMax) return refuse("unavailable", `This cloud holds ${core.limits.keysMax} keys at most`);
  const key = newKey(core.host);
  return core.commit({ t: "key", key: { ...of, key } }) ?? { ok: true, key };
}

function keyOf(core: Core, kind: KeyKind, actor: string): string | undefined {
  return [...(core.state.keysOf.get(actor) ?? [])].find((key) => core.state.keys.get(key)?.kind === kind);
}

const actorTypes: Readonly<Record<KeyKind, string>> = { operator: "operator", trusted: "app", application: "app", user: "user", device: "thng" };

export function readAccess({ access }: Request): Result<Done> {
  const { account, kind, actor, project } = access;
  return { ok: true, body: { account, actor: { type: actorTypes[kind], id: actor }, ...(project === undefined ? {} : { project }) } };
}

/** Clients read themselves at first. */
export function readSelf(core: Core, { access, resource }: Request<Of<"self">>): Result<Done> {
  if (resource.id !== "me" && resource.id !== access.actor) return refuse("notFound", "There is no such actor");
  const doc = core.state.documents.get(access.actor);
  return { ok: true, body: doc === undefined ? { id: access.actor } : bodyOf(doc) };
}

/** `{"thngId"}`: the thng's key; asking again gives the same one. */
export function createDeviceKey(core: Core, request: Request): Result<Done> {
  const { body, access } = request;
  const found = find(core, access, "thng", isRecord(body) ? body["thngId"] : undefined);
  if (!found.ok) return found;
  const thngId = found.doc.id;
  const known = keyOf(core, "device", thngId);
  if (known !== undefined) return { ok: true, body: { thngId, thngApiKey: known }, id: thngId };
  const made = addKey(core, { kind: "device", account: access.account, actor: thngId });
  return made.ok ? { ok: true, body: { thngId, thngApiKey: made.key }, id: thngId } : made;
}

export function readDeviceKey(core: Core, { access, resource }: Request<Of<"deviceKey">>): Result<Done> {
  const found = find(core, access, "thng", resource.id);
  if (!found.ok) return found;
  const key = keyOf(core, "device", resource.id);
  return key === undefined ? refuse("notFound", "The thng has no key") : { ok: true, body: { thngId: resource.id, thngApiKey: key } };
}

export function removeDeviceKey(core: Core, request: Request<Of<"deviceKey">>): Result<Done> {
  const found = find(core, request.access, "thng", request.resource.id);
  if (!found.ok) return found;
  const key = keyOf(core, "device", request.resource.id);
  return key === undefined ? refuse("notFound", "The thng has no key") : (core.commit({ t: "unkey", key }) ?? { ok: true });
}

/** An application of a project, with its own key and one for servers, which is read apart. */
export function createApplication(core: Core, request: Request<Of<"applications">>): Result<Done> {
  const { access, resource } = request;
  const project = find(core, access, "project", resource.id);
  if (!project.ok) return project;
  const made = createDocument(core, { ...request, access: { ...access, project: resource.id } }, "application");
  if (!made.ok) return made;
  const actor = made.doc.id;
  for (const kind of ["application", "trusted"] as const) {
    const key = addKey(core, { kind, account: access.account, actor, project: resource.id, app: actor });
    if (!key.ok) return key;
  }
  return { ok: true, body: applicationBody(core, made.doc), id: actor };
}

function applicationBody(core: Core, doc: Document): unknown {
  return { ...bodyOf(doc), project: doc.projects[0], appApiKey: keyOf(core, "application", doc.id) };
}

export function readApplication(core: Core, { access, resource }: Request<Of<"application" | "secretKey">>): Result<Done> {
  const found = find(core, { ...access, project: resource.id }, "application", resource.item);
  if (!found.ok) return found;
  if (resource.kind === "secretKey") return { ok: true, body: { secretApiKey: keyOf(core, "trusted", resource.item) } };
  return { ok: true, body: applicationBody(core, found.doc) };
}

export function listApplications(core: Core, { access, resource }: Request<Of<"applications">>): Result<Done> {
  const project = find(core, access, "project", resource.id);
  if (!project.ok) return project;
  const own = [...core.state.documents.values()].filter((doc) => doc.kind === "application" && doc.projects.includes(resource.id));
  return { ok: true, body: own.map((doc) => applicationBody(core, doc)) };
}

/** A user of an application who gives no name: `?anonymous=true`. */
export function createUser(core: Core, { access, query }: Request): Result<Done> {
  if (query.get("anonymous") !== "true") return refuse("badRequest", "This emulation has anonymous users only: add ?anonymous=true");
  const projects = access.project === undefined ? [] : [access.project];
  const made = storeDocument(core, access.account, "user", {}, projects);
  if (!made.ok) return made;
  const { account, project, app } = access;
  const key = addKey(core, {
    kind: "user",
    account,
    actor: made.doc.id,
    ...(project === undefined ? {} : { project }),
    ...(app === undefined ? {} : { app }),
  });
  if (!key.ok) return key;
  return { ok: true, body: { evrythngUser: made.doc.id, evrythngApiKey: key.key, status: "anonymous" }, id: made.doc.id };
}
