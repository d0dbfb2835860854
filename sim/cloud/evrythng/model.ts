/**
 * What EVRYTHNG means, without any protocol: accounts with their keys, thngs, products, collections, actions, properties,
 * and who hears of what.
 *
 * Every transport parses, authenticates and calls this one model, so that what is written by one is seen on all (B14).
 * It does no input or output of its own: time, randomness and storage come in from outside. Nothing here logs a key.
 */
import type { Host } from "../host";
import type { Keeper } from "../keeper";
import { accessOf, hears, may, within } from "./access";
import { addKey, createAccount } from "./accounts";
import { lastAction, unseen } from "./actions";
import { lastTask, resumeTasks } from "./batches";
import { channelOf, find, list, newCore } from "./core";
import type { Core, Request } from "./core";
import { bodyOf } from "./documents";
import { handlers } from "./operations";
import type { Address, Resource } from "./resource";
import { currentValues } from "./series";
import { newState } from "./state";
import type { Key } from "./state";
import { modelLimits, refuse } from "./types";
import type { Access, Done, ModelLimits, Notice, Origin, Result, Verb } from "./types";

export interface EvrythngOptions {
  readonly limits?: Partial<ModelLimits>;
  readonly keeper?: Keeper;
}

export interface Evrythng {
  readonly limits: ModelLimits;
  /** Makes an account: a tenant of its own. */
  createAccount(): { readonly account: string; readonly operatorKey: string };
  /** Makes a key for an actor of an account. Throws when it cannot be stored. */
  createKey(of: Omit<Key, "key">): string;
  /** Takes a key away; connections that it opened stay. */
  removeKey(key: string): void;
  /** The keys of the operators, first made first. */
  operatorKeys(): readonly string[];
  /** Whom a key lets in, as of now; undefined for an unknown one. */
  authenticate(key: string): Access | undefined;
  /** Does what a method of REST, or a publication, asks for. */
  perform(access: Access, verb: Verb, address: Address, body: unknown, origin?: Origin): Result<Done>;
  /** Hears of each change of a topic from now on; refused where a read would be. The answer's `stop` is idempotent. */
  listen(access: Access, address: Address, listener: (text: string, origin: Origin) => void): Result<{ stop: () => void }>;
  /** The last value of a topic, as text; undefined when it has none. Section 6.1. */
  current(access: Access, address: Address): string | undefined;
  readonly counts: { readonly documents: number; readonly values: number; readonly listeners: number };
}

/** Makes the model, with all that its keeper kept. */
export function createEvrythng(host: Host, options: EvrythngOptions = {}): Evrythng {
  const limits = { ...modelLimits, ...options.limits };
  const core = newCore(host, newState(), limits, options.keeper);
  resumeTasks(core);
  const { state } = core;
  return {
    limits,
    createAccount: () => createAccount(core),
    createKey: (of) => {
      const made = addKey(core, of);
      if (!made.ok) throw new Error(made.message);
      return made.key;
    },
    removeKey: (key) => void (state.keys.has(key) && core.commit({ t: "unkey", key })),
    operatorKeys: () => [...state.keys.values()].filter(({ kind }) => kind === "operator").map(({ key }) => key),
    authenticate: (key) => {
      const found = state.keys.get(key);
      return found && accessOf(state, found);
    },
    perform: (access, verb, address, body, origin = {}) => perform(core, access, verb, address, body, origin),
    listen: (access, address, listener) => listen(core, access, address, listener),
    current: (access, address) => {
      const scoped = admitted(core, access, "read", address);
      const value = scoped.ok ? valueOf(core, scoped.access, address.resource) : undefined;
      return value === undefined ? undefined : JSON.stringify(value);
    },
    get counts() {
      return { documents: state.documents.size, values: state.values, listeners: core.notices.count() };
    },
  };
}

/** The access that a request really has: judged by kind of key, and narrowed to its project. */
function admitted(core: Core, access: Access, verb: Verb, { resource, query }: Address): Result<{ access: Access }> {
  if (!may(access, verb, resource)) return refuse("forbidden", "This key may not do that");
  const scoped = within(core.state, access, query.get("project"));
  return scoped === undefined ? refuse("notFound", "The project does not exist") : { ok: true, access: scoped };
}

function perform(core: Core, access: Access, verb: Verb, address: Address, body: unknown, origin: Origin): Result<Done> {
  const { resource, query } = address;
  // The table has one handler for each kind and verb, which takes just that kind.
  const handler = (handlers[resource.kind] as Partial<Record<Verb, (core: Core, request: Request<never>) => Result<Done>>>)[verb];
  if (handler === undefined) return refuse("notAllowed", "This method is not for this resource");
  const scoped = admitted(core, access, verb, address);
  return scoped.ok ? handler(core, { access: scoped.access, resource: resource as never, body, query, origin }) : scoped;
}

/** The resources that are topics (T1 to T19). */
function isTopic(resource: Resource): boolean {
  switch (resource.kind) {
    case "types":
    case "properties":
    case "location":
    case "thng":
    case "collection":
    case "tasks":
      return true;
    case "actions":
    case "members":
      return resource.item === undefined;
    default:
      return false;
  }
}

function listen(core: Core, access: Access, address: Address, listener: (text: string, origin: Origin) => void): Result<{ stop: () => void }> {
  const { resource } = address;
  if (!isTopic(resource)) return refuse("notFound", "There is no such topic");
  const scoped = admitted(core, access, "read", address);
  if (!scoped.ok) return scoped;
  const fault = unheard(core, scoped.access, resource);
  if (!fault.ok) return fault;
  const ofAccount = resource.kind === "types" || (resource.kind === "actions" && resource.owner === undefined);
  const heard = (...[text, about, origin]: Notice): void => {
    if (!ofAccount || hears(scoped.access, about)) listener(text, origin);
  };
  return { ok: true, stop: core.notices.watch(channelOf(scoped.access.account, resource), heard) };
}

/** Why a topic cannot be listened to: what it belongs to is not seen. */
function unheard(core: Core, access: Access, resource: Resource): Result<object> {
  switch (resource.kind) {
    case "actions":
      return unseen(core, access, resource) ?? { ok: true };
    case "properties":
      return find(core, access, resource.owner, resource.id);
    case "thng":
    case "location":
      return find(core, access, "thng", resource.id);
    case "collection":
    case "members":
      return find(core, access, "collection", resource.id);
    case "tasks": {
      const batch = find(core, access, "batch", resource.id);
      return batch.ok && resource.item !== undefined ? find(core, access, "task", resource.item) : batch;
    }
    default:
      return { ok: true };
  }
}

/** What a subscriber with `pubStates` gets at first (B16). */
function valueOf(core: Core, access: Access, resource: Resource): unknown {
  switch (resource.kind) {
    case "properties":
    case "location":
      return unheard(core, access, resource).ok ? currentValues(core.state, resource) : undefined;
    case "thng":
    case "collection": {
      const found = find(core, access, resource.kind, resource.id);
      return found.ok ? bodyOf(found.doc) : undefined;
    }
    case "actions":
      return unseen(core, access, resource) === undefined ? lastAction(core, access, resource) : undefined;
    case "tasks": {
      const batch = find(core, access, "batch", resource.id);
      return batch.ok ? lastTask(core, batch.doc, resource.item) : undefined;
    }
    case "types":
      return newestType(core, access);
    default:
      return undefined;
  }
}

function newestType(core: Core, access: Access): unknown {
  const request = { access, resource: { kind: "types" }, body: undefined, query: new URLSearchParams("perPage=1"), origin: {} } as const;
  const found = list(core, request, "type");
  return found.ok && found.docs[0] !== undefined ? bodyOf(found.docs[0]) : undefined;
}
