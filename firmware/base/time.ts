/**
 * Arithmetic on uptime and on world time, within integers of 31 bits.
 */
import type { EpochTime } from "../../hal/ports/clock";
import { idiv } from "./intrinsics";

/** Milliseconds from `then` to `now`, both uptimes; right across the wrap of uptime at 2^31 as long as less than 24.8 days lie between. */
export function elapsed(now: number, then: number): number {
  const span = now - then;
  return span >= 0 ? span : span + 2147483647 + 1;
}

/** `time` moved on by `ms` milliseconds (0 to 2^31-1). */
export function addMs(time: EpochTime, ms: number): EpochTime {
  const total = time.ms + (ms % 1000);
  return { sec: time.sec + idiv(ms, 1000) + idiv(total, 1000), ms: total % 1000 };
}

/** `time` moved back by `ms` milliseconds (0 to 2^31-1); the result is not before 1970. */
export function subtractMs(time: EpochTime, ms: number): EpochTime {
  const part = ms % 1000;
  const sec = time.sec - idiv(ms, 1000);
  return time.ms >= part ? { sec, ms: time.ms - part } : { sec: sec - 1, ms: time.ms + 1000 - part };
}

/** Below 0, 0 or above 0, as `a` is before, at or after `b`. */
export function compareTime(a: EpochTime, b: EpochTime): number {
  return a.sec !== b.sec ? a.sec - b.sec : a.ms - b.ms;
}
