/**
 * One boot of one machine: the scope in which callbacks of its ports may run. When the boot ends (restart, sleep, power
 * cut, close) nothing that it scheduled runs any more, whatever is still queued.
 */
import type { QueuedEvent } from "./queue";
import type { Timeline } from "./timeline";

export interface Boot extends Timeline {
  /** False once the boot has ended. */
  readonly alive: boolean;
  /** Runs `run` on the next turn. */
  later(run: () => void): QueuedEvent;
  /** Runs `release` when the boot ends (at once if it has): the ports let go of what they hold outside. */
  onEnd(release: () => void): void;
  /** Ends the boot. Idempotent. */
  end(): void;
}

/** Begins a boot on a timeline. */
export function createBoot(timeline: Timeline): Boot {
  let alive = true;
  const releases: (() => void)[] = [];
  const schedule = (delayMs: number, run: () => void): QueuedEvent =>
    alive
      ? timeline.schedule(delayMs, () => {
          if (alive) run();
        })
      : { time: 0, sequence: 0, run: undefined };
  return {
    get alive() {
      return alive;
    },
    now: () => timeline.now(),
    schedule,
    later: (run) => schedule(0, run),
    cancel: (event) => timeline.cancel(event),
    onEnd: (release) => {
      if (alive) releases.push(release);
      else release();
    },
    end: () => {
      if (!alive) return;
      alive = false;
      for (const release of releases.splice(0)) release();
    },
  };
}
