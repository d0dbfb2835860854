/**
 * The face of time that chips, pins, radio and clock are written against, so that one model of each serves the virtual
 * world and a desk in real time. Callbacks of one timeline run in the order of (time, order of scheduling).
 */
import type { QueuedEvent, Scope } from "./queue";

export interface Timeline {
  /** Milliseconds since the timeline began: an integer that never goes back. */
  now(): number;
  /** Runs `run` on a later turn, `delayMs` from now (rounded up to whole milliseconds), never early; in a scope, if it has one. */
  schedule(delayMs: number, run: () => void, scope?: Scope): QueuedEvent;
  /** Idempotent. */
  cancel(event: QueuedEvent): void;
}
