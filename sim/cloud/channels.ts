/**
 * Who hears of which change of a cloud's model: listeners by channel, a name that the platform gives to whatever can be watched.
 *
 * Deliveries run one after the other in the order of acceptance, also when a listener writes from within its own call.
 * A listener that throws is reported and hurts no other.
 */

export interface Channels<Heard extends readonly unknown[]> {
  /** Adds a listener to a channel; the answer takes it away again (idempotent). */
  watch(channel: string, listener: (...heard: Heard) => void): () => void;
  /** Whether anybody listens, where it costs something to say what there is to hear. */
  isWatched(channel: string): boolean;
  /** Tells every listener of the channel, after what was told by earlier calls. */
  tell(channel: string, ...heard: Heard): void;
  /** Listeners at this moment. */
  count(): number;
}

/** `failed` hears of each call of a listener that threw. */
export function newChannels<Heard extends readonly unknown[]>(failed: () => void): Channels<Heard> {
  type Entry = { readonly listener: (...heard: Heard) => void };
  const channels = new Map<string, Set<Entry>>();
  const waiting: { readonly set: ReadonlySet<Entry>; readonly entry: Entry; readonly heard: Heard }[] = [];
  let telling = false;
  let listeners = 0;

  function drain(): void {
    if (telling) return;
    telling = true;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        // It may have gone away while earlier ones were told.
        if (next.set.has(next.entry)) next.entry.listener(...next.heard);
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
    isWatched: (channel) => channels.has(channel),
    tell: (channel, ...heard) => {
      const set = channels.get(channel);
      if (set === undefined) return;
      for (const entry of set) waiting.push({ set, entry, heard });
      drain();
    },
    count: () => listeners,
  };
}
