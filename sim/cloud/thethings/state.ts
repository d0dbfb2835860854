/**
 * All that the emulation knows, and the entries of which it is made.
 *
 * Every change is an entry: it is written to the journal first and then applied, and a restart applies the same entries
 * again; `dump` gives entries that make an equal state. Nothing else may change the state. No rule is checked here: the
 * model checks before it makes an entry.
 */
import { insert } from "./timeline";
import type { Stored, Timeline } from "./timeline";
import type { Geo, ModelLimits, Value } from "./types";

export interface Thing {
  readonly id: string;
  readonly token: string;
  readonly timelines: Map<string, Timeline>;
  /** The users linked to it, by id. */
  readonly users: Set<string>;
}

/** An activation code and what became of it: the id of the thing that each response channel got (A2). */
export interface Code {
  readonly channels: Map<string, string>;
  /** How often a thing was activated with it, by any transport. */
  uses: number;
}

export interface User {
  readonly id: string;
  readonly app: string;
  readonly email: string;
  readonly salt: string;
  readonly hash: string;
  /** Ids of the linked things, in order of linking. */
  readonly things: Set<string>;
  /** Digest of a session token to the time when it ends, oldest first. */
  readonly sessions: Map<string, number>;
}

type WrittenValue = readonly [key: string, at: number, value: Value, geo?: Geo];

export type Entry =
  | { readonly t: "code"; readonly code: string; readonly uses?: number; readonly channels?: readonly (readonly [string, string])[] }
  | { readonly t: "thing"; readonly id: string; readonly token: string; readonly code?: string; readonly channel?: string }
  | { readonly t: "removed"; readonly id: string }
  /** `kept`: of a snapshot, whose values were within the limit of all when they came, in whatever order. */
  | { readonly t: "write"; readonly id: string; readonly values: readonly WrittenValue[]; readonly kept?: true }
  | { readonly t: "user"; readonly id: string; readonly app: string; readonly email: string; readonly salt: string; readonly hash: string }
  | { readonly t: "session"; readonly user: string; readonly digest: string; readonly until: number; readonly drop?: string }
  | { readonly t: "link"; readonly user: string; readonly thing: string };

export interface State {
  readonly codes: Map<string, Code>;
  readonly things: Map<string, Thing>;
  /** Thing tokens to thing ids. */
  readonly tokens: Map<string, string>;
  readonly users: Map<string, User>;
  /** `accountOf(app, email)` to user ids. */
  readonly accounts: Map<string, string>;
  /** Session digests to user ids. */
  readonly sessions: Map<string, string>;
  /** Values stored in all. */
  values: number;
}

export function newState(): State {
  return { codes: new Map(), things: new Map(), tokens: new Map(), users: new Map(), accounts: new Map(), sessions: new Map(), values: 0 };
}

/** The name of an account: one email may register once in each app; the case of its letters does not count. */
export function accountOf(app: string, email: string): string {
  return JSON.stringify([app, email.toLowerCase()]);
}

export function apply(state: State, entry: Entry, limits: ModelLimits): void {
  switch (entry.t) {
    case "code":
      state.codes.set(entry.code, { uses: entry.uses ?? 0, channels: new Map(entry.channels ?? []) });
      return;
    case "thing":
      return applyThing(state, entry);
    case "removed":
      return applyRemoved(state, entry.id);
    case "write":
      return applyWrite(state, entry, limits);
    case "user":
      state.users.set(entry.id, { ...entry, things: new Set(), sessions: new Map() });
      state.accounts.set(accountOf(entry.app, entry.email), entry.id);
      return;
    case "session":
      return applySession(state, entry);
    case "link":
      state.users.get(entry.user)?.things.add(entry.thing);
      state.things.get(entry.thing)?.users.add(entry.user);
  }
}

function applyThing(state: State, entry: Entry & { t: "thing" }): void {
  state.things.set(entry.id, { id: entry.id, token: entry.token, timelines: new Map(), users: new Set() });
  state.tokens.set(entry.token, entry.id);
  const code = entry.code === undefined ? undefined : state.codes.get(entry.code);
  if (code === undefined) return;
  code.uses += 1;
  if (entry.channel !== undefined) code.channels.set(entry.channel, entry.id);
}

function applyRemoved(state: State, id: string): void {
  const thing = state.things.get(id);
  if (thing === undefined) return;
  for (const timeline of thing.timelines.values()) state.values -= timeline.values.length;
  for (const user of thing.users) state.users.get(user)?.things.delete(id);
  state.tokens.delete(thing.token);
  state.things.delete(id);
}

function applyWrite(state: State, entry: Entry & { t: "write" }, limits: ModelLimits): void {
  const thing = state.things.get(entry.id);
  if (thing === undefined) return;
  for (const [key, at, value, geo] of entry.values) {
    let timeline = thing.timelines.get(key);
    if (timeline === undefined) thing.timelines.set(key, (timeline = { key, values: [] }));
    const full = timeline.values.length >= limits.timelineValuesMax || (entry.kept !== true && state.values >= limits.valuesMax);
    const replace = full && timeline.values.length > 0;
    insert(timeline, { at, value, geo }, replace);
    if (!replace) state.values += 1;
  }
}

function applySession(state: State, entry: Entry & { t: "session" }): void {
  const user = state.users.get(entry.user);
  if (user === undefined) return;
  if (entry.drop !== undefined) {
    user.sessions.delete(entry.drop);
    state.sessions.delete(entry.drop);
  }
  user.sessions.set(entry.digest, entry.until);
  state.sessions.set(entry.digest, entry.user);
}

/** Values in one entry of a dump: bounds the length of a line of the journal. */
const dumpedValuesMax = 500;

/** Entries that make an equal state out of an empty one. */
export function* dump(state: State): Iterable<Entry> {
  for (const [code, { uses, channels }] of state.codes) yield { t: "code", code, uses, channels: [...channels] };
  for (const thing of state.things.values()) {
    yield { t: "thing", id: thing.id, token: thing.token };
    for (const timeline of thing.timelines.values()) {
      for (let from = 0; from < timeline.values.length; from += dumpedValuesMax) {
        const values = timeline.values.slice(from, from + dumpedValuesMax).map((stored) => written(timeline.key, stored));
        yield { t: "write", id: thing.id, values, kept: true };
      }
    }
  }
  for (const { id, app, email, salt, hash, sessions, things } of state.users.values()) {
    yield { t: "user", id, app, email, salt, hash };
    for (const [digest, until] of sessions) yield { t: "session", user: id, digest, until };
    for (const thing of things) yield { t: "link", user: id, thing };
  }
}

export function written(key: string, { at, value, geo }: Stored): WrittenValue {
  return geo === undefined ? [key, at, value] : [key, at, value, geo];
}
