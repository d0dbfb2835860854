/**
 * Provisioning, the platform's activation (section 4.2), and claiming, by which a customer takes a device over.
 *
 * A profile's key and secret are the activation code. The answer holds the access token once and never again: a device
 * that lost it is refused under its name, as on the platform.
 */
import type { Core } from "./core";
import type { Data } from "./data";
import { newToken } from "./devices";
import type { Devices } from "./devices";
import { isRecord, plainJson, textIn } from "./json";
import { nameKey } from "./state";
import type { Device } from "./state";
import { done, refuse } from "./types";
import type { Credentials, Principal, Result } from "./types";

/** A device profile that lets devices provision themselves. */
export interface Profile {
  readonly key: string;
  readonly secret: string;
  readonly tenantId: string;
  /** The type that its devices get. */
  readonly type: string;
  /** `createNew`: ALLOW_CREATE_NEW_DEVICES; `preMade`: CHECK_PRE_PROVISIONED_DEVICES. */
  readonly strategy: "createNew" | "preMade";
}

export interface Provision {
  /** The body of the answer: with `status` SUCCESS, FAILURE or NOT_FOUND. */
  provision(body: unknown): { readonly status: string; readonly [field: string]: unknown };
  /** A device offers itself to the customer who knows its secret; the default time is a day. Refused: a bad body. */
  offer(device: Device, body: Buffer): Result<void>;
  /** A customer's user takes an offered device. */
  claim(who: Principal, name: string, secretKey: string): Result<Device>;
}

const notFound = { errorMsg: "Provision data was not found!", status: "NOT_FOUND" };
const failure = { errorMsg: "Failed to provision device!", status: "FAILURE" };
const offerMsDefault = 86400000;

export function newProvision(core: Core, devices: Devices, data: Data, profiles: readonly Profile[]): Provision {
  const offers = new Map<string, { readonly secretKey: string; readonly until: number }>();
  const byKey = new Map(profiles.map((profile) => [profile.key, profile]));
  return {
    provision: (body) => {
      const asked = plainJson(body);
      if (!isRecord(asked)) return failure;
      const profile = byKey.get(textIn(asked["provisionDeviceKey"]));
      if (profile === undefined || profile.secret !== asked["provisionDeviceSecret"]) return notFound;
      const device = provision(core, devices, profile, asked);
      if (device === undefined) return failure;
      data.writeAttributes(device, "SERVER_SCOPE", [["provisionState", { type: "STRING", text: "provisioned" }]]);
      const { credentials } = device.info;
      const { type, ...parts } = credentials;
      return { credentialsValue: credentials.type === "ACCESS_TOKEN" ? credentials.token : parts, credentialsType: type, status: "SUCCESS" };
    },
    offer: (device, body) => {
      const asked = body.length === 0 ? {} : plainJson(body);
      if (!isRecord(asked)) return refuse("badRequest", "The body must be a JSON object");
      const { secretKey = "", durationMs = offerMsDefault } = asked;
      if (typeof secretKey !== "string" || secretKey.length > core.limits.nameCharsMax) return refuse("badRequest", "secretKey must be a short text");
      if (typeof durationMs !== "number" || !(durationMs > 0)) return refuse("badRequest", "durationMs must be a positive number");
      offers.delete(device.info.id);
      const oldest = offers.keys().next().value;
      if (oldest !== undefined && offers.size >= core.limits.claimsMax) offers.delete(oldest);
      offers.set(device.info.id, { secretKey, until: core.host.now() + durationMs });
      return done(undefined);
    },
    claim: (who, name, secretKey) => {
      const device = core.state.devices.get(core.state.names.get(nameKey(who.tenantId, name)) ?? "");
      const offer = device === undefined ? undefined : offers.get(device.info.id);
      if (who.customerId === undefined) return refuse("forbidden", "You don't have permission to perform this operation!");
      if (device === undefined || offer?.secretKey !== secretKey || offer.until < core.host.now()) return refuse("badRequest", "FAILURE");
      if (device.info.customerId !== null) return refuse("badRequest", "CLAIMED");
      const claimed = devices.put(device, { customerId: who.customerId });
      if (claimed.ok) offers.delete(device.info.id);
      return claimed;
    },
  };
}

/** The provisioned device; undefined for every refusal. */
function provision(core: Core, devices: Devices, profile: Profile, asked: Record<string, unknown>): Device | undefined {
  const credentials = credentialsOf(core, asked);
  const name = asked["deviceName"] ?? newToken(core);
  if (credentials === undefined || typeof name !== "string") return undefined;
  const present = core.state.devices.get(core.state.names.get(nameKey(profile.tenantId, name)) ?? "");
  if (profile.strategy === "preMade") {
    if (present === undefined || present.info.provisioned || present.info.type !== profile.type) return undefined;
    const changed = devices.put(present, { credentials, provisioned: true });
    return changed.ok ? changed.value : undefined;
  }
  if (present !== undefined) return undefined;
  const { tenantId, type } = profile;
  const made = devices.create({ tenantId, customerId: null, name, type, label: null, additionalInfo: null, credentials, provisioned: true });
  return made.ok ? made.value : undefined;
}

/** The credentials that the device brings, or new ones; certificates are not offered. */
function credentialsOf(core: Core, asked: Record<string, unknown>): Credentials | undefined {
  const type = asked["credentialsType"] ?? "ACCESS_TOKEN";
  const text = (name: string): string | null => (typeof asked[name] === "string" ? asked[name] : null);
  if (type === "ACCESS_TOKEN") return { type, token: text("token") ?? newToken(core) };
  if (type !== "MQTT_BASIC") return undefined;
  return { type, clientId: text("clientId"), userName: text("username"), password: text("password") };
}
