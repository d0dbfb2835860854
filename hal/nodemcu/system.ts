/**
 * The system port on node. A watchdog is the ESP8266's tmr.softwd alone; the chip tells its bite as a software restart.
 */
import { at, idiv } from "../../firmware/base/intrinsics";
import { Fault } from "../ports/fault";
import { ResetReason, type SystemPort } from "../ports/system";
import { isWhole, stop } from "./state";

const MS_MAX = 2147483647;
/** The ESP8266 cannot sleep longer than some three and a half hours (node.md, dsleepMax). */
const SLEEP_MAX = BOARD.chip === "esp32" ? MS_MAX : 12000000;

let watchdogSec = 0;

/** The extended reasons 0 to 23 of node.bootreason as digits of `ResetReason`. */
const REASONS = "135324101023403330323063";

function resetReason(): ResetReason {
  // A list takes all results of a call in its last place: raw code, extended reason, panics in a row.
  const told = [node.bootreason()];
  const reason = told[1] ?? REASONS.length;
  if (reason === 19 && told[2] !== 0) return ResetReason.crash;
  return reason < REASONS.length ? at(REASONS, reason) - 48 : ResetReason.unknown;
}

/** The station's hardware address without its colons. */
function uniqueId(): string {
  const hex = string.gsub(wifi.sta.getmac(), ":", "");
  return string.lower(hex);
}

function restart(): void {
  stop();
  node.restart();
}

function deepSleep(ms: number): number {
  if (!BOARD.deepSleep) return Fault.unsupported;
  if (!isWhole(ms, 0, MS_MAX)) return Fault.invalid;
  if (ms > SLEEP_MAX) return Fault.unsupported;
  stop();
  // 0 is for ever on the ESP8266.
  if (BOARD.chip === "esp32") node.dsleep({ secs: idiv(ms, 1000), us: (ms % 1000) * 1000 });
  else node.dsleep(ms === 0 ? 1 : ms * 1000);
  return 0;
}

function watchdogFeed(): void {
  if (BOARD.watchdog && watchdogSec > 0) tmr.softwd(watchdogSec);
}

function watchdogStart(ms: number): number {
  if (!BOARD.watchdog) return Fault.unsupported;
  if (!isWhole(ms, 1, MS_MAX)) return Fault.invalid;
  watchdogSec = idiv(ms - 1, 1000) + 1;
  watchdogFeed();
  return 0;
}

function memoryFree(): number {
  return node.heap();
}

export const system: SystemPort = { resetReason, uniqueId, restart, deepSleep, watchdogStart, watchdogFeed, memoryFree };
