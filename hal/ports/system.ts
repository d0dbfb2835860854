/** The machine itself: identity, restart, sleep, watchdog, memory. ECMA-419 has none of these. */
export const enum ResetReason {
  /** The machine does not tell. */
  unknown = 0,
  powerOn = 1,
  /** `restart` was called. */
  software = 2,
  watchdog = 3,
  /** Woke from `deepSleep`. */
  deepSleep = 4,
  /** The engine or the firmware crashed. */
  crash = 5,
  brownOut = 6,
}

export interface SystemPort {
  /** Why the machine booted. */
  resetReason(this: void): ResetReason;
  /** An identity unique to this machine: 4 to 32 characters of [0-9a-z]. Not a secret. */
  uniqueId(this: void): string;
  /**
   * Restarts the machine; no callback of this boot runs afterwards. Where the call returns, the ports do nothing any more:
   * flash answers `hardware`.
   */
  restart(this: void): void;
  /**
   * Sleeps with everything off, then boots anew with reason `deepSleep`; 0 ms to 2^31-1. `unsupported`, `invalid`, or 0 and
   * no callback runs any more.
   */
  deepSleep(this: void, ms: number): number;
  /**
   * Starts the watchdog: without a feed for `ms` (1 to 2^31-1) the machine restarts. 0, `invalid`, or `unsupported` (ESP8266
   * Espruino has none).
   */
  watchdogStart(this: void, ms: number): number;
  watchdogFeed(this: void): void;
  /** Free working memory, in the engine's own unit (JsVars on Espruino, bytes elsewhere). */
  memoryFree(this: void): number;
}
