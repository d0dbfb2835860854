/**
 * The one walk over the reading log that an agent needs: every reading that waits, oldest first. Everything that a walk is made
 * of is used here alone, so that on a device it exists only while one runs.
 */
import { logAcknowledge, logCursor, logEntry, logNext, logRewind } from "./log";
import type { ReadingLog } from "./log";

/** What is to become of a reading that was visited. */
export const enum Visit {
  /** It goes on waiting. */
  keep = 0,
  /** It is acknowledged, and leaves. */
  acknowledge = 1,
  /** It goes on waiting, and nothing more is visited. */
  stop = 2,
}

/** Visits the readings that wait. A reading that `visit` appends is visited in the same walk. */
export function logEach(log: ReadingLog, visit: (this: void, sequence: number, bytes: string) => Visit): void {
  const cursor = logCursor();
  const entry = logEntry();
  logRewind(log, cursor);
  while (logNext(log, cursor, entry)) {
    const verdict = visit(entry.sequence, entry.bytes);
    if (verdict === Visit.stop) return;
    if (verdict === Visit.acknowledge) logAcknowledge(log, cursor, entry.sequence);
  }
}
