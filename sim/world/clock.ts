/**
 * Virtual time. It stands still until someone runs it, and then moves from event to event; real time plays no part.
 */
import { EventQueue, type QueuedEvent, type Scope } from "./queue";
import type { Timeline } from "./timeline";

/** Held, because looking a global up costs more than the call where tests run in a context of their own. */
const { ceil, max } = Math;

export class VirtualClock implements Timeline {
  private readonly queue = new EventQueue();
  private time = 0;
  private ran = 0;

  now(): number {
    return this.time;
  }

  /** Events run since the beginning. */
  get events(): number {
    return this.ran;
  }

  /** Events that wait. */
  get waiting(): number {
    return this.queue.size;
  }

  schedule(delayMs: number, run: () => void, scope?: Scope): QueuedEvent {
    return this.queue.add(this.time + max(0, ceil(delayMs)), run, scope);
  }

  cancel(event: QueuedEvent): void {
    this.queue.cancel(event);
  }

  /** Runs everything up to and including `ms` milliseconds from now; time then stands there. */
  run(ms: number): void {
    const end = this.time + ms;
    while (this.step(end)) continue;
    this.time = end;
  }

  /**
   * Runs until `done` holds, looking after every event, for `limitMs` at most.
   * @returns whether it came to hold
   */
  runUntil(done: () => boolean, limitMs: number): boolean {
    const end = this.time + limitMs;
    while (!done()) {
      if (this.step(end)) continue;
      this.time = end;
      return done();
    }
    return true;
  }

  /** Runs the next event if it is due at `end` or before. */
  private step(end: number): boolean {
    const next = this.queue.peek();
    if (next === undefined || next.time > end) return false;
    this.time = next.time;
    this.ran += 1;
    return this.queue.runFirst();
  }
}
