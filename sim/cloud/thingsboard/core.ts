/**
 * What the parts of the model share: the state, the only ways to change it, and who may see what.
 *
 * No protocol and no input or output of its own: time, randomness and storage come in from outside. Nothing here logs a
 * token, a password or a key of a secret.
 */
import { newChannels } from "../channels";
import type { Host } from "../host";
import type { Keeper } from "../keeper";
import type { Bus } from "./bus";
import { uuidOf } from "./json";
import { apply, dump, newState } from "./state";
import type { Device, Entry, State } from "./state";
import { done, refuse } from "./types";
import type { ModelLimits, Principal, Refused, Result } from "./types";

export interface Core {
  readonly host: Host;
  readonly state: State;
  readonly limits: ModelLimits;
  readonly bus: Bus;
  newId(): string;
  /** Keeps and applies one entry, or tells why it could not; nothing is changed then. */
  commit(entry: Entry): Refused | undefined;
  /** The device of an id, for who may see it: notFound for no such device, forbidden for somebody else's. */
  deviceFor(who: Principal, id: string): Result<Device>;
}

export function newCore(host: Host, limits: ModelLimits, keeper: Keeper | undefined): Core {
  const state = newState();
  for (const entry of keeper?.entries ?? []) apply(state, entry as Entry, limits);
  return {
    host,
    state,
    limits,
    bus: newChannels(() => host.log({ event: "watcher-failed" })),
    newId: () => uuidOf(host.random(16)),
    commit: (entry) => {
      try {
        keeper?.append(entry);
      } catch {
        host.log({ event: "state-not-written" });
        return refuse("unavailable", "The state could not be stored");
      }
      apply(state, entry, limits);
      keeper?.settle(() => dump(state));
      return undefined;
    },
    deviceFor: (who, id) => {
      const device = state.devices.get(id);
      if (device === undefined) return refuse("notFound", "Requested item wasn't found!");
      return maySee(who, device) ? done(device) : refuse("forbidden", "You don't have permission to perform this operation!");
    },
  };
}

/** An administrator sees the devices of the tenant, a customer's user those of the customer. */
export function maySee(who: Principal, { info }: Device): boolean {
  return info.tenantId === who.tenantId && (who.customerId === undefined || info.customerId === who.customerId);
}

/** Refuses what is for the administrator of a tenant alone. */
export function onlyAdmin(who: Principal): Refused | undefined {
  return who.customerId === undefined ? undefined : refuse("forbidden", "You don't have permission to perform this operation!");
}
