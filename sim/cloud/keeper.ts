/** Where a cloud's model keeps its changes: the journal on disk, a list in a test, or nowhere. Types only. */

export interface Keeper {
  /** What was kept before, in order. */
  readonly entries: readonly unknown[];
  /** Keeps one entry; throws when it could not, and has then kept nothing of it. */
  append(entry: unknown): void;
  /** Called after each change; may replace all that was kept by what `dump` gives. Never throws. */
  settle(dump: () => Iterable<unknown>): void;
}
