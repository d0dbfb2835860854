/** What a reading log holds, and a place in it. No code. */
import type { ChecksumPort } from "../../hal/ports/checksum";
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import type { StoreState } from "./code";

/** What a cursor has met in its block so far. */
export const enum BlockView {
  /** A record that waits, or a gap: the block is not done. */
  waiting = 0,
  /** Acknowledged records only, from the first on. */
  clear = 1,
  /** Marked done: its records are not looked at. */
  done = 2,
}

/** A place in the log; made by `logCursor`, moved by `logRewind` and `logNext`. Opaque to the caller. */
export interface LogCursor {
  /** Serial of the block; it names no block once that is dropped. */
  serial: number;
  block: number;
  /** Offset in the block of what comes next. */
  offset: number;
  /** The last sequence passed. */
  sequence: number;
  /** Offset of the record that `logNext` gave last. */
  record: number;
  /** Sequence of that record, or 0. */
  given: number;
  view: BlockView;
  /** Sequences missing on the way, in all. */
  lost: number;
}

/** A reading log. `state`, `code`, `lastSequence`, `waiting`, `droppedFull` and `droppedCorrupt` may be read by anyone. */
export interface ReadingLog {
  readonly flash: FlashPort;
  readonly checksum: ChecksumPort;
  readonly area: FlashArea;
  state: StoreState;
  /** Why the last `logAppend` was refused; 0 when it was not. */
  code: number;
  /** The sequence of the newest record; 0 when there never was one. */
  lastSequence: number;
  /** Readings accepted, not acknowledged and not dropped. After boot an upper bound, exact once they have been walked through. */
  waiting: number;
  /** Readings dropped unacknowledged because the log was full, since the area was made. */
  droppedFull: number;
  /** Readings lost to damage: their sequences are missing. */
  droppedCorrupt: number;
  /**
   * The block that is written to, its serial (0: there is none), and where the next record goes in it. One that took no header and was
   * passed over counts as a full one.
   */
  block: number;
  serial: number;
  end: number;
  /** Sequences to pass over when the next block begins; below 0, those passed over when the newest began. */
  skip: number;
  /** Of `droppedCorrupt`, those in blocks dropped since: what the next header stores. */
  corruptBefore: number;
  /** Up to here the account in `waiting` and `droppedCorrupt` is exact. */
  surveyed: number;
  /** Before the oldest record that waits; moved on by `logRewind`. */
  readonly oldest: LogCursor;
  /** Sequences acknowledged whose mark could not be programmed: they wait again after a boot. */
  readonly unmarked: number[];
}
