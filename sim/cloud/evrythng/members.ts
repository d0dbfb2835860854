/**
 * The thngs of a collection (T9): added, removed, cleared, each told with the ids that it concerned.
 */
import { find, pageOf } from "./core";
import type { Core, Request } from "./core";
import { bodyOf } from "./documents";
import type { Resource } from "./resource";
import type { Document } from "./state";
import { refuse } from "./types";
import type { Done, Refused, Result } from "./types";

type MembersResource = Extract<Resource, { kind: "members" }>;

/** `["thngId"]`: those that are in it already are passed over, and none is told again. */
export function addMembers(core: Core, request: Request<MembersResource>): Result<Done> {
  const { access, resource, body } = request;
  if (resource.item !== undefined) return refuse("notAllowed", "Thngs are added to /collections/:id/thngs");
  const found = find(core, access, "collection", resource.id);
  if (!found.ok) return found;
  if (!Array.isArray(body) || body.length === 0) return refuse("badRequest", "The body must be an array of thng ids");
  if (body.length > core.limits.memberIdsMax) return refuse("badRequest", `More than ${core.limits.memberIdsMax} thngs`);
  for (const id of body as unknown[]) {
    if (!find(core, access, "thng", id).ok) return refuse("badRequest", "A thng does not exist");
  }
  const members = core.state.members.get(resource.id);
  const fresh = [...new Set(body as string[])].filter((id) => members?.has(id) !== true);
  return (fresh.length === 0 ? undefined : change(core, request, found.doc, "thngsAdded", fresh)) ?? { ok: true };
}

/** One of them, or all. */
export function removeMembers(core: Core, request: Request<MembersResource>): Result<Done> {
  const { access, resource } = request;
  const found = find(core, access, "collection", resource.id);
  if (!found.ok) return found;
  const members = core.state.members.get(resource.id) ?? new Set<string>();
  if (resource.item !== undefined && !members.has(resource.item)) return refuse("notFound", "The thng is not in the collection");
  const gone = resource.item === undefined ? [...members] : [resource.item];
  if (gone.length === 0) return { ok: true };
  return change(core, request, found.doc, resource.item === undefined ? "thngsCleared" : "thngsRemoved", gone) ?? { ok: true };
}

function change(core: Core, request: Request<MembersResource>, doc: Document, operation: string, thngs: readonly string[]): Refused | undefined {
  const refused = core.commit({ t: operation === "thngsAdded" ? "join" : "leave", id: doc.id, thngs });
  if (refused !== undefined) return refused;
  const notice = { operation, timestamp: core.host.now(), resources: thngs };
  core.tell(doc.account, { kind: "members", id: doc.id }, notice, { projects: doc.projects }, request.origin);
  return undefined;
}

export function listMembers(core: Core, request: Request<MembersResource>): Result<Done> {
  const found = find(core, request.access, "collection", request.resource.id);
  if (!found.ok) return found;
  if (request.resource.item !== undefined) return refuse("notAllowed", "A thng is read at /thngs/:id");
  const page = pageOf(request.query);
  if (!page.ok) return page;
  const seen = [...(core.state.members.get(request.resource.id) ?? [])].flatMap((id) => {
    const thng = find(core, request.access, "thng", id);
    return thng.ok ? [bodyOf(thng.doc)] : [];
  });
  return { ok: true, body: seen.slice(0, page.count) };
}
