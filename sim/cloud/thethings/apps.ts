/**
 * The app's side of thethings.iO: apps, their users, sessions, linked things, and the resources that an app has chosen
 * (section 2.1, 5; A27, A28).
 *
 * Passwords are kept as scrypt digests and session tokens as SHA-256: what is on disk opens no account.
 */
import { createHash, scryptSync, timingSafeEqual } from "node:crypto";
import type { Host } from "../host";
import type { Core } from "./core";
import { parseQuery } from "./query";
import { accountOf } from "./state";
import type { Thing, User } from "./state";
import { element, newest } from "./timeline";
import { refuse } from "./types";
import type { Element, Listener, Params, Result } from "./types";
import { isKey, isRecord } from "./values";
import { resourceChannel, thingChannel } from "./channels";

/** An app and the resources that its maker chose to show in it. */
export interface App {
  readonly id: string;
  readonly resources: readonly string[] | "all";
}

/** A user id: whose session it is. Not a secret. */
export type UserId = string;

export interface Apps {
  /** `{email, password, app}`: makes a user and logs in at once. Without `app`, the first app. */
  register(body: unknown): Result<{ token: string }>;
  /** The same body; unauthorized when it does not match. */
  login(body: unknown): Result<{ token: string }>;
  /** Whose session `token` is; undefined when it is unknown or over. */
  session(token: unknown): UserId | undefined;
  /** Links a thing by its thing token; linking again changes nothing. notFound for an unknown token. */
  link(user: UserId, thingToken: unknown): Result<{ thingId: string }>;
  things(user: UserId): readonly { readonly thingId: string; readonly resources: readonly string[] }[];
  resources(user: UserId): readonly { readonly name: string; readonly things: readonly string[] }[];
  /** Values of all linked things (elements with thingId), or of one (without). notFound for what the app cannot see. */
  read(user: UserId, resource: string, thingId: string | undefined, params: Params): Result<{ elements: readonly Element[] }>;
  /** An app's write: how it commands a device (section 4). notFound unless linked and chosen. */
  write(user: UserId, resource: string, thingId: string, body: unknown): Result<{ elements: readonly Element[] }>;
  /** Hears of every write to a linked thing, by its thing token. notFound unless linked. */
  watchThing(user: UserId, thingToken: string, listener: Listener): Result<{ unwatch: () => void }>;
  /** Hears of writes to the resource on every thing linked at the time of the write. notFound as in `read`. */
  watch(user: UserId, resource: string, listener: Listener): Result<{ unwatch: () => void }>;
}

const emailCharsMax = 254;
const passwordCharsMax = 256;
/** Doublings of work for one password: about 40 ms on a desk machine. */
const scryptCost = { N: 16384, r: 8, p: 1 };

export function newApps(host: Host, core: Core, apps: readonly App[]): Apps {
  const known = new Map(apps.map((app) => [app.id, app]));
  const credentials = (body: unknown): Result<{ app: App; email: string; password: string }> => parseCredentials(body, known, apps[0]);
  return {
    register: (body) => {
      const asked = credentials(body);
      return asked.ok ? register(host, core, asked.app, asked.email, asked.password) : asked;
    },
    login: (body) => {
      const asked = credentials(body);
      return asked.ok ? login(host, core, asked.app, asked.email, asked.password) : asked;
    },
    session: (token) => {
      if (typeof token !== "string") return undefined;
      const digest = digestOf(token);
      const user = core.state.users.get(core.state.sessions.get(digest) ?? "");
      return user !== undefined && host.now() < (user.sessions.get(digest) ?? 0) ? user.id : undefined;
    },
    link: (id, thingToken) => {
      const thing = typeof thingToken === "string" ? core.thingOf(thingToken) : undefined;
      const user = userOf(core, id);
      if (thing === undefined) return refuse("notFound", "Unknown thing");
      if (user.things.has(thing.id)) return { ok: true, thingId: thing.id };
      if (user.things.size >= core.limits.linksPerUserMax) return refuse("badRequest", `More than ${core.limits.linksPerUserMax} things`);
      return core.tryCommit({ t: "link", user: id, thing: thing.id }) ?? { ok: true, thingId: thing.id };
    },
    things: (id) => linked(core, id).map((thing) => ({ thingId: thing.id, resources: visible(thing, appOf(known, core, id)) })),
    resources: (id) => resources(linked(core, id), appOf(known, core, id)),
    read: (id, resource, thingId, params) => read(core, id, appOf(known, core, id), resource, thingId, params),
    write: (id, resource, thingId, body) => {
      const thing = linked(core, id).find((one) => one.id === thingId);
      const chosen = isKey(resource, core.limits) && chose(appOf(known, core, id), resource);
      return thing === undefined || !chosen ? unknownResource() : core.write(thing, body, { via: "app" }, resource);
    },
    watchThing: (id, thingToken, listener) => {
      const thing = core.thingOf(thingToken);
      if (thing === undefined || !thing.users.has(id)) return refuse("notFound", "Unknown thing");
      return { ok: true, unwatch: core.watchers.watch(thingChannel(thing.id), listener) };
    },
    watch: (id, resource, listener) => {
      const app = appOf(known, core, id);
      const things = linked(core, id);
      // A resource that the app has chosen by name may be awaited before its first value.
      const expected = app.resources !== "all" && chose(app, resource) && things.length > 0;
      if (!expected && !resources(things, app).some((one) => one.name === resource)) return unknownResource();
      return { ok: true, unwatch: core.watchers.watch(resourceChannel(id, resource), listener) };
    },
  };
}

function parseCredentials(body: unknown, known: ReadonlyMap<string, App>, byDefault: App | undefined): Result<{ app: App; email: string; password: string }> {
  const { email, password, app } = isRecord(body) ? body : {};
  if (typeof email !== "string" || email.length > emailCharsMax || !/^[^@\s]+@[^@\s]+$/.test(email)) return refuse("badRequest", "Invalid email");
  if (typeof password !== "string" || password.length === 0 || password.length > passwordCharsMax) return refuse("badRequest", "Invalid password");
  const chosen = app === undefined ? byDefault : known.get(String(app));
  return chosen === undefined ? refuse("badRequest", "Unknown app") : { ok: true, app: chosen, email, password };
}

function register(host: Host, core: Core, app: App, email: string, password: string): Result<{ token: string }> {
  if (core.state.accounts.has(accountOf(app.id, email))) return refuse("badRequest", "The user exists already");
  if (core.state.users.size >= core.limits.usersMax) return refuse("unavailable", `This cloud holds ${core.limits.usersMax} users at most`);
  const id = host.random(12).toString("base64url");
  const salt = host.random(16).toString("base64url");
  const refused = core.tryCommit({ t: "user", id, app: app.id, email, salt, hash: hashOf(password, salt).toString("base64url") });
  return refused ?? openSession(host, core, id);
}

function login(host: Host, core: Core, app: App, email: string, password: string): Result<{ token: string }> {
  const user = core.state.users.get(core.state.accounts.get(accountOf(app.id, email)) ?? "");
  // An unknown user costs as much time as a wrong password does.
  const hash = hashOf(password, user?.salt ?? "");
  if (user === undefined || !timingSafeEqual(hash, Buffer.from(user.hash, "base64url"))) return refuse("unauthorized", "Invalid email or password");
  return openSession(host, core, user.id);
}

function openSession(host: Host, core: Core, id: UserId): Result<{ token: string }> {
  const sessions = userOf(core, id).sessions;
  const oldest = sessions.keys().next().value;
  const drop = oldest !== undefined && sessions.size >= core.limits.sessionsPerUserMax ? { drop: oldest } : {};
  const token = host.random(32).toString("base64url");
  const until = host.now() + core.limits.sessionMs;
  return core.tryCommit({ t: "session", user: id, digest: digestOf(token), until, ...drop }) ?? { ok: true, token };
}

function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

function hashOf(password: string, salt: string): Buffer {
  return scryptSync(password, salt, 32, scryptCost);
}

/** The user of a session that was found; ids come from `session` alone, and users are never removed. */
function userOf(core: Core, id: UserId): User {
  const user = core.state.users.get(id);
  if (user === undefined) throw new Error("no such user id");
  return user;
}

function appOf(known: ReadonlyMap<string, App>, core: Core, id: UserId): App {
  // An app that is no longer configured shows nothing.
  return known.get(userOf(core, id).app) ?? { id: "", resources: [] };
}

function chose(app: App, resource: string): boolean {
  return app.resources === "all" || app.resources.includes(resource);
}

function linked(core: Core, id: UserId): readonly Thing[] {
  return [...userOf(core, id).things].flatMap((thing) => core.state.things.get(thing) ?? []);
}

function visible(thing: Thing, app: App): readonly string[] {
  return [...thing.timelines.keys()].filter((key) => chose(app, key));
}

function resources(things: readonly Thing[], app: App): readonly { readonly name: string; readonly things: readonly string[] }[] {
  const byName = new Map<string, string[]>();
  for (const thing of things) {
    for (const name of visible(thing, app)) byName.set(name, [...(byName.get(name) ?? []), thing.id]);
  }
  return [...byName].map(([name, ids]) => ({ name, things: ids }));
}

function read(core: Core, id: UserId, app: App, resource: string, thingId: string | undefined, params: Params): Result<{ elements: readonly Element[] }> {
  const parsed = parseQuery(params);
  if (!parsed.ok) return parsed;
  const things = linked(core, id).filter((thing) => thingId === undefined || thing.id === thingId);
  const found = things.flatMap((thing) => {
    const timeline = chose(app, resource) ? thing.timelines.get(resource) : undefined;
    return timeline === undefined ? [] : [{ thing, timeline }];
  });
  if (found.length === 0) return unknownResource();
  const all = found.flatMap(({ thing, timeline }) => newest(timeline, parsed.query).map((stored) => ({ thing, stored })));
  all.sort((a, b) => b.stored.at - a.stored.at);
  const elements = all.slice(0, parsed.query.limit).map(({ thing, stored }) => element(resource, stored, thingId === undefined ? thing.id : undefined));
  return { ok: true, elements };
}

function unknownResource(): ReturnType<typeof refuse> {
  return refuse("notFound", "The resource does not exist");
}
