/**
 * The words of the thethings.iO emulation: what goes in and out of the model, and its limits.
 *
 * Types only, and the default limits. Section numbers in this folder are those of the protocol notes of thethings.iO;
 * A-numbers are the decisions on points that its documentation leaves open.
 */

export interface Geo {
  readonly lat: number;
  readonly long: number;
}

/** A JSON value that a resource may hold; null is refused. */
export type Value = string | number | boolean | readonly unknown[] | { readonly [name: string]: unknown };

/** One value as it leaves the cloud, on every transport (section 1.2). */
export interface Element {
  readonly key: string;
  readonly value: Value;
  /** ISO 8601, UTC, milliseconds, `Z`. */
  readonly datetime: string;
  readonly geo?: Geo;
  /** On `/me/resources/...` without a thing id only (A27). */
  readonly thingId?: string;
}

/** Why the model refused. The transports turn it into their own codes: 400, 401, 404, 503 and the CoAP ones. */
export type Refusal = "badRequest" | "unauthorized" | "notFound" | "unavailable";

export interface Refused {
  readonly ok: false;
  readonly reason: Refusal;
  /** For the peer; holds no secret. */
  readonly message: string;
}

export type Result<T> = ({ readonly ok: true } & T) | Refused;

export function refuse(reason: Refusal, message: string): Refused {
  return { ok: false, reason, message };
}

/** Where a write came from, handed on to every watcher: MQTT delivers at the lower of both QoS (A20). */
export interface Origin {
  readonly via: "mqtt" | "coap" | "rest" | "app";
  /** The QoS of the PUBLISH, where there was one. */
  readonly qos?: 0 | 1;
}

/** Hears each accepted write as the array of its elements, in write order. Must not throw. */
export type Listener = (elements: readonly Element[], origin: Origin) => void;

/** Query parameters as they came, names and texts decoded: a URLSearchParams, or pairs. */
export type Params = Iterable<readonly [name: string, text: string]>;

export interface ModelLimits {
  /** Characters of a resource key (A14). */
  readonly keyCharsMax: number;
  /** Values in one write. */
  readonly writeValuesMax: number;
  /** Characters of the JSON text of one value. */
  readonly valueCharsMax: number;
  /** Nesting of one value. */
  readonly valueDepthMax: number;
  /** Values kept per thing and key; the oldest go first. */
  readonly timelineValuesMax: number;
  /** Values kept in all; at the limit a timeline takes a new value in place of its oldest. */
  readonly valuesMax: number;
  readonly keysPerThingMax: number;
  readonly thingsMax: number;
  readonly codesMax: number;
  readonly usersMax: number;
  readonly sessionsPerUserMax: number;
  readonly linksPerUserMax: number;
  /** How long a session token lives. */
  readonly sessionMs: number;
}

export const modelLimits: ModelLimits = {
  keyCharsMax: 256,
  writeValuesMax: 1000,
  valueCharsMax: 16384,
  valueDepthMax: 16,
  timelineValuesMax: 10000,
  valuesMax: 5000000,
  keysPerThingMax: 1000,
  thingsMax: 100000,
  codesMax: 200000,
  usersMax: 10000,
  sessionsPerUserMax: 16,
  linksPerUserMax: 1000,
  sessionMs: 30 * 24 * 3600 * 1000,
};
