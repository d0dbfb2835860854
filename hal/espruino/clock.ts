/**
 * The clock port on Espruino's own timers. World time is an offset kept here: the engine's clock is never set, so that
 * `getTime` runs on evenly and uptime with it.
 */
import { chr } from "../../firmware/base/intrinsics";
import { isWhole } from "../../firmware/base/number";
import type { ClockPort, EpochTime, Timer } from "../ports/clock";

const enum Limit {
  uptimeMs = 2147483648,
  /** An engine whose clock reads less counts from its own boot. */
  worldTimeSec = 1500000000,
}

const bootTimeSec = getTime();
/** World time less the engine's, ms; nothing to begin with where the engine knows world time, as on a PC. */
let epochOffsetMs: number | undefined = BOARD.chip === "linux" && bootTimeSec > Limit.worldTimeSec ? 0 : undefined;

function uptime(): number {
  return Math.floor((getTime() - bootTimeSec) * 1000) % Limit.uptimeMs;
}

function epoch(): EpochTime | undefined {
  if (epochOffsetMs === undefined) return undefined;
  const now = Math.floor(getTime() * 1000 + epochOffsetMs);
  const sec = Math.floor(now / 1000);
  return { sec, ms: now - sec * 1000 };
}

/** @cold */
function setEpoch(time: EpochTime): void {
  epochOffsetMs = time.sec * 1000 + time.ms - getTime() * 1000;
}

function after(ms: number, run: (this: void) => void): Timer {
  return ms >= 0 && isWhole(ms) ? setTimeout(run, ms) : 0;
}

/** @cold */
function every(ms: number, run: (this: void) => void): Timer {
  return ms >= 1 && isWhole(ms) ? setInterval(run, ms) : 0;
}

/**
 * Takes from every interval the ticks that it missed in `blockedSec` seconds in which the engine stood still, all but one: the
 * engine would make them up in a burst. Its table of timers counts in microseconds from its last idle moment.
 *
 * @cold
 */
export function skipMissed(blockedSec: number): void {
  const hidden = global[chr(255)] as EspruinoHidden | undefined;
  if (hidden === undefined) return;
  for (const id of Object.keys(hidden.timers)) {
    const timer = hidden.timers[id];
    if (timer !== undefined && timer.intr !== undefined) {
      const missed = Math.floor((blockedSec * 1000000 - timer.time) / timer.intr);
      if (missed > 0) timer.time += missed * timer.intr;
    }
  }
}

/** The engine's own takes 0, timers that have run, and intervals as well. */
function cancel(timer: Timer): void {
  clearTimeout(timer);
}

export const clock: ClockPort = { uptime, epoch, setEpoch, after, every, cancel };
