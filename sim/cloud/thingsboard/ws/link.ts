/**
 * What the commands of one socket share: who asks, how it is answered, and what is subscribed.
 *
 * Two families of answers, never mixed (section 1): `update` carries `cmdId`, `legacy` carries `subscriptionId`; an error
 * carries both (C1).
 */
import type { Cancel } from "../../host";
import type { Change } from "../bus";
import { maySee } from "../core";
import type { Thingsboard } from "../model";
import type { Device } from "../state";
import type { Principal, Refused } from "../types";
import type { NotificationWire } from "../wording";
import type { WsLimits } from "./limits";

/** The platform's numbers of errors (section 6). */
export const ErrorCode = { INTERNAL: 1, BAD_REQUEST: 2, UNAUTHORIZED: 3 } as const;

export const parseFailure = "Failed to parse the payload";

/** One command, its fields checked by name only. */
export type Command = Readonly<Record<string, unknown>> & { readonly cmdId: number; readonly type: string };

/** What stands behind a command identifier. */
export interface Subscription {
  readonly kind: string;
  stop(): void;
}

export interface Link {
  readonly model: Thingsboard;
  readonly who: Principal;
  readonly limits: WsLimits;
  readonly wire: NotificationWire;
  /** Of the second version, and of the first: equal identifiers do not collide. */
  readonly subscriptions: Map<number, Subscription>;
  readonly legacySubscriptions: Map<number, Subscription>;
  update(frame: { readonly cmdId: number; readonly cmdUpdateType: string; readonly [field: string]: unknown }): void;
  legacy(subscriptionId: number, data: Readonly<Record<string, readonly (readonly [number, string])[]>>): void;
  fail(cmdId: number, errorCode: number, errorMsg: string): void;
}

/** Answers what the model refused. */
export function refuseCommand(link: Link, cmdId: number, { reason, message }: Refused): void {
  if (reason === "unauthorized" || reason === "forbidden") link.fail(cmdId, ErrorCode.UNAUTHORIZED, "Unauthorized");
  else link.fail(cmdId, reason === "unavailable" ? ErrorCode.INTERNAL : ErrorCode.BAD_REQUEST, message);
}

/** Puts a subscription in the place of the one under its identifier; false, and an answer, when there are too many. */
export function subscribe(link: Link, map: Map<number, Subscription>, cmdId: number, subscription: Subscription): boolean {
  map.get(cmdId)?.stop();
  map.delete(cmdId);
  if (link.subscriptions.size + link.legacySubscriptions.size >= link.limits.subscriptionsMax) {
    subscription.stop();
    link.fail(cmdId, ErrorCode.BAD_REQUEST, `More than ${link.limits.subscriptionsMax} subscriptions on one connection`);
    return false;
  }
  map.set(cmdId, subscription);
  return true;
}

export function unsubscribe(map: Map<number, Subscription>, cmdId: number): void {
  map.get(cmdId)?.stop();
  map.delete(cmdId);
}

/** Hears of a device's changes for as long as who asked may see it. */
export function watchDevice({ model, who }: Link, device: Device, listener: (change: Change) => void): Cancel {
  return model.bus.watch(device.info.id, (change) => {
    if (maySee(who, device)) listener(change);
  });
}

/** Runs `look` at every refresh until stopped. */
export function refreshing({ model, limits }: Link, look: () => void): Cancel {
  let cancel: Cancel = () => undefined;
  const next = (): void => {
    cancel = model.core.host.after(limits.refreshMs, () => {
      next();
      look();
    });
  };
  next();
  return () => cancel();
}
