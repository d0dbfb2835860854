/**
 * All that the emulation knows, and the entries of which it is made.
 *
 * Every change is an entry: it is written to the journal first and then applied, and a restart applies the same entries
 * again; `dump` gives entries that make an equal state. Nothing else may change the state. No rule is checked here: the
 * model checks before it makes an entry.
 */
import { forget, insert } from "./history";
import type { History, Stored } from "./history";
import type { KeyKind, ModelLimits } from "./types";

export type DocumentKind = "account" | "project" | "application" | "role" | "type" | "thng" | "product" | "collection" | "batch" | "task" | "user";

export interface Document {
  readonly kind: DocumentKind;
  readonly id: string;
  /** An account's is its own. */
  readonly account: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The projects in which it is visible. */
  readonly projects: readonly string[];
  /** What the platform calls its fields; checked. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Key {
  readonly key: string;
  readonly kind: KeyKind;
  readonly account: string;
  readonly actor: string;
  readonly project?: string;
  readonly app?: string;
  /** The id of a role that narrows what the kind of key allows. */
  readonly role?: string;
}

export interface Action {
  readonly id: string;
  readonly account: string;
  readonly projects: readonly string[];
  /** As it leaves the cloud. */
  readonly body: Readonly<Record<string, unknown>> & { readonly type: string };
}

/** Histories of an owner, by property key; a location's key is "". */
export type Series = "properties" | "location";

type Written = readonly [key: string, ...stored: Stored];

export type Entry =
  | { readonly t: "put"; readonly doc: Document }
  /** All of them or none: what a task makes, and that it is done. */
  | { readonly t: "put-all"; readonly docs: readonly Document[] }
  | { readonly t: "gone"; readonly id: string }
  | { readonly t: "key"; readonly key: Key }
  | { readonly t: "unkey"; readonly key: string }
  /** `kept`: of a snapshot, whose values were within the limit of all when they came, in whatever order. */
  | { readonly t: "values"; readonly series: Series; readonly id: string; readonly values: readonly Written[]; readonly kept?: true }
  | { readonly t: "forget"; readonly series: Series; readonly id: string; readonly key: string; readonly to: number }
  | { readonly t: "join" | "leave"; readonly id: string; readonly thngs: readonly string[] }
  | { readonly t: "action"; readonly action: Action };

export interface State {
  readonly documents: Map<string, Document>;
  /** Ids of each kind in an account, oldest first: `listOf(kind, account)`. */
  readonly lists: Map<string, Set<string>>;
  /** Ids of action types: `typeName(account, name)`. */
  readonly types: Map<string, string>;
  readonly keys: Map<string, Key>;
  /** The keys of each actor. */
  readonly keysOf: Map<string, Set<string>>;
  readonly series: Readonly<Record<Series, Map<string, Map<string, History>>>>;
  /** Collection ids to thng ids, and the other way round. */
  readonly members: Map<string, Set<string>>;
  readonly collections: Map<string, Set<string>>;
  /** By account, oldest first. */
  readonly actions: Map<string, Action[]>;
  /** Values stored in all. */
  values: number;
}

export function newState(): State {
  return {
    documents: new Map(),
    lists: new Map(),
    types: new Map(),
    keys: new Map(),
    keysOf: new Map(),
    series: { properties: new Map(), location: new Map() },
    members: new Map(),
    collections: new Map(),
    actions: new Map(),
    values: 0,
  };
}

export function listOf(kind: DocumentKind, account: string): string {
  return `${kind} ${account}`;
}

export function typeName(account: string, name: string): string {
  return `${account} ${name}`;
}

export function apply(state: State, entry: Entry, limits: ModelLimits): void {
  switch (entry.t) {
    case "put":
      return applyPut(state, entry.doc);
    case "put-all":
      for (const doc of entry.docs) applyPut(state, doc);
      return;
    case "gone":
      return applyGone(state, entry.id);
    case "key": {
      const { key, actor } = entry.key;
      state.keys.set(key, entry.key);
      state.keysOf.set(actor, (state.keysOf.get(actor) ?? new Set()).add(key));
      return;
    }
    case "unkey":
      return applyUnkey(state, entry.key);
    case "values":
      return applyValues(state, entry, limits);
    case "forget":
      return applyForget(state, entry);
    case "join":
    case "leave":
      return applyMembers(state, entry);
    case "action": {
      const { account } = entry.action;
      const list = state.actions.get(account) ?? [];
      state.actions.set(account, list);
      if (list.push(entry.action) > limits.actionsMax) list.shift();
    }
  }
}

function applyPut(state: State, doc: Document): void {
  state.documents.set(doc.id, doc);
  const list = listOf(doc.kind, doc.account);
  state.lists.set(list, (state.lists.get(list) ?? new Set()).add(doc.id));
  if (doc.kind === "type") state.types.set(typeName(doc.account, doc.fields["name"] as string), doc.id);
}

/** With it go its values, its memberships and the keys of whoever it is. */
function applyGone(state: State, id: string): void {
  const doc = state.documents.get(id);
  if (doc === undefined) return;
  state.documents.delete(id);
  state.lists.get(listOf(doc.kind, doc.account))?.delete(id);
  if (doc.kind === "type") state.types.delete(typeName(doc.account, doc.fields["name"] as string));
  for (const series of Object.values(state.series)) {
    for (const history of series.get(id)?.values() ?? []) state.values -= history.length;
    series.delete(id);
  }
  for (const thng of state.members.get(id) ?? []) state.collections.get(thng)?.delete(id);
  for (const collection of state.collections.get(id) ?? []) state.members.get(collection)?.delete(id);
  state.members.delete(id);
  state.collections.delete(id);
  if (doc.kind !== "thng" && doc.kind !== "application" && doc.kind !== "user") return;
  for (const key of [...(state.keysOf.get(id) ?? [])]) applyUnkey(state, key);
}

function applyUnkey(state: State, key: string): void {
  const actor = state.keys.get(key)?.actor ?? "";
  state.keys.delete(key);
  const own = state.keysOf.get(actor);
  own?.delete(key);
  if (own?.size === 0) state.keysOf.delete(actor);
}

function applyValues(state: State, entry: Entry & { t: "values" }, limits: ModelLimits): void {
  const series = state.series[entry.series];
  const histories = series.get(entry.id) ?? new Map<string, History>();
  series.set(entry.id, histories);
  for (const [key, ...stored] of entry.values) {
    const history = histories.get(key) ?? [];
    histories.set(key, history);
    const full = history.length >= limits.historyValuesMax || (entry.kept !== true && state.values >= limits.valuesMax);
    const replace = full && history.length > 0;
    insert(history, stored, replace);
    if (!replace) state.values += 1;
  }
}

function applyForget(state: State, entry: Entry & { t: "forget" }): void {
  const histories = state.series[entry.series].get(entry.id);
  const history = histories?.get(entry.key);
  if (histories === undefined || history === undefined) return;
  state.values -= forget(history, entry.to);
  if (history.length === 0) histories.delete(entry.key);
}

function applyMembers(state: State, entry: Entry & { t: "join" | "leave" }): void {
  const members = state.members.get(entry.id) ?? new Set<string>();
  state.members.set(entry.id, members);
  for (const thng of entry.thngs) {
    const collections = state.collections.get(thng) ?? new Set<string>();
    if (entry.t === "join") {
      members.add(thng);
      state.collections.set(thng, collections.add(entry.id));
    } else {
      members.delete(thng);
      collections.delete(entry.id);
    }
  }
}

/** Values or ids in one entry of a dump: bounds the length of a line of the journal. */
const dumpedMax = 500;

function* chunks<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let from = 0; from < all.length; from += dumpedMax) yield all.slice(from, from + dumpedMax);
}

/** Entries that make an equal state out of an empty one. */
export function* dump(state: State): Iterable<Entry> {
  for (const doc of state.documents.values()) yield { t: "put", doc };
  for (const key of state.keys.values()) yield { t: "key", key };
  for (const series of ["properties", "location"] as const) {
    for (const [id, histories] of state.series[series]) {
      for (const [key, history] of histories) {
        for (const part of chunks(history)) yield { t: "values", series, id, values: part.map((stored) => [key, ...stored] as const), kept: true };
      }
    }
  }
  for (const [id, members] of state.members) for (const thngs of chunks([...members])) yield { t: "join", id, thngs };
  for (const actions of state.actions.values()) for (const action of actions) yield { t: "action", action };
}
