/**
 * Action types and actions: on the whole account, on a thng, a product or a collection (T1 to T3, T7, T8, T10, T11, T15, T16).
 */
import { hears } from "./access";
import { find, list, pageOf } from "./core";
import type { Core, Request } from "./core";
import { bodyOf, fieldsOf, isBounded } from "./documents";
import { storeDocument } from "./entities";
import { newId } from "./ids";
import type { OwnerKind, Resource } from "./resource";
import { isTimestamp, pointOf } from "./series";
import { typeName } from "./state";
import type { Action, Document } from "./state";
import { isRecord, refuse } from "./types";
import type { Access, Done, Refused, Result } from "./types";

type ActionsResource = Extract<Resource, { kind: "actions" }>;

/** The types that every account has. */
const builtIn: readonly string[] = ["scans", "checkins", "implicitScans", "shares", "invalidScans"];

const owners: readonly OwnerKind[] = ["thng", "product", "collection"];

/** Whether an action of this type can be made by this key. */
export function isType(core: Core, access: Access, name: string): boolean {
  return builtIn.includes(name) || typeOf(core, access, name) !== undefined;
}

function typeOf(core: Core, access: Access, name: string): Document | undefined {
  const found = find(core, access, "type", core.state.types.get(typeName(access.account, name)));
  return found.ok ? found.doc : undefined;
}

/** `{"name":"_x"}`: names of one's own begin with an underscore. */
export function createType(core: Core, request: Request): Result<Done> {
  const { access } = request;
  const checked = fieldsOf("type", request.body, true, core.limits);
  if (!checked.ok) return checked;
  const name = String(checked.fields["name"]);
  if (!/^_[^/\p{C}]+$/u.test(name) || name.length > core.limits.nameCharsMax) return refuse("badRequest", "name must begin with an underscore");
  if (core.state.types.has(typeName(access.account, name))) return refuse("badRequest", "An action type of this name exists");
  const projects = access.project === undefined ? [] : [access.project];
  const made = storeDocument(core, access.account, "type", checked.fields, projects);
  if (!made.ok) return made;
  const body = bodyOf(made.doc);
  core.tell(access.account, { kind: "types" }, body, { projects }, request.origin);
  return { ok: true, body, id: name };
}

export function listTypes(core: Core, request: Request): Result<Done> {
  const found = list(core, request, "type");
  return found.ok ? { ok: true, body: found.docs.map(bodyOf) } : found;
}

/** Takes a type away; its actions stay. Whoever listens to it hears nothing but that (B3). */
export function removeType(core: Core, request: Request<ActionsResource>): Result<Done> {
  const { access, resource } = request;
  if (resource.item !== undefined) return refuse("notAllowed", "An action cannot be deleted");
  const type = typeOf(core, access, resource.name);
  if (type === undefined) return refuse("notFound", "The action type does not exist");
  const refused = core.commit({ t: "gone", id: type.id });
  if (refused !== undefined) return refused;
  core.tell(access.account, { kind: "actions", name: resource.name }, undefined, { projects: type.projects }, request.origin);
  return { ok: true };
}

export function createAction(core: Core, request: Request<ActionsResource>): Result<Done> {
  const { access, resource, origin } = request;
  if (resource.item !== undefined) return refuse("notAllowed", "An action cannot be changed");
  const checked = bodyOfAction(core, request);
  if (!checked.ok) return checked;
  const projects = [...new Set([...(access.project === undefined ? [] : [access.project]), ...checked.projects])];
  const action: Action = { id: checked.body["id"] as string, account: access.account, projects, body: checked.body };
  const refused = core.commit({ t: "action", action });
  if (refused !== undefined) return refused;
  tellOf(core, action, origin);
  return { ok: true, body: action.body, id: action.id };
}

/** Tells those who listen to the type and to all, on the account and on each owner (section 6.4). */
function tellOf(core: Core, { account, body, projects }: Action, origin: Request["origin"]): void {
  const thng = body["thng"];
  const about = { projects, ...(typeof thng === "string" ? { thng } : {}) };
  for (const name of [body.type, "all"]) {
    core.tell(account, { kind: "actions", name }, body, about, origin);
    for (const owner of owners) {
      const id = body[owner];
      if (typeof id === "string") core.tell(account, { kind: "actions", owner, id, name }, body, about, origin);
    }
  }
}

type ActionBody = Action["body"];

function bodyOfAction(core: Core, request: Request<ActionsResource>): Result<{ body: ActionBody; projects: readonly string[] }> {
  const { access, resource, body } = request;
  if (!isRecord(body)) return refuse("badRequest", "The body must be a JSON object");
  const type = body["type"] ?? (resource.name === "all" ? undefined : resource.name);
  if (typeof type !== "string") return refuse("badRequest", "type is missing");
  if (resource.name !== "all" && type !== resource.name) return refuse("badRequest", "type differs from that of the path");
  if (!isType(core, access, type)) return refuse("notFound", "The action type does not exist");
  const target = targetOf(core, request, body);
  if (!target.ok) return target;
  const optional = optionalFields(core, body);
  if (!optional.ok) return optional;
  const now = core.host.now();
  const by = {
    ...(access.kind === "user" ? { user: access.actor } : {}),
    ...(access.project === undefined ? {} : { createdByProject: access.project }),
    ...(access.app === undefined ? {} : { createdByApp: access.app }),
  };
  const made: ActionBody = { id: newId(core.host), type, createdAt: now, timestamp: now, ...target.fields, ...by, ...optional.fields };
  return { ok: true, body: made, projects: target.projects };
}

/** What the action is on: one thing at most, which the path may name. A device's is its own thng (B5). */
function targetOf(core: Core, { access, resource }: Request<ActionsResource>, body: Record<string, unknown>): Result<{ fields: object; projects: readonly string[] }> {
  const named = owners.filter((owner) => body[owner] !== undefined);
  const owner = resource.owner ?? named[0];
  if (named.length > 1 || (owner !== undefined && named.some((one) => one !== owner))) {
    return refuse("badRequest", "An action is on one thng, product or collection");
  }
  const own = access.kind === "device" && owner === undefined;
  if (owner === undefined && !own) return { ok: true, fields: {}, projects: [] };
  const kind = own ? "thng" : (owner as OwnerKind);
  const id = own ? access.actor : (resource.id ?? body[kind]);
  if (body[kind] !== undefined && body[kind] !== id) return refuse("badRequest", `${kind} differs from that of the path`);
  if (typeof id !== "string") return refuse("badRequest", `${kind} has the wrong form`);
  const found = find(core, access, kind, id);
  if (!found.ok) return found;
  const { product } = found.doc.fields;
  const filled = kind === "thng" && product !== undefined ? { product } : {};
  return { ok: true, fields: { [kind]: id, ...filled }, projects: found.doc.projects };
}

function optionalFields(core: Core, body: Record<string, unknown>): Result<{ fields: Record<string, unknown> }> {
  const fields: Record<string, unknown> = {};
  const fault = (name: string): Refused => refuse("badRequest", `${name} has the wrong form`);
  for (const name of ["customFields", "identifiers", "context"]) {
    const value = body[name];
    if (value === undefined) continue;
    if (!isRecord(value) || !isBounded(value, core.limits.depthMax)) return fault(name);
    fields[name] = value;
  }
  const { tags, timestamp, location } = body;
  if (tags !== undefined) {
    if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === "string")) return fault("tags");
    fields["tags"] = tags;
  }
  if (timestamp !== undefined) {
    if (!isTimestamp(timestamp)) return fault("timestamp");
    fields["timestamp"] = timestamp;
  }
  if (location !== undefined) {
    const point = actionPoint(location);
    if (point === undefined) return fault("location");
    fields["location"] = point;
    fields["locationSource"] = "sensor";
  } else if (body["locationSource"] === "unknown") fields["locationSource"] = "unknown";
  if (JSON.stringify(fields).length > core.limits.documentCharsMax) return refuse("badRequest", "The action is too large");
  return { ok: true, fields };
}

/** `{latitude,longitude}`, or `{position}`. */
function actionPoint(location: unknown): unknown {
  if (!isRecord(location)) return undefined;
  const { latitude, longitude, position } = location;
  return pointOf(position ?? { type: "Point", coordinates: [longitude, latitude] });
}

/** The actions that a resource stands for and the key may see, newest first. */
function* matching(core: Core, access: Access, resource: ActionsResource): Iterable<Action> {
  const all = core.state.actions.get(access.account) ?? [];
  for (let i = all.length - 1; i >= 0; i -= 1) {
    const action = all[i] as Action;
    const { body, projects } = action;
    if (resource.name !== "all" && body.type !== resource.name) continue;
    if (resource.owner !== undefined && body[resource.owner] !== resource.id) continue;
    const { thng } = body;
    if (resource.owner === undefined && !hears(access, { projects, ...(typeof thng === "string" ? { thng } : {}) })) continue;
    yield action;
  }
}

export function readActions(core: Core, request: Request<ActionsResource>): Result<Done> {
  const { access, resource, query } = request;
  const fault = unseen(core, access, resource);
  if (fault !== undefined) return fault;
  const page = pageOf(query);
  if (!page.ok) return page;
  const withContext = query.get("context") === "true";
  const shown = ({ body }: Action): unknown => (withContext ? body : { ...body, context: undefined });
  const found: unknown[] = [];
  for (const action of matching(core, access, resource)) {
    if (action.id === resource.item) return { ok: true, body: shown(action) };
    found.push(shown(action));
    if (resource.item === undefined && found.length === page.count) break;
  }
  return resource.item === undefined ? { ok: true, body: found } : refuse("notFound", "The action does not exist");
}

/** The newest action that a subscriber may see (B16). */
export function lastAction(core: Core, access: Access, resource: ActionsResource): unknown {
  for (const { body } of matching(core, access, resource)) return body;
  return undefined;
}

/**
 * Why nothing can be heard of a resource: its owner is not seen, or, below an owner, the type is not known. On the account a
 * type may be waited for that does not exist yet (section 7).
 */
export function unseen(core: Core, access: Access, resource: ActionsResource): Refused | undefined {
  if (resource.owner === undefined) return undefined;
  const found = find(core, access, resource.owner, resource.id);
  if (!found.ok) return found;
  return resource.name === "all" || isType(core, access, resource.name) ? undefined : refuse("notFound", "The action type does not exist");
}
