/**
 * The clock port over a timeline: uptime, world time that runs on with it, and timers. One implementation for the
 * virtual world and for real time, so that both keep the same rules.
 */
import type { ClockPort, EpochTime, Timer } from "../../hal/ports/clock";
import type { Boot } from "./boot";
import type { QueuedEvent } from "./queue";

export interface ClockOptions {
  /** What uptime reads at boot, ms: tests start near the wrap. */
  readonly uptimeAtBootMs?: number;
  /** World time at the timeline's 0, ms since 1970, for a machine with a battery-backed clock; undefined where it is learnt. */
  readonly epochAtZeroMs?: number | undefined;
  /** The most timers at a time; `after` and `every` answer 0 above it. */
  readonly timersMax?: number;
}

export interface Clock {
  readonly port: ClockPort;
  /** Moves world time, as a wrong server or a drifting crystal would; nothing while it is not set. */
  jumpEpoch(ms: number): void;
}

const UPTIME_LIMIT = 2147483648;
const MS_MAX = 2147483647;

/** The clock of one boot. */
export function createClock(boot: Boot, options: ClockOptions = {}): Clock {
  const bootTime = boot.now() - (options.uptimeAtBootMs ?? 0);
  const timersMax = options.timersMax ?? 1024;
  const timers = new Map<Timer, QueuedEvent>();
  let timer = 0;
  let epochAtZero = options.epochAtZeroMs;
  boot.onEnd(() => {
    for (const event of timers.values()) boot.cancel(event);
    timers.clear();
  });

  const start = (ms: number, min: number, arm: (id: Timer) => void): Timer => {
    if (!Number.isInteger(ms) || ms < min || ms > MS_MAX || timers.size >= timersMax) return 0;
    timer = timer === MS_MAX ? 1 : timer + 1;
    arm(timer);
    return timer;
  };
  const repeat = (id: Timer, due: number, ms: number, run: () => void): void => {
    const tick = (): void => {
      const missed = Math.floor((boot.now() - due) / ms);
      repeat(id, due + (missed + 1) * ms, ms, run);
      run();
    };
    timers.set(id, boot.schedule(due - boot.now(), tick));
  };
  const port: ClockPort = {
    uptime: () => (boot.now() - bootTime) % UPTIME_LIMIT,
    epoch: () => (epochAtZero === undefined ? undefined : fromMs(epochAtZero + boot.now())),
    setEpoch: (time) => {
      epochAtZero = toMs(time) - boot.now();
    },
    after: (ms, run) =>
      start(ms, 0, (id) => {
        const event = boot.schedule(ms, () => {
          timers.delete(id);
          run();
        });
        timers.set(id, event);
      }),
    every: (ms, run) => start(ms, 1, (id) => repeat(id, boot.now() + ms, ms, run)),
    cancel: (id) => {
      const event = timers.get(id);
      if (event === undefined) return;
      boot.cancel(event);
      timers.delete(id);
    },
  };
  return {
    port,
    jumpEpoch: (ms) => {
      if (epochAtZero !== undefined) epochAtZero += ms;
    },
  };
}

function toMs(time: EpochTime): number {
  return time.sec * 1000 + time.ms;
}

/** Milliseconds since 1970 as the pair that device code uses. */
export function fromMs(ms: number): EpochTime {
  const sec = Math.floor(ms / 1000);
  return { sec, ms: ms - sec * 1000 };
}
