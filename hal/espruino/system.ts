/**
 * The system port on the engine's classes `E`, `ESP32` and `ESP8266`.
 *
 * ESP32 tells of a wake from deep sleep and of nothing else, the interpreter on a PC of nothing. Both chips take the time to sleep as a number of 31 bits in
 * microseconds: whoever asks for more than 35 minutes sleeps for 35. The watchdog of ESP32 counts whole seconds; ESP8266 has none.
 */
import { isWhole } from "../../firmware/base/number";
import { Fault } from "../ports/fault";
import { ResetReason, type SystemPort } from "../ports/system";

const enum Limit {
  sleepMs = 2147483,
  /** The clock of an ESP32 runs on through every reset but that of the power. */
  powerOnSec = 10,
}

/** @cold */
function resetReason(): ResetReason {
  if (BOARD.chip === "esp32") {
    if (ESP32.getWakeupCause() > 0) return ResetReason.deepSleep;
    return getTime() < Limit.powerOnSec ? ResetReason.powerOn : ResetReason.unknown;
  }
  if (BOARD.chip !== "esp8266") return ResetReason.unknown;
  switch (require("ESP8266").getResetInfo().reason) {
    case "power on":
    case "reset pin":
      return ResetReason.powerOn;
    case "wdt reset":
    case "soft wdt":
      return ResetReason.watchdog;
    case "exception":
      return ResetReason.crash;
    case "restart":
      return ResetReason.software;
    case "deep sleep":
      return ResetReason.deepSleep;
    default:
      return ResetReason.unknown;
  }
}

/**
 * The chip's address in hexadecimal.
 *
 * @cold
 */
function uniqueId(): string {
  return getSerial().split("-").join("").toLowerCase();
}

/** @cold */
function restart(): void {
  E.reboot();
}

/** @cold */
function deepSleep(ms: number): number {
  if (!BOARD.deepSleep) return Fault.unsupported;
  if (!(ms >= 0 && isWhole(ms))) return Fault.invalid;
  // 0 would be for ever on ESP8266.
  const us = Math.max(1, Math.min(ms, Limit.sleepMs) * 1000);
  if (BOARD.chip === "esp32") ESP32.deepSleep(us);
  else require("ESP8266").deepSleep(us);
  return Fault.none;
}

/** @cold */
function watchdogStart(ms: number): number {
  if (!BOARD.watchdog) return Fault.unsupported;
  if (!(ms >= 1 && isWhole(ms))) return Fault.invalid;
  E.enableWatchdog(Math.floor((ms + 999) / 1000), false);
  return Fault.none;
}

function watchdogFeed(): void {
  if (BOARD.watchdog) E.kickWatchdog();
}

/** @cold */
function memoryFree(): number {
  return process.memory(false).free;
}

export const system: SystemPort = { resetReason, uniqueId, restart, deepSleep, watchdogStart, watchdogFeed, memoryFree };
