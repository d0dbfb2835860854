/**
 * Real time as a timeline, `speed` times faster than the wall clock. One queue and one Node timer for the earliest event:
 * events run in the order of (time, order of scheduling), exactly as in the virtual world.
 */
import { performance } from "node:perf_hooks";
import { EventQueue } from "../world/queue";
import type { Timeline } from "../world/timeline";

export interface RealTimeline extends Timeline {
  /** Nothing runs any more and no Node timer is left. Idempotent. */
  close(): void;
}

/** Node's longest timer, ms; longer waits are made of several. */
const NODE_TIMER_MAX_MS = 2147483647;

/** Begins a timeline at 0, now. */
export function createRealTimeline(speed: number): RealTimeline {
  const queue = new EventQueue();
  const startMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let armedFor = Infinity;
  let closed = false;

  const now = (): number => Math.floor((performance.now() - startMs) * speed);
  const disarm = (): void => {
    clearTimeout(timer);
    clearImmediate(immediate);
    timer = undefined;
    immediate = undefined;
    armedFor = Infinity;
  };
  const arm = (): void => {
    const next = queue.peek();
    if (closed || next === undefined) return disarm();
    if (next.time === armedFor) return;
    disarm();
    armedFor = next.time;
    const waitMs = (next.time - now()) / speed;
    if (waitMs <= 0) immediate = setImmediate(drain);
    else timer = setTimeout(drain, Math.min(Math.ceil(waitMs), NODE_TIMER_MAX_MS));
  };
  /** Runs what was due and queued on entry; what that makes waits for another turn, so that sockets get theirs. */
  const drain = (): void => {
    armedFor = Infinity;
    const end = now();
    const fresh = queue.nextSequence;
    try {
      for (;;) {
        const next = queue.peek();
        if (closed || next === undefined || next.time > end || next.sequence >= fresh) break;
        queue.runFirst();
      }
    } finally {
      arm();
    }
  };
  return {
    now,
    schedule: (delayMs, run, scope) => {
      const event = queue.add(now() + Math.max(0, Math.ceil(delayMs)), run, scope);
      arm();
      return event;
    },
    cancel: (event) => {
      queue.cancel(event);
      arm();
    },
    close: () => {
      closed = true;
      disarm();
    },
  };
}
