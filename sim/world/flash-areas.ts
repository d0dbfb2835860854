/** Flash areas of a machine that no board described, and the guard that a boot puts before its flash. */
import { Fault } from "../../hal/ports/fault";
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import type { Boot } from "./boot";

/** An ESP32's raw areas: 16 KB for records, 48 KB for the log. */
export const defaultAreas: readonly FlashArea[] = [
  { name: "records", blockBytes: 4096, blocks: 4 },
  { name: "log", blockBytes: 4096, blocks: 12 },
];

/** The flash of one boot. Code that still stands on the stack when its boot ended (it called `restart`) writes nothing. */
export function flashOfBoot(boot: Boot, flash: FlashPort): FlashPort {
  return {
    open: flash.open,
    read: (area, offset, count) => (boot.alive ? flash.read(area, offset, count) : "\xff".repeat(count)),
    write: (area, offset, bytes) => (boot.alive ? flash.write(area, offset, bytes) : Fault.hardware),
    eraseBlock: (area, block) => (boot.alive ? flash.eraseBlock(area, block) : Fault.hardware),
  };
}
