/**
 * The system port over a boot: restart, deep sleep and the watchdog end the boot and hand the machine to its owner, who
 * starts the next one. One implementation for the virtual world and for real time.
 */
import { Fault } from "../../hal/ports/fault";
import { ResetReason, type SystemPort } from "../../hal/ports/system";
import type { Boot, Holder } from "./boot";
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

class SystemOfBoot implements Holder {
  private watchdogMs = 0;
  private bite: QueuedEvent | undefined;

  constructor(
    private readonly boot: Boot,
    private readonly options: SystemOptions,
  ) {
    boot.onEnd(this);
  }

  reset(reason: ResetReason, afterMs: number): void {
    if (!this.boot.alive) return;
    this.boot.end();
    this.options.onReset(reason, afterMs);
  }

  sleep(ms: number): Fault {
    if (!this.options.deepSleep) return Fault.unsupported;
    if (!Number.isInteger(ms) || ms < 0 || ms > MS_MAX) return Fault.invalid;
    this.reset(ResetReason.deepSleep, ms);
    return Fault.none;
  }

  watch(ms: number): Fault {
    if (!this.options.watchdog) return Fault.unsupported;
    if (!Number.isInteger(ms) || ms < 1 || ms > MS_MAX) return Fault.invalid;
    this.watchdogMs = ms;
    this.feed();
    return Fault.none;
  }

  feed(): void {
    if (this.watchdogMs === 0) return;
    this.release();
    this.bite = this.boot.schedule(this.watchdogMs, () => this.reset(ResetReason.watchdog, 0));
  }

  release(): void {
    if (this.bite !== undefined) this.boot.cancel(this.bite);
  }
}

/** The system port of one boot. */
export function createSystemPort(boot: Boot, options: SystemOptions): SystemPort {
  const system = new SystemOfBoot(boot, options);
  return {
    resetReason: () => options.resetReason,
    uniqueId: () => options.uniqueId,
    restart: () => system.reset(ResetReason.software, 0),
    deepSleep: (ms) => system.sleep(ms),
    watchdogStart: (ms) => system.watch(ms),
    watchdogFeed: () => system.feed(),
    memoryFree: options.memoryFree,
  };
}
