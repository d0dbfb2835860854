/**
 * Devices of a tenant: made, changed, found and taken away by applications, given to customers, and known by their
 * credentials (section 4.1, 4.2, 5).
 */
import { maySee, onlyAdmin } from "./core";
import type { Core } from "./core";
import { isRecord, textIn } from "./json";
import { credentialsKey, nameKey } from "./state";
import type { Customer, Device, DeviceInfo } from "./state";
import { done, refuse } from "./types";
import type { Credentials, Principal, Refused, Result } from "./types";

/** What a client shows of itself when it connects. */
export interface Shown {
  readonly clientId: string;
  readonly userName: string | undefined;
  readonly password: string | undefined;
}

export interface Devices {
  byToken(token: string): Device | undefined;
  /** An access token as the user name and no password, or the three of MQTT_BASIC. */
  byConnect(shown: Shown): Device | undefined;
  byName(who: Principal, name: string): Device | undefined;
  /** All that `who` may see, oldest first. */
  all(who: Principal): Device[];
  /** `{name,type,label,additionalInfo}`; with `id.id` a change of that device. */
  save(who: Principal, body: unknown, accessToken: string | undefined): Result<Device>;
  /** For provisioning: a device without anybody who asks. */
  create(info: Omit<DeviceInfo, "id" | "createdTime">): Result<Device>;
  remove(who: Principal, id: string): Result<void>;
  setCredentials(who: Principal, id: string, credentials: Credentials): Result<Device>;
  /** Undefined takes the device back from its customer. */
  assign(who: Principal, id: string, customerId: string | undefined): Result<Device>;
  /** The same, for who has shown a claim. */
  put(device: Device, changes: Partial<DeviceInfo>): Result<Device>;
  createCustomer(tenantId: string, title: unknown): Result<Customer>;
}

/** `gone` is told of each device that has been taken away, by its id. */
export function newDevices(core: Core, gone: (device: string) => void): Devices {
  const { state } = core;
  const byCredentials = (credentials: Credentials): Device | undefined => state.devices.get(state.credentials.get(credentialsKey(credentials)) ?? "");
  const put = (device: Device, changes: Partial<DeviceInfo>): Result<Device> => {
    const info = { ...device.info, ...changes };
    // A password is no part of the name under which credentials are found, and all of what opens connections.
    const isSame = isEqual(info.credentials, device.info.credentials);
    const refused = checked(core, info) ?? core.commit({ t: "device", info });
    if (refused !== undefined) return refused;
    if (!isSame) core.bus.tell(info.id, { kind: "signed-out", device: info.id });
    return done(device);
  };
  const adminOf = (who: Principal, id: string): Result<Device> => onlyAdmin(who) ?? core.deviceFor(who, id);
  return {
    byToken: (token) => byCredentials({ type: "ACCESS_TOKEN", token }),
    byConnect: (shown) => byConnect(byCredentials, shown),
    byName: (who, name) => {
      const device = state.devices.get(state.names.get(nameKey(who.tenantId, name)) ?? "");
      return device !== undefined && maySee(who, device) ? device : undefined;
    },
    all: (who) => [...state.devices.values()].filter((device) => maySee(who, device)),
    save: (who, body, accessToken) => save(core, who, body, accessToken, put),
    create: (info) => create(core, info),
    remove: (who, id) => {
      const found = adminOf(who, id);
      return found.ok ? remove(core, found.value, gone) : found;
    },
    setCredentials: (who, id, credentials) => {
      const found = adminOf(who, id);
      return found.ok ? put(found.value, { credentials }) : found;
    },
    assign: (who, id, customerId) => {
      const found = adminOf(who, id);
      if (!found.ok) return found;
      if (customerId !== undefined && state.customers.get(customerId)?.tenantId !== who.tenantId) return refuse("notFound", "Requested item wasn't found!");
      return put(found.value, { customerId: customerId ?? null });
    },
    put,
    createCustomer: (tenantId, title) => {
      if (!isName(core, title)) return refuse("badRequest", "Customer title should be specified!");
      if (state.customers.size >= core.limits.customersMax) return refuse("badRequest", `This cloud holds ${core.limits.customersMax} customers at most`);
      const customer = { id: core.newId(), tenantId, title, createdTime: core.host.now() };
      return core.commit({ t: "customer", customer }) ?? done(customer);
    },
  };
}

function byConnect(byCredentials: (credentials: Credentials) => Device | undefined, { clientId, userName, password }: Shown): Device | undefined {
  if (userName !== undefined && password === undefined) {
    const device = byCredentials({ type: "ACCESS_TOKEN", token: userName });
    if (device !== undefined) return device;
  }
  const names = [[clientId, userName ?? null], [null, userName ?? null], [clientId, null]] as const;
  for (const [client, name] of names) {
    const device = byCredentials({ type: "MQTT_BASIC", clientId: client, userName: name, password: null });
    if (device === undefined || device.info.credentials.type !== "MQTT_BASIC") continue;
    const expected = device.info.credentials.password;
    if (expected === null || expected === password) return device;
  }
  return undefined;
}

/** Refuses what a device may not be: a bad name, or a name or credentials that another one has. */
function checked(core: Core, info: Omit<DeviceInfo, "id" | "createdTime"> & { readonly id?: string }): Refused | undefined {
  const { state } = core;
  const { name, type, label, credentials } = info;
  if (!isName(core, name)) return refuse("badRequest", "Device name should be specified!");
  if (!isName(core, type) || (label !== null && !isText(core, label))) return refuse("badRequest", "Device type or label is too long");
  if (JSON.stringify(info.additionalInfo ?? null).length > core.limits.valueCharsMax) return refuse("badRequest", "additionalInfo is too large");
  const parts = credentials.type === "ACCESS_TOKEN" ? [credentials.token] : [credentials.clientId, credentials.userName].filter((part) => part !== null);
  if (parts.length === 0 || !parts.every((part) => isName(core, part))) return refuse("badRequest", "Device credentials should be specified!");
  const holder = state.credentials.get(credentialsKey(credentials));
  if (holder !== undefined && holder !== info.id) return refuse("badRequest", "Device credentials are already assigned to another device!");
  const named = state.names.get(nameKey(info.tenantId, name));
  return named !== undefined && named !== info.id ? refuse("badRequest", "Device with such name already exists!") : undefined;
}

function isEqual(one: Credentials, other: Credentials): boolean {
  const passwordOf = (credentials: Credentials): string | null => (credentials.type === "MQTT_BASIC" ? credentials.password : null);
  return credentialsKey(one) === credentialsKey(other) && passwordOf(one) === passwordOf(other);
}

function isText(core: Core, text: unknown): text is string {
  return typeof text === "string" && text.length <= core.limits.nameCharsMax;
}

function isName(core: Core, text: unknown): text is string {
  return isText(core, text) && text !== "";
}

function create(core: Core, asked: Omit<DeviceInfo, "id" | "createdTime">): Result<Device> {
  if (core.state.devices.size >= core.limits.devicesMax) return refuse("badRequest", `This cloud holds ${core.limits.devicesMax} devices at most`);
  const info = { id: core.newId(), createdTime: core.host.now(), ...asked };
  return checked(core, asked) ?? core.commit({ t: "device", info }) ?? done(core.state.devices.get(info.id) as Device);
}

function save(core: Core, who: Principal, body: unknown, accessToken: string | undefined, put: Devices["put"]): Result<Device> {
  const refused = onlyAdmin(who);
  if (refused !== undefined) return refused;
  if (!isRecord(body)) return refuse("badRequest", "The body must be a device");
  const { name, type, label, additionalInfo, id } = body;
  const text = (value: unknown, otherwise: string): string => (typeof value === "string" && value !== "" ? value : otherwise);
  const wanted = { name: text(name, ""), type: text(type, "default"), label: typeof label === "string" ? label : null, additionalInfo: additionalInfo ?? null };
  if (isRecord(id)) {
    const found = core.deviceFor(who, textIn(id["id"]));
    return found.ok ? put(found.value, { ...wanted, ...(accessToken === undefined ? {} : { credentials: { type: "ACCESS_TOKEN", token: accessToken } }) }) : found;
  }
  const token = accessToken ?? newToken(core);
  return create(core, { ...wanted, tenantId: who.tenantId, customerId: null, credentials: { type: "ACCESS_TOKEN", token }, provisioned: false });
}

/** Twenty letters and digits, as the platform makes them. */
export function newToken(core: Core): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  let token = "";
  while (token.length < 20) {
    // Bytes above the last whole multiple of the alphabet would make its first letters likelier.
    for (const byte of core.host.random(32)) if (byte < 248 && token.length < 20) token += letters[byte % 62] as string;
  }
  return token;
}

function remove(core: Core, { info }: Device, gone: (device: string) => void): Result<void> {
  const alarms = [...(core.state.alarmsOf.get(info.id) ?? [])].map((id) => core.state.alarms.get(id));
  const refused = core.commit({ t: "device-gone", id: info.id });
  if (refused !== undefined) return refused;
  for (const alarm of alarms) {
    if (alarm === undefined) continue;
    core.bus.tell(info.id, { kind: "alarm", alarm, gone: true });
    core.bus.tell(info.tenantId, { kind: "alarm", alarm, gone: true });
  }
  core.bus.tell(info.id, { kind: "device-gone", device: info.id });
  gone(info.id);
  return done(undefined);
}
