/**
 * All that the emulation knows, and the entries of which it is made.
 *
 * Every change is an entry: it is written to the journal first and then applied, and a restart applies the same entries
 * again; `dump` gives entries that make an equal state. Nothing else may change the state. No rule is checked here: the
 * model checks before it makes an entry.
 */
import { cut, insert } from "./series";
import type { Series } from "./series";
import type { Alarm, Credentials, ModelLimits, Notification, Scope, Stamped, Value } from "./types";
import { scopes } from "./types";

/** What a device is, apart from its values. */
export interface DeviceInfo {
  readonly id: string;
  readonly tenantId: string;
  readonly customerId: string | null;
  readonly name: string;
  readonly type: string;
  readonly label: string | null;
  readonly additionalInfo: unknown;
  readonly createdTime: number;
  readonly credentials: Credentials;
  /** Whether a pre-made device has been provisioned. */
  readonly provisioned: boolean;
}

export interface Device {
  info: DeviceInfo;
  readonly attributes: Readonly<Record<Scope, Map<string, Stamped>>>;
  readonly series: Map<string, Series>;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
}

export interface Customer {
  readonly id: string;
  readonly tenantId: string;
  readonly title: string;
  readonly createdTime: number;
}

export interface User {
  readonly id: string;
  readonly tenantId: string;
  readonly customerId: string | null;
  readonly email: string;
  readonly salt: string;
  readonly hash: string;
}

/** A value in an entry: key, time, type, text. */
type Kept = readonly [key: string, ts: number, type: Value["type"], text: string];

export type Entry =
  | { readonly t: "secret"; readonly secret: string }
  | { readonly t: "tenant"; readonly tenant: Tenant }
  | { readonly t: "customer"; readonly customer: Customer }
  | { readonly t: "user"; readonly user: User }
  | { readonly t: "device"; readonly info: DeviceInfo }
  | { readonly t: "device-gone"; readonly id: string }
  | { readonly t: "attributes"; readonly id: string; readonly scope: Scope; readonly values: readonly Kept[] }
  | { readonly t: "attributes-gone"; readonly id: string; readonly scope: Scope; readonly keys: readonly string[] }
  /** `kept`: of a snapshot, whose points were within the limit of all when they came, in whatever order. */
  | { readonly t: "series"; readonly id: string; readonly points: readonly Kept[]; readonly kept?: true }
  | { readonly t: "series-gone"; readonly id: string; readonly keys: readonly string[]; readonly startTs: number; readonly endTs: number }
  | { readonly t: "alarm"; readonly alarm: Alarm }
  | { readonly t: "alarm-gone"; readonly id: string }
  | { readonly t: "notifications"; readonly notifications: readonly Notification[] };

export interface State {
  /** Signs the tokens of the REST API; "" until it is made. */
  secret: string;
  readonly tenants: Map<string, Tenant>;
  readonly customers: Map<string, Customer>;
  readonly users: Map<string, User>;
  /** Addresses in small letters to user ids. */
  readonly emails: Map<string, string>;
  readonly devices: Map<string, Device>;
  /** `nameKey` to device ids. */
  readonly names: Map<string, string>;
  /** `credentialsKey` to device ids. */
  readonly credentials: Map<string, string>;
  readonly alarms: Map<string, Alarm>;
  /** Originator's id to the ids of its alarms, oldest first. */
  readonly alarmsOf: Map<string, Set<string>>;
  /** User's id to notifications by id, oldest first. */
  readonly notifications: Map<string, Map<string, Notification>>;
  /** Points stored in all. */
  points: number;
}

export function newState(): State {
  return {
    secret: "", points: 0,
    tenants: new Map(), customers: new Map(), users: new Map(), emails: new Map(), devices: new Map(), names: new Map(),
    credentials: new Map(), alarms: new Map(), alarmsOf: new Map(), notifications: new Map(),
  };
}

/** Names of devices are unique within a tenant. */
export function nameKey(tenantId: string, name: string): string {
  return `${tenantId} ${name}`;
}

/** Credentials are unique within a cloud, of any tenant. */
export function credentialsKey(credentials: Credentials): string {
  if (credentials.type === "ACCESS_TOKEN") return JSON.stringify(["token", credentials.token]);
  // Of name and client identifier either may be left out: the platform keeps a name for each of the three cases.
  return JSON.stringify(["basic", credentials.clientId, credentials.userName]);
}

export function apply(state: State, entry: Entry, limits: ModelLimits): void {
  switch (entry.t) {
    case "secret":
      state.secret = entry.secret;
      return;
    case "tenant":
      return void state.tenants.set(entry.tenant.id, entry.tenant);
    case "customer":
      return void state.customers.set(entry.customer.id, entry.customer);
    case "user":
      state.users.set(entry.user.id, entry.user);
      return void state.emails.set(entry.user.email.toLowerCase(), entry.user.id);
    case "device":
      return applyDevice(state, entry.info);
    case "device-gone":
      return removeDevice(state, entry.id);
    case "attributes": {
      const map = state.devices.get(entry.id)?.attributes[entry.scope];
      for (const [key, ts, type, text] of entry.values) map?.set(key, { ts, value: { type, text } });
      return;
    }
    case "attributes-gone":
      for (const key of entry.keys) state.devices.get(entry.id)?.attributes[entry.scope].delete(key);
      return;
    case "series":
      return applySeries(state, entry, limits);
    case "series-gone":
      return applySeriesGone(state, entry);
    case "alarm":
      return applyAlarm(state, entry.alarm);
    case "alarm-gone":
      return removeAlarm(state, entry.id);
    case "notifications":
      for (const one of entry.notifications) applyNotification(state, one, limits);
  }
}

function applyDevice(state: State, info: DeviceInfo): void {
  const before = state.devices.get(info.id);
  if (before !== undefined) forgetNames(state, before.info);
  state.names.set(nameKey(info.tenantId, info.name), info.id);
  state.credentials.set(credentialsKey(info.credentials), info.id);
  if (before !== undefined) before.info = info;
  else state.devices.set(info.id, { info, attributes: { CLIENT_SCOPE: new Map(), SHARED_SCOPE: new Map(), SERVER_SCOPE: new Map() }, series: new Map() });
}

function forgetNames(state: State, info: DeviceInfo): void {
  state.names.delete(nameKey(info.tenantId, info.name));
  state.credentials.delete(credentialsKey(info.credentials));
}

function removeDevice(state: State, id: string): void {
  const device = state.devices.get(id);
  if (device === undefined) return;
  for (const series of device.series.values()) state.points -= series.length;
  for (const alarm of [...(state.alarmsOf.get(id) ?? [])]) removeAlarm(state, alarm);
  forgetNames(state, device.info);
  state.devices.delete(id);
}

function applySeries(state: State, entry: Entry & { t: "series" }, limits: ModelLimits): void {
  const device = state.devices.get(entry.id);
  if (device === undefined) return;
  for (const [key, ts, type, text] of entry.points) {
    let series = device.series.get(key);
    if (series === undefined) device.series.set(key, (series = []));
    const full = series.length > 0 && (series.length >= limits.seriesPointsMax || (entry.kept !== true && state.points >= limits.pointsMax));
    state.points += insert(series, { ts, value: { type, text } }, full);
  }
}

function applySeriesGone(state: State, entry: Entry & { t: "series-gone" }): void {
  const device = state.devices.get(entry.id);
  for (const key of entry.keys) {
    const series = device?.series.get(key);
    if (series === undefined) continue;
    state.points -= cut(series, entry.startTs, entry.endTs);
    if (series.length === 0) device?.series.delete(key);
  }
}

function applyAlarm(state: State, alarm: Alarm): void {
  state.alarms.set(alarm.id, alarm);
  const own = state.alarmsOf.get(alarm.originator.id) ?? new Set();
  state.alarmsOf.set(alarm.originator.id, own.add(alarm.id));
}

function removeAlarm(state: State, id: string): void {
  const originator = state.alarms.get(id)?.originator.id;
  if (originator === undefined) return;
  state.alarms.delete(id);
  const own = state.alarmsOf.get(originator);
  own?.delete(id);
  if (own?.size === 0) state.alarmsOf.delete(originator);
}

function applyNotification(state: State, notification: Notification, limits: ModelLimits): void {
  const own = state.notifications.get(notification.recipient) ?? new Map<string, Notification>();
  state.notifications.set(notification.recipient, own.set(notification.id, notification));
  const oldest = own.keys().next().value;
  if (oldest !== undefined && own.size > limits.notificationsPerUserMax) own.delete(oldest);
}

/** Values in one entry of a dump: bounds the length of a line of the journal. */
const dumpedValuesMax = 500;

/** Entries that make an equal state out of an empty one. */
export function* dump(state: State): Iterable<Entry> {
  if (state.secret !== "") yield { t: "secret", secret: state.secret };
  for (const tenant of state.tenants.values()) yield { t: "tenant", tenant };
  for (const customer of state.customers.values()) yield { t: "customer", customer };
  for (const user of state.users.values()) yield { t: "user", user };
  for (const { info, attributes, series } of state.devices.values()) {
    yield { t: "device", info };
    for (const scope of scopes) {
      for (const values of pieces([...attributes[scope]].map(([key, stamped]) => kept(key, stamped)))) yield { t: "attributes", id: info.id, scope, values };
    }
    for (const [key, points] of series) {
      for (const piece of pieces(points.map((point) => kept(key, point)))) yield { t: "series", id: info.id, points: piece, kept: true };
    }
  }
  for (const alarm of state.alarms.values()) yield { t: "alarm", alarm };
  for (const own of state.notifications.values()) {
    for (const notifications of pieces([...own.values()])) yield { t: "notifications", notifications };
  }
}

function pieces<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / dumpedValuesMax);
  return Array.from({ length: count }, (_, i) => all.slice(i * dumpedValuesMax, (i + 1) * dumpedValuesMax));
}

export function kept(key: string, { ts, value }: Stamped): Kept {
  return [key, ts, value.type, value.text];
}
