/**
 * One boot of a device that only watches: from ports and an app's definition to a running device, with no reading, no command and no log.
 * It joins the network, and its heartbeat does what the supervisor does for other devices: it feeds the watchdog, clears the
 * count of quick boots, leaves safe mode, and restarts the machine as the last resort.
 */
import { Fault } from "../../hal/ports/fault";
import type { Ports } from "../../hal/ports";
import { ResetReason } from "../../hal/ports/system";
import { TlsLevel } from "../../hal/ports/tls";
import { WifiConnection } from "../../hal/ports/wifi";
import { elapsed } from "../base/time";
import { recordGet, recordPut, recordRemove, recordsOpen } from "../store/records";
import { bootProved, countBoot, QUICK_BOOTS_MAX } from "./boots";
import { fieldAt } from "./fields";
import { AgentCode } from "./link";
import { tell } from "./thing";
import type { Build } from "./machine";
import type { Host } from "./thing";
import type { WatchDriver } from "./watch-link";
import { loadPlace } from "./watch-settings";
import { WatchStep } from "./watch-state";
import { watcherOpen } from "./watcher";

const BEAT_MS = 10000;
const STABLE_MS = 60000;
/** How long joining a network may take. */
const JOIN_MS = 60000;
const RESTART_AFTER_MS = 1800000;
const WATCHDOG_MS = 60000;
/** A safe mode that held this long gives the app another try. */
const SAFE_MODE_MS = 300000;

/** What the heartbeat knows from one time to the next. */
interface Pulse {
  /** Uptime since which a network is being joined, or -1. */
  joiningSince: number;
  proved: boolean;
}

/** @cold */
function join(host: Host, pulse: Pulse): void {
  const record = recordGet(host.records, "wifi") ?? "";
  pulse.joiningSince = host.ports.clock.uptime();
  host.ports.wifi.connect({ ssid: fieldAt(record, 0), password: fieldAt(record, 1), onChanged: () => {} });
}

/** Joins a network, and leaves one that cannot be joined. */
function keepNetwork(host: Host, pulse: Pulse): void {
  const connection = host.ports.wifi.connection();
  if (connection >= WifiConnection.ready) pulse.joiningSince = -1;
  else if (connection <= WifiConnection.disconnected) join(host, pulse);
  else if (pulse.joiningSince >= 0 && elapsed(host.ports.clock.uptime(), pulse.joiningSince) >= JOIN_MS) host.ports.wifi.disconnect();
}

/** @cold */
function restart(host: Host, code: number): void {
  recordPut(host.records, "error", "" + code);
  tell(host, "restart", code, "");
  host.ports.system.restart();
}

/** @cold */
function beat(host: Host, pulse: Pulse): void {
  const uptime = host.ports.clock.uptime();
  const watcher = host.watcher!;
  host.ports.system.watchdogFeed();
  keepNetwork(host, pulse);
  if (!pulse.proved && uptime >= (host.safeMode ? SAFE_MODE_MS : STABLE_MS)) {
    pulse.proved = true;
    bootProved(host.records, host.boots);
    if (host.safeMode) return restart(host, 0);
  }
  const waits = watcher.watches.length > 0 && watcher.step !== WatchStep.live && watcher.step !== WatchStep.over;
  if (waits && elapsed(uptime, watcher.since) >= RESTART_AFTER_MS) restart(host, AgentCode.timeout);
}

/**
 * Boots the device: opens its store, counts the boot, runs the app's definition (not in safe mode) and begins to watch. Answers the
 * running device, or a fault when the board has no flash area.
 * @cold
 */
export function bootWatcher(ports: Ports, driver: WatchDriver, build: Build, definition: (this: void, host: Host) => void): Host | number {
  const area = ports.flash.open("records");
  if (area === undefined) return Fault.notFound;
  const records = recordsOpen(ports.flash, ports.checksum, area);
  const reason = ports.system.resetReason();
  const boots = countBoot(records, reason === ResetReason.deepSleep);
  const host: Host = {
    ports,
    board: { i2c: ports.i2c, digital: ports.digital, analog: ports.analog, clock: ports.clock },
    build,
    records,
    boots,
    safeMode: boots.quick >= QUICK_BOOTS_MAX,
    watcher: undefined,
  };
  tell(host, "boot", boots.number, build.name + "/" + build.version + " reset=" + reason + " error=" + (recordGet(records, "error") ?? "0") + " boot=" + boots.number);
  recordRemove(records, "error");
  // Said at every boot, so that nobody forgets it.
  const place = loadPlace(records);
  if (place !== undefined && place.tls === TlsLevel.none) tell(host, "insecure", 0, "");
  watcherOpen(host, driver);
  if (host.safeMode) tell(host, "safeMode", boots.quick, "");
  else definition(host);
  ports.system.watchdogStart(WATCHDOG_MS);
  const pulse: Pulse = { joiningSince: -1, proved: false };
  keepNetwork(host, pulse);
  ports.clock.every(BEAT_MS, () => beat(host, pulse));
  return host;
}
