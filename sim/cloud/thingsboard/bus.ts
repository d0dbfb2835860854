/**
 * What is told when an accepted change is made, to those who watch its entity, its tenant or its user (section 9.1): a channel has the
 * id of a device, a tenant or a user.
 */
import type { Channels } from "../channels";
import type { Alarm, Notification, Scope, Stamped } from "./types";

export interface Updated extends Stamped {
  readonly key: string;
}

export type Change =
  | { readonly kind: "series"; readonly device: string; readonly points: readonly Updated[] }
  | { readonly kind: "series-gone"; readonly device: string; readonly keys: readonly string[] }
  | { readonly kind: "attributes"; readonly device: string; readonly scope: Scope; readonly values: readonly Updated[] }
  | { readonly kind: "attributes-gone"; readonly device: string; readonly scope: Scope; readonly keys: readonly string[] }
  | { readonly kind: "device-gone"; readonly device: string }
  /** Its credentials changed: connections of the old ones end. */
  | { readonly kind: "signed-out"; readonly device: string }
  | { readonly kind: "alarm"; readonly alarm: Alarm; readonly gone: boolean }
  /** `unread` of a user changed: by a new notification, or by some that were read (then `fresh` is undefined). */
  | { readonly kind: "notifications"; readonly fresh: Notification | undefined; readonly readIds: ReadonlySet<string> };

export type Bus = Channels<[change: Change]>;
