/**
 * Who hears of which write: watchers of a thing, and watchers of a user's resource (section 9, A25).
 *
 * Deliveries run one after the other in the order of acceptance, also when a listener writes from within its own call.
 * A listener that throws is reported and hurts no other.
 */
import type { Element, Listener, Origin } from "./types";

export interface Watchers {
  /** Adds a listener to a channel; the answer takes it away again (idempotent). */
  watch(channel: string, listener: Listener): () => void;
  /** Hands elements to every listener of the channel, after those of earlier calls. */
  tell(channel: string, elements: readonly Element[], origin: Origin): void;
  /** Listeners at this moment. */
  count(): number;
}

/** `failed` hears of each call of a listener that threw. */
export function newWatchers(failed: () => void): Watchers {
  const channels = new Map<string, Set<{ readonly listener: Listener }>>();
  const waiting: (() => void)[] = [];
  let telling = false;
  let listeners = 0;

  function drain(): void {
    if (telling) return;
    telling = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        next();
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
    tell: (channel, elements, origin) => {
      const set = channels.get(channel);
      if (set === undefined) return;
      for (const entry of set) {
        waiting.push(() => {
          // It may have gone away while earlier ones were told.
          if (set.has(entry)) entry.listener(elements, origin);
        });
      }
      drain();
    },
    count: () => listeners,
  };
}

/** The channel of a thing, by thing id. */
export function thingChannel(thingId: string): string {
  return `thing ${thingId}`;
}

/** The channel of a user's resource. */
export function resourceChannel(userId: string, resource: string): string {
  return `user ${userId} ${resource}`;
}
