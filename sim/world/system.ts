/**
 * The system port over a boot: restart, deep sleep and the watchdog end the boot and hand the machine to its owner, who
 * starts the next one. One implementation for the virtual world and for real time.
 */
import { Fault } from "../../hal/ports/fault";
import { ResetReason, type SystemPort } from "../../hal/ports/system";
import type { Boot } from "./boot";
import type { QueuedEvent } from "./queue";

export interface SystemOptions {
  readonly resetReason: ResetReason;
  readonly uniqueId: string;
  /** False for a machine without one (ESP8266 Espruino). */
  readonly watchdog: boolean;
  /** False for a machine that cannot sleep. */
  readonly deepSleep: boolean;
  readonly memoryFree: () => number;
  /** The boot has ended; the machine boots anew with `reason` after `afterMs`. */
  readonly onReset: (reason: ResetReason, afterMs: number) => void;
}

const MS_MAX = 2147483647;

/** The system port of one boot. */
export function createSystemPort(boot: Boot, options: SystemOptions): SystemPort {
  let watchdogMs = 0;
  let bite: QueuedEvent | undefined;
  const reset = (reason: ResetReason, afterMs: number): void => {
    if (!boot.alive) return;
    boot.end();
    options.onReset(reason, afterMs);
  };
  const arm = (): void => {
    if (bite !== undefined) boot.cancel(bite);
    bite = boot.schedule(watchdogMs, () => reset(ResetReason.watchdog, 0));
  };
  boot.onEnd(() => {
    if (bite !== undefined) boot.cancel(bite);
  });
  return {
    resetReason: () => options.resetReason,
    uniqueId: () => options.uniqueId,
    restart: () => reset(ResetReason.software, 0),
    deepSleep: (ms) => {
      if (!options.deepSleep) return Fault.unsupported;
      if (!Number.isInteger(ms) || ms < 0 || ms > MS_MAX) return Fault.invalid;
      reset(ResetReason.deepSleep, ms);
      return Fault.none;
    },
    watchdogStart: (ms) => {
      if (!options.watchdog) return Fault.unsupported;
      if (!Number.isInteger(ms) || ms < 1 || ms > MS_MAX) return Fault.invalid;
      watchdogMs = ms;
      arm();
      return Fault.none;
    },
    watchdogFeed: () => {
      if (watchdogMs > 0) arm();
    },
    memoryFree: () => options.memoryFree(),
  };
}
