/**
 * Time at a desk: the wall clock, or one that runs `speed` times faster from the moment of the start, the same for the device
 * and for its cloud.
 */
import { realHost } from "../cloud/host";
import type { Host, HostEvent } from "../cloud/host";

/** The fastest clock: above it the network's own delays would break the protocols' timeouts. */
export const SPEED_MAX = 600;

export interface DeskTime {
  readonly speed: number;
  /** Milliseconds since 1970. */
  now(): number;
}

export function deskTime(speed: number): DeskTime {
  const start = Date.now();
  return { speed, now: () => Math.floor(start + (Date.now() - start) * speed) };
}

/** The cloud's machine on that clock. */
export function deskHost(time: DeskTime, log: (event: HostEvent) => void): Host {
  const real = realHost(log);
  return { ...real, now: time.now, after: (ms, run) => real.after(ms / time.speed, run) };
}
