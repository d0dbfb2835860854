/**
 * The words of the ThingsBoard emulation: what goes in and out of the model, and its limits.
 *
 * Types, the default limits and the two makers of a refusal; nothing else. Section numbers in this folder are those of the
 * protocol notes of ThingsBoard; C-numbers are the decisions on points where its documentation and its server disagree.
 */

export interface EntityId {
  readonly entityType: string;
  readonly id: string;
}

export const scopes = ["CLIENT_SCOPE", "SHARED_SCOPE", "SERVER_SCOPE"] as const;
export type Scope = (typeof scopes)[number];

export const severities = ["CRITICAL", "MAJOR", "MINOR", "WARNING", "INDETERMINATE"] as const;
export type Severity = (typeof severities)[number];

/** A value as the platform keeps it: its type, and the text that it has on every wire (`42`, `42.0`, `true`, JSON). */
export interface Value {
  readonly type: "STRING" | "LONG" | "DOUBLE" | "BOOLEAN" | "JSON";
  readonly text: string;
}

/** A value and its time, milliseconds since 1970. */
export interface Stamped {
  readonly ts: number;
  readonly value: Value;
}

/** How a device proves who it is. */
export type Credentials =
  | { readonly type: "ACCESS_TOKEN"; readonly token: string }
  | { readonly type: "MQTT_BASIC"; readonly clientId: string | null; readonly userName: string | null; readonly password: string | null };

export interface Alarm {
  readonly id: string;
  readonly tenantId: string;
  readonly customerId: string | null;
  readonly originator: EntityId;
  readonly type: string;
  readonly severity: Severity;
  readonly acknowledged: boolean;
  readonly cleared: boolean;
  /** A user's id. */
  readonly assignee: string | null;
  readonly createdTime: number;
  readonly startTs: number;
  readonly endTs: number;
  readonly ackTs: number;
  readonly clearTs: number;
  readonly assignTs: number;
  readonly details: unknown;
}

export interface Notification {
  readonly id: string;
  /** The user whose it is. */
  readonly recipient: string;
  readonly createdTime: number;
  readonly type: string;
  readonly subject: string;
  readonly text: string;
  readonly read: boolean;
}

/** Who asks on the side of the applications. */
export interface Principal {
  readonly userId: string;
  readonly email: string;
  readonly tenantId: string;
  /** Undefined for the administrator of a tenant, who sees all of it. */
  readonly customerId: string | undefined;
}

/** Why the model refused; each transport turns it into its own codes. `unavailable`: the state could not be stored. */
export type Refusal = "badRequest" | "unauthorized" | "forbidden" | "notFound" | "unavailable";

export interface Refused {
  readonly ok: false;
  readonly reason: Refusal;
  /** For the peer; holds no secret. */
  readonly message: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | Refused;

export function refuse(reason: Refusal, message: string): Refused {
  return { ok: false, reason, message };
}

export function done<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export interface ModelLimits {
  /** Characters of a name, a type, a label, an alarm's type. */
  readonly nameCharsMax: number;
  /** Characters of a key of an attribute or a time series. */
  readonly keyCharsMax: number;
  /** Values in one write of a device or an application. */
  readonly writeValuesMax: number;
  /** Characters of the text of one value, of an alarm's details, of a notification. */
  readonly valueCharsMax: number;
  /** Keys of one device in one scope, or of its time series. */
  readonly keysPerDeviceMax: number;
  /** Points kept per device and key; the oldest go first. */
  readonly seriesPointsMax: number;
  /** Points kept in all; at the limit a series takes a new point in place of its oldest. */
  readonly pointsMax: number;
  readonly devicesMax: number;
  readonly customersMax: number;
  readonly usersMax: number;
  /** Alarms in all. */
  readonly alarmsMax: number;
  /** Notifications kept per user; the oldest go first. */
  readonly notificationsPerUserMax: number;
  /** Calls of the applications that wait for one device. */
  readonly rpcPerDeviceMax: number;
  /** Claims that wait for a customer, in all; the oldest go first. */
  readonly claimsMax: number;
  /** Points that one query of a time series may give. */
  readonly queryPointsMax: number;
  /** Buckets of one aggregation (`database.ts_max_intervals`). */
  readonly intervalsMax: number;
  /** How long a token of the REST API lives, and the one that renews it. */
  readonly tokenMs: number;
  readonly refreshMs: number;
  /** Silence after which a device counts as inactive. */
  readonly inactivityMs: number;
}

export const modelLimits: ModelLimits = {
  nameCharsMax: 255,
  keyCharsMax: 255,
  writeValuesMax: 1000,
  valueCharsMax: 16384,
  keysPerDeviceMax: 1000,
  seriesPointsMax: 10000,
  pointsMax: 5000000,
  devicesMax: 100000,
  customersMax: 10000,
  usersMax: 10000,
  alarmsMax: 100000,
  notificationsPerUserMax: 1000,
  rpcPerDeviceMax: 100,
  claimsMax: 10000,
  queryPointsMax: 50000,
  intervalsMax: 700,
  tokenMs: 9000 * 1000,
  refreshMs: 604800 * 1000,
  inactivityMs: 600 * 1000,
};
