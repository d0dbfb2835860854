/**
 * What all operations of the model share: the state, the only ways to change it, and who is told.
 */
import { newChannels } from "../channels";
import type { Channels } from "../channels";
import type { Host } from "../host";
import type { Keeper } from "../keeper";
import { sees } from "./access";
import type { Resource } from "./resource";
import { apply, dump, listOf } from "./state";
import type { Document, DocumentKind, Entry, State } from "./state";
import { refuse } from "./types";
import type { About, Access, ModelLimits, Notice, Origin, Refused, Result } from "./types";

export interface Core {
  readonly host: Host;
  readonly state: State;
  readonly limits: ModelLimits;
  readonly notices: Channels<Notice>;
  /** Keeps and applies one entry, or refuses with nothing changed. */
  commit(entry: Entry): Refused | undefined;
  /** Tells whoever listens to a resource of an account. */
  tell(account: string, resource: Resource, body: unknown, about: About, origin: Origin): void;
}

/** One thing to do, judged by the table already. */
export interface Request<R extends Resource = Resource> {
  readonly access: Access;
  readonly resource: R;
  /** JSON; undefined where there is none. */
  readonly body: unknown;
  readonly query: URLSearchParams;
  readonly origin: Origin;
}

export function newCore(host: Host, state: State, limits: ModelLimits, keeper: Keeper | undefined): Core {
  for (const entry of keeper?.entries ?? []) apply(state, entry as Entry, limits);
  const notices = newChannels<Notice>(() => host.log({ event: "listener-failed" }));
  return {
    host,
    state,
    limits,
    notices,
    commit: (entry) => {
      try {
        keeper?.append(entry);
      } catch {
        host.log({ event: "state-not-written" });
        return refuse("unavailable", "The state could not be stored");
      }
      apply(state, entry, limits);
      keeper?.settle(() => dump(state));
      return undefined;
    },
    tell: (account, resource, body, about, origin) => {
      const channel = channelOf(account, resource);
      if (notices.isWatched(channel)) notices.tell(channel, body === undefined ? "" : JSON.stringify(body), about, origin);
    },
  };
}

/** The name under which changes of a resource are told. */
export function channelOf(account: string, resource: Resource): string {
  const part = (name: string): unknown => (resource as Readonly<Record<string, unknown>>)[name] ?? 0;
  return JSON.stringify([account, resource.kind, part("owner"), part("id"), part("name"), part("key"), part("item")]);
}

/** The document of an id that the key sees; what it does not see does not exist. */
export function find(core: Core, access: Access, kind: DocumentKind, id: unknown): Result<{ doc: Document }> {
  const doc = typeof id === "string" ? core.state.documents.get(id) : undefined;
  return doc?.kind === kind && sees(core.state, access, doc) ? { ok: true, doc } : refuse("notFound", `The ${kind} does not exist`);
}

/** What a key sees of a kind, newest first, a page of it. */
export function list(core: Core, request: Request, kind: DocumentKind): Result<{ docs: readonly Document[] }> {
  const page = pageOf(request.query);
  if (!page.ok) return page;
  const ids = [...(core.state.lists.get(listOf(kind, request.access.account)) ?? [])].reverse();
  const docs: Document[] = [];
  for (const id of ids) {
    const doc = core.state.documents.get(id) as Document;
    if (sees(core.state, request.access, doc)) docs.push(doc);
    if (docs.length === page.count) break;
  }
  return { ok: true, docs };
}

const perPage = { byDefault: 30, max: 100 };

/** How many a read may give: `perPage`, 1 to 100. */
export function pageOf(query: URLSearchParams): Result<{ count: number }> {
  const text = query.get("perPage") ?? String(perPage.byDefault);
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= perPage.max ? { ok: true, count } : refuse("badRequest", `perPage must be 1 to ${perPage.max}`);
}

/** A time in a query: milliseconds since 1970. */
export function timeOf(query: URLSearchParams, name: string, byDefault: number): Result<{ at: number }> {
  const text = query.get(name);
  if (text === null) return { ok: true, at: byDefault };
  return /^\d{1,16}$/.test(text) ? { ok: true, at: Number(text) } : refuse("badRequest", `${name} must be milliseconds since 1970`);
}
