/**
 * Time: how long this boot has lasted, what time it is in the world, and timers.
 *
 * Deviates from ECMA-419, which has no timers and counts milliseconds since 1970 in one number: no integer on a device
 * may exceed 2^31-1, so world time is a pair.
 */

/** A moment in world time, UTC: seconds since 1970-01-01 and milliseconds 0 to 999 within the second. */
export interface EpochTime {
  readonly sec: number;
  readonly ms: number;
}

/** A timer's number, above 0; 0 names no timer and may be cancelled freely. */
export type Timer = number;

export interface ClockPort {
  /**
   * Milliseconds since boot, 0 to 2^31-1, then from 0 again (after 24.8 days). Never goes back otherwise, whatever
   * happens to world time. Compare by `elapsed()` of firmware/base/time only.
   */
  uptime(this: void): number;
  /** World time, or undefined while it was never set in this boot. */
  epoch(this: void): EpochTime | undefined;
  /** Sets world time, forwards or back; it then runs on with uptime. Timers do not notice. */
  setEpoch(this: void, time: EpochTime): void;
  /**
   * Runs `run` once, `ms` milliseconds from now (0 to 2^31-1; 0 is a later turn as soon as may be), never early. Answers 0,
   * and nothing will run, when `ms` is out of range or no timer is free. Timers that are due at the same moment run in the
   * order in which they were started.
   */
  after(this: void, ms: number, run: (this: void) => void): Timer;
  /**
   * Runs `run` every `ms` milliseconds (1 to 2^31-1), without drift; ticks missed are not made up in a burst. Answers 0 as
   * `after` does.
   */
  every(this: void, ms: number, run: (this: void) => void): Timer;
  /** Stops a timer. Idempotent; nothing happens for 0 or for a timer that has run. */
  cancel(this: void, timer: Timer): void;
}
