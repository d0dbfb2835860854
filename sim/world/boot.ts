/**
 * One boot of one machine: the scope in which callbacks of its ports may run. When the boot ends (restart, sleep, power
 * cut, close) nothing that it scheduled runs any more, whatever is still queued.
 */
import type { QueuedEvent, Scope } from "./queue";
import type { Timeline } from "./timeline";

/** Who has a boot run. */
export interface BootOwner {
  /**
   * Judges what a callback threw: true when it is the machine's own end (a power cut inside a flash write); anything else goes on to
   * whoever runs the timeline.
   */
  ended(error: unknown): boolean;
}

/** What holds something outside that a boot's end has to free. */
export interface Holder {
  release(): void;
}

/** Made for each boot of each machine of a fleet: one object, and none for each of its functions. */
export class Boot implements Timeline, Scope {
  private running = true;
  private holders: Holder[] = [];

  /** Begins on a timeline. */
  constructor(
    private readonly timeline: Timeline,
    private readonly owner?: BootOwner,
  ) {}

  /** False once the boot has ended. */
  get alive(): boolean {
    return this.running;
  }

  /** Runs `run` now, as a callback of this boot: not at all when it has ended. */
  enter(run: () => void): void {
    if (!this.running) return;
    try {
      run();
    } catch (error) {
      if (this.owner?.ended(error) !== true) throw error;
    }
  }

  now(): number {
    return this.timeline.now();
  }

  schedule(delayMs: number, run: () => void): QueuedEvent {
    return this.running ? this.timeline.schedule(delayMs, run, this) : { time: 0, sequence: 0, run: undefined, scope: undefined };
  }

  /** Runs `run` on the next turn. */
  later(run: () => void): QueuedEvent {
    return this.schedule(0, run);
  }

  cancel(event: QueuedEvent): void {
    this.timeline.cancel(event);
  }

  /** Frees what `holder` holds when the boot ends (at once if it has). */
  onEnd(holder: Holder): void {
    if (this.running) this.holders.push(holder);
    else holder.release();
  }

  /** Ends the boot. Idempotent. */
  end(): void {
    if (!this.running) return;
    this.running = false;
    const { holders } = this;
    this.holders = [];
    for (const holder of holders) holder.release();
  }
}
