/**
 * The event queue of the virtual world: a binary heap ordered by (time, sequence), so that events of one millisecond run
 * in the order in which they were made. That order is the whole of the world's determinism; nothing else may order events.
 */

/** What an action belongs to, which may have ended meanwhile, and which judges what it throws. */
export interface Scope {
  /** Runs it, or not. */
  enter(run: () => void): void;
}

/** One thing that will happen. `run` is undefined once it happened or was cancelled. */
export interface QueuedEvent {
  /** World time, ms. */
  readonly time: number;
  readonly sequence: number;
  run: (() => void) | undefined;
  readonly scope: Scope | undefined;
}

/** Below this many cancelled events a sweep costs more than it frees. */
const SWEEP_MIN = 64;

export class EventQueue {
  private heap: QueuedEvent[] = [];
  private sequence = 0;
  private cancelled = 0;

  /** Events that will still run. */
  get size(): number {
    return this.heap.length - this.cancelled;
  }

  /** The number that the next event gets: events made so far. */
  get nextSequence(): number {
    return this.sequence;
  }

  /** Adds an event at `time`. */
  add(time: number, run: () => void, scope?: Scope): QueuedEvent {
    const event: QueuedEvent = { time, sequence: this.sequence, run, scope };
    this.sequence += 1;
    this.heap.push(event);
    this.rise(this.heap.length - 1);
    return event;
  }

  /** The event will not run. Idempotent; does nothing for an event that has run. */
  cancel(event: QueuedEvent): void {
    if (event.run === undefined) return;
    event.run = undefined;
    this.cancelled += 1;
    // A device re-arms its keep-alive on every packet, so dead events would outnumber live ones.
    if (this.cancelled > SWEEP_MIN && this.cancelled * 2 > this.heap.length) this.sweep();
  }

  /** The earliest event, still queued; undefined when there is none. */
  peek(): QueuedEvent | undefined {
    for (;;) {
      const first = this.heap[0];
      if (first === undefined || first.run !== undefined) return first;
      this.removeFirst();
      this.cancelled -= 1;
    }
  }

  /** Takes the earliest event out and runs it in its scope; false when there is none. */
  runFirst(): boolean {
    const first = this.peek();
    if (first === undefined) return false;
    this.removeFirst();
    const run = first.run!;
    first.run = undefined;
    if (first.scope === undefined) run();
    else first.scope.enter(run);
    return true;
  }

  private removeFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink(0);
  }

  private sweep(): void {
    this.heap = this.heap.filter((event) => event.run !== undefined);
    this.cancelled = 0;
    for (let i = (this.heap.length >> 1) - 1; i >= 0; i -= 1) this.sink(i);
  }

  private rise(from: number): void {
    const heap = this.heap;
    const event = heap[from]!;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }

  private sink(from: number): void {
    const heap = this.heap;
    const event = heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, event)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = event;
  }
}

function before(a: QueuedEvent, b: QueuedEvent): boolean {
  return a.time !== b.time ? a.time < b.time : a.sequence < b.sequence;
}
