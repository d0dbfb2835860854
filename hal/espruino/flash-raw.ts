/**
 * Flash areas in raw pages, outside of Storage, at the addresses of board.json. The engine writes at any offset and tells of no
 * failure, so what was written is read back.
 */
import type { FlashArea } from "../ports/flash";

const enum Page {
  bytes = 4096,
}

function addressOf(area: FlashArea): number {
  return area.name === "log" ? BOARD.logAddress : BOARD.recordsAddress;
}

/** `count` bytes above 0 from `offset` of the area. */
export function readRaw(area: FlashArea, offset: number, count: number): string {
  return E.toString(require("Flash").read(count, addressOf(area) + offset));
}

export function writeRaw(area: FlashArea, offset: number, bytes: string): void {
  require("Flash").write(bytes, addressOf(area) + offset);
}

/** @cold */
export function eraseRaw(area: FlashArea, block: number): void {
  const start = addressOf(area) + block * BOARD.blockBytes;
  for (let at = 0; at < BOARD.blockBytes; at += Page.bytes) require("Flash").erasePage(start + at);
}
