/**
 * The engine's one clock. Espruino has no second one: `getTime` is what the boot has lasted plus what `setTime` made of it.
 * It starts from world time where the machine knows it at boot, and follows later changes of the machine's own world time
 * no more, as a board without SNTP of its own does not.
 */
import { elapsed } from "../../../firmware/base/time";
import type { Host } from "./host";

/** Milliseconds since the boot, without the port's wrap. */
export type Uptime = () => number;

/** The fraction that Espruino's times always carry, ms: reckoned in 1/1048576 s there, never whole here. */
const FRACTION_MS = 0.544921875;

export function createUptime(host: Host): Uptime {
  let last = host.ports.clock.uptime();
  let total = 0;
  return () => {
    const now = host.ports.clock.uptime();
    total += elapsed(now, last);
    last = now;
    return total;
  };
}

export interface EngineClock {
  /** Milliseconds since 1970, or since boot while it was never set; fractional. */
  nowMs(): number;
}

/** Adds `getTime` and `setTime`. On Linux the clock is the system's, and `setTime` does nothing. */
export function addClock(host: Host, uptime: Uptime): EngineClock {
  const epoch = host.ports.clock.epoch();
  let offsetMs = epoch === undefined ? 0 : epoch.sec * 1000 + epoch.ms;
  const nowMs = (): number => uptime() + offsetMs + FRACTION_MS;
  host.realm.define({
    getTime: () => nowMs() / 1000,
    setTime: (sec: unknown) => {
      const ms = Math.floor(Number(sec) * 1000);
      if (host.constants.chip === "linux" || !Number.isFinite(ms) || ms < 0) return;
      offsetMs = ms - uptime();
      host.ports.clock.setEpoch({ sec: Math.floor(ms / 1000), ms: ms % 1000 });
    },
  });
  return { nowMs };
}
