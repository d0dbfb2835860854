/**
 * What the two sides of the model, that of things and that of apps, share: the state, and the only ways to change it. Whoever watches hears
 * of each write from here.
 */
import { newChannels } from "../channels";
import type { Host } from "../host";
import type { Keeper } from "../keeper";
import { resourceChannel, thingChannel } from "./channels";
import type { Watchers } from "./channels";
import { apply, dump, written } from "./state";
import type { Entry, State, Thing } from "./state";
import { element } from "./timeline";
import { refuse } from "./types";
import type { Element, ModelLimits, Origin, Refused, Result } from "./types";
import { parseWrite } from "./values";

export interface Core {
  readonly host: Host;
  readonly state: State;
  readonly limits: ModelLimits;
  readonly watchers: Watchers;
  /** Keeps and applies one entry; throws, with nothing changed, when it cannot be kept. */
  commit(entry: Entry): void;
  /** The same, for callers that have an answer for it. */
  tryCommit(entry: Entry): Refused | undefined;
  thingOf(token: string): Thing | undefined;
  createThing(from: { code?: string; channel?: string }): Thing;
  /** Stores a write and tells everyone. With `only`, the key of all its values. */
  write(thing: Thing, body: unknown, origin: Origin, only?: string): Result<{ elements: readonly Element[] }>;
}

/** With all that its keeper kept. */
export function newCore(host: Host, state: State, limits: ModelLimits, keeper: Keeper | undefined): Core {
  for (const entry of keeper?.entries ?? []) apply(state, entry as Entry, limits);
  const core: Core = {
    host,
    state,
    limits,
    watchers: newChannels(() => host.log({ event: "watcher-failed" })),
    commit: (entry) => {
      keeper?.append(entry);
      apply(state, entry, limits);
      keeper?.settle(() => dump(state));
    },
    tryCommit: (entry) => {
      try {
        core.commit(entry);
        return undefined;
      } catch {
        host.log({ event: "state-not-written" });
        return refuse("unavailable", "The state could not be stored");
      }
    },
    thingOf: (token) => state.things.get(state.tokens.get(token) ?? ""),
    createThing: (from) => {
      if (state.things.size >= limits.thingsMax) throw new Error(`This cloud holds ${limits.thingsMax} things at most`);
      const id = host.random(32).toString("base64url");
      core.commit({ t: "thing", id, token: host.random(32).toString("base64url"), ...from });
      return state.things.get(id) as Thing;
    },
    write: (thing, body, origin, only) => write(core, thing, body, origin, only),
  };
  return core;
}

function write(core: Core, thing: Thing, body: unknown, origin: Origin, only: string | undefined): Result<{ elements: readonly Element[] }> {
  const parsed = parseWrite(body, core.limits, only);
  if (!parsed.ok) return parsed;
  const fresh = new Set(parsed.values.map((value) => value.key).filter((key) => !thing.timelines.has(key)));
  if (thing.timelines.size + fresh.size > core.limits.keysPerThingMax) {
    return refuse("badRequest", `More than ${core.limits.keysPerThingMax} keys in one thing`);
  }
  const now = core.host.now();
  const values = parsed.values.map((value) => ({ ...value, at: value.at ?? now }));
  const refused = core.tryCommit({ t: "write", id: thing.id, values: values.map((value) => written(value.key, value)) });
  if (refused !== undefined) return refused;
  const elements = values.map((value) => element(value.key, value));
  core.watchers.tell(thingChannel(thing.id), elements, origin);
  for (const user of thing.users) {
    for (const key of new Set(values.map((value) => value.key))) {
      const own = elements.filter((one) => one.key === key).map((one) => ({ ...one, thingId: thing.id }));
      core.watchers.tell(resourceChannel(user, key), own, origin);
    }
  }
  return { ok: true, elements };
}
