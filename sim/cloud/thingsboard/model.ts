/**
 * What ThingsBoard means, without any protocol: tenants, devices, their values, alarms, notifications and calls.
 *
 * Composes the parts, each of which is one subject. Every transport parses, authenticates and calls this one model, so that
 * what is written by one is seen on all.
 */
import type { Host } from "../host";
import type { Keeper } from "../keeper";
import { newAccounts, tenantDefault } from "./accounts";
import type { Accounts, UserOptions } from "./accounts";
import { newAlarms } from "./alarms";
import type { Alarms } from "./alarms";
import type { Bus } from "./bus";
import { newCore } from "./core";
import type { Core } from "./core";
import { newData } from "./data";
import type { Data } from "./data";
import { newDevices } from "./devices";
import type { Devices } from "./devices";
import { newNotifications } from "./notifications";
import type { Notifications } from "./notifications";
import { newPresence } from "./presence";
import type { Presence } from "./presence";
import { newProvision } from "./provision";
import type { Profile, Provision } from "./provision";
import { newRpc } from "./rpc";
import type { Rpc } from "./rpc";
import type { State } from "./state";
import { modelLimits } from "./types";
import type { ModelLimits } from "./types";

export interface ProfileOptions extends Pick<Profile, "key" | "secret"> {
  readonly type?: string;
  readonly strategy?: Profile["strategy"];
  /** Name of the tenant; default "Tenant". */
  readonly tenant?: string;
}

export interface ThingsboardOptions {
  readonly users?: readonly UserOptions[];
  /** Profiles whose devices may provision themselves. */
  readonly profiles?: readonly ProfileOptions[];
  /** Answers a device's own calls: JSON, or undefined for a method that it does not know. */
  readonly answerDevice?: (method: string, params: unknown) => unknown;
  readonly limits?: Partial<ModelLimits>;
  readonly keeper?: Keeper;
}

export interface Thingsboard {
  readonly limits: ModelLimits;
  /** To be read only. */
  readonly state: State;
  readonly core: Core;
  readonly bus: Bus;
  readonly accounts: Accounts;
  readonly devices: Devices;
  readonly provision: Provision;
  readonly data: Data;
  readonly presence: Presence;
  readonly rpc: Rpc;
  readonly alarms: Alarms;
  readonly notifications: Notifications;
  readonly answerDevice: (method: string, params: unknown) => unknown;
  /** Ends timers and calls that wait. */
  close(): void;
}

/** Makes the model, with all that its keeper kept. Throws for options that make no sense. */
export function createThingsboard(host: Host, options: ThingsboardOptions = {}): Thingsboard {
  const core = newCore(host, { ...modelLimits, ...options.limits }, options.keeper);
  const accounts = newAccounts(core, options.users ?? []);
  const data = newData(core);
  const rpc = newRpc(core);
  const devices = newDevices(core, rpc.forget);
  const presence = newPresence(core, data);
  const profiles = (options.profiles ?? []).map(({ key, secret, type = "default", strategy = "createNew", tenant = tenantDefault }): Profile => {
    if (key === "" || secret === "") throw new Error("A provisioning profile needs a key and a secret");
    return { key, secret, type, strategy, tenantId: accounts.tenantId(tenant) };
  });
  return {
    limits: core.limits,
    state: core.state,
    core,
    bus: core.bus,
    accounts,
    devices,
    provision: newProvision(core, devices, data, profiles),
    data,
    presence,
    rpc,
    alarms: newAlarms(core),
    notifications: newNotifications(core),
    answerDevice: options.answerDevice ?? (() => undefined),
    close: () => {
      presence.close();
      rpc.close();
    },
  };
}
