/** `process`, and the functions that end a boot: `load`, `reset`, `quit`. */
import { createHash } from "node:crypto";
import type { Host } from "./host";

export const VERSION = "2v29.277";

/** The identity as hardware spells one: six bytes of a hash of the machine's. */
export function serialOf(host: Host): string {
  const digits = createHash("sha256").update(host.ports.system.uniqueId()).digest("hex");
  return `${digits.substring(0, 8)}-${digits.substring(8, 12)}`;
}

function memory(host: Host): Record<string, unknown> {
  const free = host.ports.system.memoryFree();
  const total = Math.max(host.profile.jsVars, free);
  return host.realm.object({ free, usage: total - free, total, history: 0, gc: 0, gctime: 0.03, blocksize: 16 });
}

export function addProcess(host: Host): void {
  const { realm, profile } = host;
  const env = realm.object({ VERSION, BOARD: profile.board, FLASH: 4194304, STORAGE: profile.storageBytes, SERIAL: serialOf(host) });
  const end = (): void => host.stop();
  realm.define({
    process: realm.object({ version: VERSION, env, memory: () => memory(host) }),
    getSerial: () => serialOf(host),
    // A reload of the saved code: for the machine it is a restart.
    load: () => host.ports.system.restart(),
    reset: end,
    ...(host.constants.chip === "linux" ? { quit: end } : {}),
  });
}
