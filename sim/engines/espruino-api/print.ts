/** `print` and `console`: values as Espruino shows them, to the engine's console. */
import type { Host } from "./host";
import type { Json } from "./json";
import { toText } from "./number-text";

export function addPrint(host: Host, json: Json): void {
  const show = (value: unknown): string => {
    if (typeof value === "object" && value !== null) {
      const { type, message } = value as { type?: unknown; message?: unknown };
      if (typeof type === "string" && typeof message === "string") return `${type}: ${message}`;
      return json.write(value);
    }
    if (typeof value === "number") return toText(value);
    return typeof value === "function" ? "function () { [native code] }" : String(value);
  };
  const print = (...values: unknown[]): void => host.print(`${values.map(show).join(" ")}\n`);
  const console = host.realm.object({ log: print, debug: print, info: print, warn: print, error: print, trace: print });
  host.realm.define({ print, console });
}
