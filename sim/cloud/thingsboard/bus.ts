/**
 * The one change bus: every accepted change is told to those who watch its entity, its tenant or its user (section 9.1).
 *
 * Deliveries run one after the other in the order of acceptance, also when a listener writes from within its own call. A
 * listener that throws is reported and hurts no other.
 */
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

export type Listener = (change: Change) => void;

export interface Bus {
  /** Adds a listener to a channel: the id of a device, a tenant or a user. The answer takes it away again (idempotent). */
  watch(channel: string, listener: Listener): () => void;
  tell(channel: string, change: Change): void;
  /** Listeners at this moment. */
  count(): number;
}

/** `failed` hears of each call of a listener that threw. */
export function newBus(failed: () => void): Bus {
  const channels = new Map<string, Set<{ readonly listener: Listener }>>();
  const waiting: { readonly listener: Listener; readonly change: Change; readonly isThere: () => boolean }[] = [];
  let telling = false;
  let listeners = 0;

  function drain(): void {
    if (telling) return;
    telling = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        if (next.isThere()) next.listener(next.change);
      } catch {
        failed();
      }
    }
    telling = false;
  }

  return {
    watch: (channel, listener) => {
      const entry = { listener };
      const set = channels.get(channel) ?? new Set();
      channels.set(channel, set.add(entry));
      listeners += 1;
      return () => {
        if (set.delete(entry)) listeners -= 1;
        if (set.size === 0 && channels.get(channel) === set) channels.delete(channel);
      };
    },
    tell: (channel, change) => {
      const set = channels.get(channel);
      for (const entry of set ?? []) waiting.push({ listener: entry.listener, change, isThere: () => set?.has(entry) === true });
      drain();
    },
    count: () => listeners,
  };
}
