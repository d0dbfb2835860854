/**
 * The kinds of flash that a machine of the world may have. One chip lies under all (flash-chip.ts), one contract stands before
 * all (flash-port.ts).
 */
import { FileFlash } from "./flash-file";
import { NorFlash } from "./flash-nor";
import type { FlashOptions, WorldFlash } from "./flash-port";
import { StorageFlash } from "./flash-storage";

export { eraseOutcomes } from "./flash-pages";
export { byteOutcomes, PowerCut } from "./flash-chip";
export type { EraseOutcome } from "./flash-pages";
export type { ByteOutcome, FlashCounts, FlashImage } from "./flash-chip";
export { FlashMisuse } from "./flash-port";
export type { FlashOptions, WorldFlash } from "./flash-port";

/** Raw pages of a chip; files of Espruino's Storage; files of NodeMCU's file system. */
export type FlashKind = "nor" | "espruino-storage" | "nodemcu-file";

export const flashKinds: readonly FlashKind[] = ["nor", "espruino-storage", "nodemcu-file"];

/** Makes a flash with the given areas, erased: "nor" unless told. */
export function createFlash(options: FlashOptions, kind: FlashKind = "nor"): WorldFlash {
  if (kind === "espruino-storage") return new StorageFlash(options);
  return kind === "nodemcu-file" ? new FileFlash(options) : new NorFlash(options);
}
