/**
 * One boot of one machine: the scope in which callbacks of its ports may run. When the boot ends (restart, sleep, power
 * cut, close) nothing that it scheduled runs any more, whatever is still queued.
 */
import type { QueuedEvent } from "./queue";
import type { Timeline } from "./timeline";

export interface Boot extends Timeline {
  /** False once the boot has ended. */
  readonly alive: boolean;
  /** Runs `run` now, as a callback of this boot: not at all when it has ended. */
  enter(run: () => void): void;
  /** Runs `run` on the next turn. */
  later(run: () => void): QueuedEvent;
  /** Runs `release` when the boot ends (at once if it has): the ports let go of what they hold outside. */
  onEnd(release: () => void): void;
  /** Ends the boot. Idempotent. */
  end(): void;
}

/**
 * Begins a boot on a timeline. `onThrow` judges what a callback threw: true when it is the machine's own end (a power cut
 * inside a flash write); anything else goes on to whoever runs the timeline.
 */
export function createBoot(timeline: Timeline, onThrow: (error: unknown) => boolean = () => false): Boot {
  let alive = true;
  const releases: (() => void)[] = [];
  const enter = (run: () => void): void => {
    if (!alive) return;
    try {
      run();
    } catch (error) {
      if (!onThrow(error)) throw error;
    }
  };
  const schedule = (delayMs: number, run: () => void): QueuedEvent =>
    alive ? timeline.schedule(delayMs, () => enter(run)) : { time: 0, sequence: 0, run: undefined };
  return {
    get alive() {
      return alive;
    },
    enter,
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
