/**
 * What thethings.iO means, without any protocol: things, activation codes, timelines, and who hears of what.
 *
 * Every transport parses, authenticates and calls this one model, so that what is written by one is seen on all (A25).
 * It does no input or output of its own: time, randomness and storage come in from outside. Nothing here logs a token,
 * a code or a key of a secret. The app's side (users, sessions, links) is in `apps.ts`.
 */
import type { Host } from "../host";
import type { Keeper } from "../keeper";
import { newApps } from "./apps";
import type { App, Apps } from "./apps";
import { thingChannel } from "./channels";
import { newCore } from "./core";
import type { Core } from "./core";
import { parseQuery } from "./query";
import { newState } from "./state";
import type { Code, Thing } from "./state";
import { element, newest } from "./timeline";
import { modelLimits, refuse } from "./types";
import type { Element, Listener, ModelLimits, Origin, Params, Refused, Result } from "./types";

export interface ThethingsOptions {
  /** Activation codes that exist from the start: 1 to 128 of `[A-Za-z0-9._~-]` each. */
  readonly activationCodes?: readonly string[];
  /** Lets every code activate any number of things (A2). */
  readonly multiUse?: boolean;
  /** The apps that users may register in; by default one, "default", that has chosen all resources. */
  readonly apps?: readonly App[];
  readonly limits?: Partial<ModelLimits>;
  readonly keeper?: Keeper;
}

/** `passing` marks a refusal that is no verdict on the code: the state could not be stored, and asking again may succeed. */
export type Activation = { readonly ok: true; readonly thingToken: string } | { readonly ok: false; readonly message: string; readonly passing?: true };

export interface Thethings {
  readonly limits: ModelLimits;
  readonly apps: Apps;
  /**
   * Exchanges an activation code for a thing token. `channel` is the response channel of MQTT: the same code and channel
   * get the same token again (A2). Without one (CoAP, REST) there is no second answer.
   */
  activate(code: unknown, channel?: string): Activation;
  /** A device's write: JSON, or the bytes of it. Taken as a whole or refused: badRequest, unauthorized, unavailable. */
  write(thingToken: string, body: unknown, origin: Origin): Result<{ elements: readonly Element[] }>;
  /** Newest first. Refusals: unauthorized, badRequest, and notFound for a key that was never written. */
  read(thingToken: string, key: string, params: Params): Result<{ elements: readonly Element[] }>;
  /** The panel's chart: all that is kept of a resource, oldest first. */
  history(thingToken: string, key: string): readonly Element[];
  hasThing(thingToken: string): boolean;
  /** The name of a thing that may stand in a log; undefined for an unknown token. */
  thingId(thingToken: string): string | undefined;
  /** Hears of every write to the thing. Undefined for an unknown token; otherwise the way to stop, idempotent. */
  watch(thingToken: string, listener: Listener): (() => void) | undefined;
  /** The panel: makes new activation codes, 24 characters each. */
  createCodes(count: number): readonly string[];
  /** The panel: makes a thing without a code [MQ-8, CO-6]. */
  createThing(): { readonly thingToken: string; readonly thingId: string };
  /** The panel: the ids of all things, oldest first. */
  things(): readonly string[];
  /** The panel: the token of a thing, at any time [MQ-13, CO-12]. */
  tokenOf(thingId: string): string | undefined;
  /** The panel: takes a thing and its values away; its token is unknown from then on. */
  removeThing(thingId: string): void;
  readonly counts: { readonly things: number; readonly values: number; readonly codesFree: number; readonly watchers: number };
}

const failed = "Error creating thing";
const codeText = /^[A-Za-z0-9._~-]{1,128}$/;
const channelCharsMax = 256;

/** Makes the model, with all that its keeper kept. Throws only for options that make no sense. */
export function createThethings(host: Host, options: ThethingsOptions = {}): Thethings {
  const limits = { ...modelLimits, ...options.limits };
  const state = newState();
  const core = newCore(host, state, limits, options.keeper);
  for (const code of options.activationCodes ?? []) {
    if (!codeText.test(code)) throw new Error("An activation code must be 1 to 128 of A-Z a-z 0-9 . _ ~ -");
    if (!state.codes.has(code)) core.commit({ t: "code", code });
  }
  return {
    limits,
    apps: newApps(host, core, options.apps ?? [{ id: "default", resources: "all" }]),
    activate: (code, channel) => activate(core, options.multiUse === true, code, channel),
    write: (token, body, origin) => {
      const thing = core.thingOf(token);
      return thing === undefined ? unknownThing() : core.write(thing, body, origin);
    },
    read: (token, key, params) => {
      const thing = core.thingOf(token);
      return thing === undefined ? unknownThing() : readThing(thing, key, params);
    },
    history: (token, key) => (core.thingOf(token)?.timelines.get(key)?.values ?? []).map((stored) => element(key, stored)),
    hasThing: (token) => state.tokens.has(token),
    thingId: (token) => state.tokens.get(token),
    watch: (token, listener) => {
      const id = state.tokens.get(token);
      return id === undefined ? undefined : core.watchers.watch(thingChannel(id), listener);
    },
    createCodes: (count) => createCodes(core, count),
    createThing: () => {
      const thing = core.createThing({});
      return { thingToken: thing.token, thingId: thing.id };
    },
    things: () => [...state.things.keys()],
    tokenOf: (thingId) => state.things.get(thingId)?.token,
    removeThing: (id) => {
      if (state.things.has(id)) core.commit({ t: "removed", id });
    },
    get counts() {
      const codesFree = [...state.codes.values()].filter((code) => code.uses === 0).length;
      return { things: state.things.size, values: state.values, codesFree, watchers: core.watchers.count() };
    },
  };
}

function activate(core: Core, multiUse: boolean, text: unknown, channel: string | undefined): Activation {
  const code = typeof text === "string" ? core.state.codes.get(text) : undefined;
  if (code === undefined || (channel !== undefined && channel.length > channelCharsMax)) return { ok: false, message: failed };
  const before = channel === undefined ? undefined : tokenOn(core, code, channel);
  if (before !== undefined) return { ok: true, thingToken: before };
  // A channel whose thing was removed gets no second one, even where codes may be used again.
  if ((code.uses > 0 && !multiUse) || (channel !== undefined && code.channels.has(channel))) return { ok: false, message: failed };
  try {
    const thing = core.createThing({ code: text as string, ...(channel === undefined ? {} : { channel }) });
    return { ok: true, thingToken: thing.token };
  } catch {
    core.host.log({ event: "activation-not-stored" });
    return { ok: false, message: failed, passing: true };
  }
}

function tokenOn(core: Core, code: Code, channel: string): string | undefined {
  return core.state.things.get(code.channels.get(channel) ?? "")?.token;
}

function createCodes(core: Core, count: number): readonly string[] {
  if (!Number.isInteger(count) || count < 1 || core.state.codes.size + count > core.limits.codesMax) {
    throw new Error(`This cloud holds ${core.limits.codesMax} activation codes at most`);
  }
  return Array.from({ length: count }, () => {
    const code = core.host.random(18).toString("base64url");
    core.commit({ t: "code", code });
    return code;
  });
}

function readThing(thing: Thing, key: string, params: Params): Result<{ elements: readonly Element[] }> {
  const parsed = parseQuery(params);
  if (!parsed.ok) return parsed;
  const timeline = thing.timelines.get(key);
  if (timeline === undefined) return refuse("notFound", "The resource does not exist");
  return { ok: true, elements: newest(timeline, parsed.query).map((stored) => element(key, stored)) };
}

function unknownThing(): Refused {
  return refuse("unauthorized", "Unknown thing token");
}
