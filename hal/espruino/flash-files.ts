/**
 * Flash areas as Storage files, one for each erase block, for boards without raw pages of their own. An absent file is an erased
 * block; the first write makes it at its full size, and no byte is programmed twice, which Storage could not do.
 *
 * A file has the area's name and the block's number: Storage cuts names of more than 28 characters without a word.
 */
import { chr } from "../../firmware/base/intrinsics";
import type { FlashArea } from "../ports/flash";

/** `count` bytes above 0 from `offset` of the area. */
export function readFiles(area: FlashArea, offset: number, count: number): string {
  let bytes = "";
  while (bytes.length < count) {
    const from = offset + bytes.length;
    const within = from % BOARD.blockBytes;
    const length = Math.min(count - bytes.length, BOARD.blockBytes - within);
    const part = require("Storage").read(area.name + Math.floor(from / BOARD.blockBytes), within, length);
    bytes += part ?? chr(255).repeat(length);
  }
  return bytes;
}

/** Writes erased bytes of one block. May throw when Storage is full. */
export function writeFiles(area: FlashArea, offset: number, bytes: string): void {
  const name = area.name + Math.floor(offset / BOARD.blockBytes);
  const within = offset % BOARD.blockBytes;
  if (within === 0) require("Storage").write(name, bytes, 0, BOARD.blockBytes);
  else require("Storage").write(name, bytes, within);
}

/** @cold */
export function eraseFile(area: FlashArea, block: number): void {
  require("Storage").erase(area.name + block);
}
