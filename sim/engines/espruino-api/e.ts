/** `E`: Espruino's own helpers, as far as firmware has use for them. */
import { bytesOf, joinBytes } from "./bytes";
import type { Host } from "./host";

const noUnicode = "Unicode not supported on this build";

function data(host: Host): Record<string, unknown> {
  const { realm, ports } = host;
  return {
    CRC32: (value: unknown) => {
      const crc = ports.checksum.crc32(bytesOf(value) ?? "");
      return [...crc].reduce((sum, char) => sum * 256 + char.charCodeAt(0), 0);
    },
    toString: (...values: unknown[]) => joinBytes(values),
    toFlatString: (...values: unknown[]) => joinBytes(values),
    toUint8Array: (...values: unknown[]) => realm.bytes(joinBytes(values)),
    toArrayBuffer: (value: unknown) => realm.bytes(bytesOf(value) ?? "").buffer,
    isUTF8: () => false,
    asUTF8: () => host.throw("Error", noUnicode),
    fromUTF8: () => host.throw("Error", noUnicode),
    sum: (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0),
    clip: (value: number, min: number, max: number) => Math.min(Math.max(value, min), max),
  };
}

/** The watchdog counts whole seconds; left to itself it is fed by the idle loop, so that only a hang can make it bite. */
function watchdog(host: Host): Record<string, unknown> {
  if (!host.constants.watchdog) {
    const log = (): void => {
      if (host.constants.chip === "esp8266") host.print("ESP8266: jshKickWatchDog\n");
    };
    return { enableWatchdog: log, kickWatchdog: log };
  }
  return {
    enableWatchdog: (sec: number, isAuto: unknown) => {
      if (isAuto === undefined || Boolean(isAuto)) return;
      const whole = sec < 0 || Number.isNaN(Number(sec)) ? 1 : Math.max(1, Math.round(sec));
      host.ports.system.watchdogStart(whole * 1000);
    },
    kickWatchdog: () => host.ports.system.watchdogFeed(),
  };
}

function settings(host: Host, written: EngineSettings): Record<string, unknown> {
  const { realm } = host;
  const flags = realm.object({ deepSleep: 0, unsafeFlash: 0, unsyncFiles: 0, pretokenise: 0, jitDebug: 0, onErrorSave: 0, onErrorFlash: 0 });
  return {
    getFlags: () => realm.object(flags),
    setFlags: (values: object) => void Object.assign(flags, values),
    getErrorFlags: () => realm.array([]),
    getSizeOf: () => 1,
    getTemperature: () => NaN,
    defrag: () => undefined,
    srand: () => undefined,
    setTimeZone: () => undefined,
    setConsole: () => undefined,
    setPassword: () => {
      written.passwordSet = true;
    },
    lockConsole: () => {
      written.consoleLocked = true;
    },
  };
}

/** What the image did to the consoles of its board; a test looks. */
export interface EngineSettings {
  /** The console on the network answers. */
  telnet: boolean;
  passwordSet: boolean;
  consoleLocked: boolean;
}

export function addE(host: Host, written: EngineSettings): void {
  const { realm, ports } = host;
  realm.define({
    E: realm.object({
      ...data(host),
      ...watchdog(host),
      ...settings(host, written),
      hwRand: () => [...ports.random.bytes(4)].reduce((sum, char) => (sum << 8) | char.charCodeAt(0), 0),
      reboot: () => ports.system.restart(),
    }),
  });
}
