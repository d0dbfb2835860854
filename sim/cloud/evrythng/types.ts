/**
 * The words of the EVRYTHNG emulation: what goes in and out of the model, and its limits.
 *
 * Types, and the default limits. Section numbers in this folder are those of the protocol notes of EVRYTHNG; B-numbers are
 * the decisions on points that its documentation leaves open; T-numbers are its topics.
 */

export type KeyKind = "operator" | "trusted" | "application" | "user" | "device";

/** What a method of REST, or a publication, does to a resource. */
export type Verb = "read" | "create" | "update" | "remove";

/** Why the model refused. REST turns it into a status: 400, 403, 404, 405, 503. */
export type Refusal = "badRequest" | "forbidden" | "notFound" | "notAllowed" | "unavailable";

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

/** What was done: the body of the answer, and the id of what was made. */
export interface Done {
  readonly body?: unknown;
  readonly id?: string;
}

/** Of what a notice tells: what a listener needs to know to judge whether it may hear it. */
export interface About {
  readonly projects: readonly string[];
  /** The thng of an action. */
  readonly thng?: string;
}

/** What a listener hears of a change: the text of the notice, empty for a deletion (B3). */
export type Notice = [text: string, about: About, origin: Origin];

/** Where a write came from: MQTT delivers at the lower of both QoS. */
export interface Origin {
  /** The QoS of the PUBLISH, where there was one. */
  readonly qos?: 0 | 1;
}

/** Whom a key lets in, and to what. Made once, at CONNECT or handshake: later changes of a role do not reach it. */
export interface Access {
  readonly kind: KeyKind;
  readonly account: string;
  /** Id of the operator, application, user or thng. */
  readonly actor: string;
  /** Nothing outside of this project is visible. */
  readonly project?: string;
  /** The application that an application's or a user's key belongs to. */
  readonly app?: string;
  /** By the first part of a path ("thngs"), some of the letters c r u d; absent: as the kind of key allows. */
  readonly role?: ReadonlyMap<string, string>;
}

/** A JSON value that a property may hold; null is refused. */
export type Value = string | number | boolean | readonly unknown[] | { readonly [name: string]: unknown };

export interface ModelLimits {
  /** Characters of a property's key and of an action type's name. */
  readonly nameCharsMax: number;
  /** Values in one write. */
  readonly writeValuesMax: number;
  /** Characters of the JSON text of one value, and of one document. */
  readonly valueCharsMax: number;
  readonly documentCharsMax: number;
  /** Nesting of a value or a document. */
  readonly depthMax: number;
  /** Values kept of one property or location; the oldest go first. */
  readonly historyValuesMax: number;
  /** Values kept in all; at the limit a property takes a new value in place of its oldest. */
  readonly valuesMax: number;
  readonly propertiesPerOwnerMax: number;
  /** Actions kept of one account; the oldest go first. */
  readonly actionsMax: number;
  /** Documents of all kinds, keys not counted. */
  readonly documentsMax: number;
  readonly keysMax: number;
  /** Thngs in one request to a collection (section 2.2). */
  readonly memberIdsMax: number;
  /** Thngs that one batch task makes. */
  readonly taskThngsMax: number;
}

export const modelLimits: ModelLimits = {
  nameCharsMax: 128,
  writeValuesMax: 1000,
  valueCharsMax: 16384,
  documentCharsMax: 65536,
  depthMax: 16,
  historyValuesMax: 10000,
  valuesMax: 5000000,
  propertiesPerOwnerMax: 1000,
  actionsMax: 10000,
  documentsMax: 200000,
  keysMax: 200000,
  memberIdsMax: 10000,
  taskThngsMax: 1000,
};

/** A JSON object, not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
