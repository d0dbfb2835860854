/**
 * Who hears of which change: channels named by account and canonical path (section 6.4).
 *
 * Deliveries run one after the other in the order of acceptance, also when a listener writes from within its own call.
 * A listener that throws is reported and hurts no other.
 */
import type { Origin } from "./types";

/** Of what a notice tells: what a listener needs to know to judge whether it may hear it. */
export interface About {
  readonly projects: readonly string[];
  /** The thng of an action. */
  readonly thng?: string;
}

/** Hears the text of one notice, empty for a deletion (B3). Must not throw. */
export type Listener = (text: string, about: About, origin: Origin) => void;

export interface Notices {
  /** Adds a listener to a channel; the answer takes it away again (idempotent). */
  listen(channel: string, listener: Listener): () => void;
  /** Hands `body` (undefined: a deletion) to every listener of the channel, after those of earlier calls. */
  tell(channel: string, body: unknown, about: About, origin: Origin): void;
  /** Listeners at this moment. */
  count(): number;
}

/** `failed` hears of each call of a listener that threw. */
export function newNotices(failed: () => void): Notices {
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
    listen: (channel, listener) => {
      const entry = { listener };
      const set = channels.get(channel) ?? new Set();
      channels.set(channel, set.add(entry));
      listeners += 1;
      return () => {
        if (set.delete(entry)) listeners -= 1;
        if (set.size === 0 && channels.get(channel) === set) channels.delete(channel);
      };
    },
    tell: (channel, body, about, origin) => {
      const set = channels.get(channel);
      if (set === undefined) return;
      const text = body === undefined ? "" : JSON.stringify(body);
      for (const entry of set) {
        waiting.push(() => {
          // It may have gone away while earlier ones were told.
          if (set.has(entry)) entry.listener(text, about, origin);
        });
      }
      drain();
    },
    count: () => listeners,
  };
}
