/** The global `ESP32`, `require("ESP8266")`, `require("TelnetServer")`, and `require("fs")` of a PC. */
import { Fault } from "../../../hal/ports/fault";
import { ResetReason } from "../../../hal/ports/system";
import type { EngineSettings } from "./e";
import type { Host } from "./host";

const MS_MAX = 2147483647;

/** ESP_SLEEP_WAKEUP_TIMER; 0 for every other reset. */
const WOKEN_BY_TIMER = 4;

const resetReasons: Readonly<Record<number, string>> = {
  [ResetReason.powerOn]: "power on",
  [ResetReason.watchdog]: "wdt reset",
  [ResetReason.crash]: "exception",
  [ResetReason.software]: "restart",
  [ResetReason.deepSleep]: "deep sleep",
  [ResetReason.brownOut]: "reset pin",
};

/** Sleeps for microseconds; the machine counts milliseconds. */
function sleep(host: Host, us: unknown): void {
  const code = host.ports.system.deepSleep(Math.min(MS_MAX, Math.max(0, Math.ceil(Number(us) / 1000))));
  if (code === Fault.unsupported) host.throw("Error", "deepSleep is not available");
}

function esp32(host: Host): Record<string, unknown> {
  const { realm, ports } = host;
  return realm.object({
    reboot: () => ports.system.restart(),
    deepSleep: (us: unknown) => sleep(host, us),
    getWakeupCause: () => (ports.system.resetReason() === ResetReason.deepSleep ? WOKEN_BY_TIMER : 0),
    getState: () => realm.object({ sdkVersion: "v4.4.8", freeHeap: 100000, BLE: false, Wifi: true, minHeap: 80000 }),
    enableBLE: () => undefined,
    enableWifi: () => undefined,
    setAtten: () => undefined,
  });
}

function esp8266(host: Host): Record<string, unknown> {
  const { realm, ports } = host;
  return realm.object({
    reboot: () => ports.system.restart(),
    deepSleep: (us: unknown) => sleep(host, us),
    getResetInfo: () => {
      const reason = resetReasons[ports.system.resetReason()] ?? "power on";
      return realm.object({ reason, exccause: 0, epc1: 0, epc2: 0, epc3: 0, excvaddr: 0, depc: 0 });
    },
    getState: () => realm.object({ sdkVersion: "2.2.1", cpuFrequency: 160, freeHeap: 10000, maxCon: 10, flashMap: "4MB:1024/1024", flashKB: 4096, flashChip: "0xef 0x4016" }),
    getFreeFlash: () => realm.array(host.profile.freeFlash.map(([area, length]) => realm.object({ area, length }))),
    setCPUFreq: () => undefined,
    logDebug: () => undefined,
  });
}

/** The modules that belong to the chip, by name. */
export function chipModules(host: Host, written: EngineSettings): Record<string, Record<string, unknown>> {
  const { chip, telnet } = host.constants;
  const modules: Record<string, Record<string, unknown>> = {};
  // A class there, and no library: it is a global, and `require` does not know it.
  if (chip === "esp32") host.realm.define({ ESP32: esp32(host) });
  if (chip === "esp8266") modules["ESP8266"] = esp8266(host);
  if (telnet || chip === "linux") {
    modules["TelnetServer"] = host.realm.object({
      setOptions: (options: { mode?: unknown } | undefined) => {
        written.telnet = options?.mode !== "off";
      },
    });
  }
  if (chip === "linux") {
    modules["fs"] = host.realm.object({ readFileSync: (path: unknown) => (path === "/etc/hosts" ? host.options.hosts : undefined) });
  }
  return modules;
}
