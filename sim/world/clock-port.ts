/**
 * The clock port over a timeline: uptime, world time that runs on with it, and timers. One implementation for the
 * virtual world and for real time, so that both keep the same rules.
 */
import type { ClockPort, EpochTime, Timer } from "../../hal/ports/clock";
import type { Boot, Holder } from "./boot";
import type { QueuedEvent } from "./queue";

export interface ClockOptions {
  /** What uptime reads at boot, ms: tests start near the wrap. */
  readonly uptimeAtBootMs?: number;
  /** World time at the timeline's 0, ms since 1970, for a machine with a battery-backed clock; undefined where it is learnt. */
  readonly epochAtZeroMs?: number | undefined;
  /** The most timers at a time; `after` and `every` answer 0 above it. */
  readonly timersMax?: number;
}

const UPTIME_LIMIT = 2147483648;
const MS_MAX = 2147483647;
const TIMERS_MAX = 1024;

/** Held, because looking a global up costs more than the call where tests run in a context of their own. */
const { floor } = Math;
const { isInteger } = Number;

/** The clock of one boot. */
export class Clock implements Holder {
  readonly port: ClockPort;
  private readonly bootTime: number;
  private readonly timersMax: number;
  private readonly timers = new Map<Timer, QueuedEvent>();
  private timer = 0;
  private epochAtZero: number | undefined;

  constructor(
    private readonly boot: Boot,
    options: ClockOptions = {},
  ) {
    this.bootTime = boot.now() - (options.uptimeAtBootMs ?? 0);
    this.timersMax = options.timersMax ?? TIMERS_MAX;
    this.epochAtZero = options.epochAtZeroMs;
    this.port = {
      uptime: () => (boot.now() - this.bootTime) % UPTIME_LIMIT,
      epoch: () => (this.epochAtZero === undefined ? undefined : fromMs(this.epochAtZero + boot.now())),
      setEpoch: (time) => {
        this.epochAtZero = toMs(time) - boot.now();
      },
      after: (ms, run) => this.after(ms, run),
      every: (ms, run) => this.every(ms, run),
      cancel: (id) => this.cancel(id),
    };
    boot.onEnd(this);
  }

  /** Moves world time, as a wrong server or a drifting crystal would; nothing while it is not set. */
  jumpEpoch(ms: number): void {
    if (this.epochAtZero !== undefined) this.epochAtZero += ms;
  }

  release(): void {
    for (const event of this.timers.values()) this.boot.cancel(event);
    this.timers.clear();
  }

  /** The number of a new timer; 0 where there can be none. */
  private number(ms: number, min: number): Timer {
    if (!isInteger(ms) || ms < min || ms > MS_MAX || this.timers.size >= this.timersMax) return 0;
    this.timer = this.timer === MS_MAX ? 1 : this.timer + 1;
    return this.timer;
  }

  private after(ms: number, run: () => void): Timer {
    const id = this.number(ms, 0);
    if (id === 0) return 0;
    const event = this.boot.schedule(ms, () => {
      this.timers.delete(id);
      run();
    });
    this.timers.set(id, event);
    return id;
  }

  private every(ms: number, run: () => void): Timer {
    const id = this.number(ms, 1);
    if (id === 0) return 0;
    let due = this.boot.now() + ms;
    const tick = (): void => {
      due += (floor((this.boot.now() - due) / ms) + 1) * ms;
      this.timers.set(id, this.boot.schedule(due - this.boot.now(), tick));
      run();
    };
    this.timers.set(id, this.boot.schedule(ms, tick));
    return id;
  }

  private cancel(id: Timer): void {
    const event = this.timers.get(id);
    if (event === undefined) return;
    this.boot.cancel(event);
    this.timers.delete(id);
  }
}

function toMs(time: EpochTime): number {
  return time.sec * 1000 + time.ms;
}

/** Milliseconds since 1970 as the pair that device code uses. */
export function fromMs(ms: number): EpochTime {
  const sec = Math.floor(ms / 1000);
  return { sec, ms: ms - sec * 1000 };
}
