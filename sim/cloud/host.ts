/**
 * What a local cloud asks of the machine it runs on: time, timers, unpredictable bytes, and an ear for its events.
 *
 * Every model and every protocol server takes a `Host`, so that the same cloud runs on real sockets and in the virtual
 * world. No cloud file may use Date.now, setTimeout or node:crypto's randomness past this face.
 */
import { randomBytes } from "node:crypto";

/**
 * One thing that happened in a cloud. `event` is a literal. **No secret may be in it**: no token, activation code,
 * password, session or topic; a thing is named by its thing id.
 */
export interface HostEvent {
  readonly event: string;
  readonly [field: string]: string | number | boolean;
}

/** Stops a timer. Idempotent; nothing happens when it has run. */
export type Cancel = () => void;

export interface Host {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Runs `run` once, on a later turn, `ms` (0 to 2^31-1) milliseconds from now. */
  after(ms: number, run: () => void): Cancel;
  /** `count` unpredictable bytes (in the virtual world: from the run's seed). */
  random(count: number): Buffer;
  /** Hears of an event; never fails. */
  log(event: HostEvent): void;
}

/** The machine itself. Its timers do not keep a process alive: a server that listens does. */
export function realHost(log: (event: HostEvent) => void = () => undefined): Host {
  return {
    now: () => Date.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
    random: (count) => randomBytes(count),
    log,
  };
}
