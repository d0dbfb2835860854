/** The flash port over the form of flash that the board has: what an area allows is decided here, once for both. */
import { chr } from "../../firmware/base/intrinsics";
import { Fault } from "../ports/fault";
import type { FlashArea, FlashPort } from "../ports/flash";
import { eraseFile, readFiles, writeFiles } from "./flash-files";
import { eraseRaw, readRaw, writeRaw } from "./flash-raw";

const enum Probe {
  /** Read back after an erase. */
  bytes = 16,
}

function erased(count: number): string {
  return chr(255).repeat(count);
}

/** @cold */
function open(name: string): FlashArea | undefined {
  if (name === "records") return { name, blockBytes: BOARD.blockBytes, blocks: BOARD.recordsBlocks };
  return name === "log" ? { name, blockBytes: BOARD.blockBytes, blocks: BOARD.logBlocks } : undefined;
}

function read(area: FlashArea, offset: number, count: number): string {
  if (count === 0) return "";
  return BOARD.flash === "raw" ? readRaw(area, offset, count) : readFiles(area, offset, count);
}

/** A block whose first byte reads 0xFF counts as erased, so that its first write begins at offset 0. */
function write(area: FlashArea, offset: number, bytes: string): number {
  const within = offset % BOARD.blockBytes;
  const start = offset - within;
  if (bytes === "" || offset < 0 || start >= area.blocks * BOARD.blockBytes || within + bytes.length > BOARD.blockBytes) return Fault.invalid;
  if (read(area, offset, bytes.length) !== erased(bytes.length)) return Fault.invalid;
  if (within > 0 && read(area, start, 1) === erased(1)) return Fault.invalid;
  try {
    if (BOARD.flash === "raw") writeRaw(area, offset, bytes);
    else writeFiles(area, offset, bytes);
  } catch {
    return Fault.hardware;
  }
  return read(area, offset, bytes.length) === bytes ? Fault.none : Fault.hardware;
}

/** @cold */
function eraseBlock(area: FlashArea, block: number): number {
  if (block < 0 || block >= area.blocks) return Fault.invalid;
  try {
    if (BOARD.flash === "raw") eraseRaw(area, block);
    else eraseFile(area, block);
  } catch {
    return Fault.hardware;
  }
  return read(area, block * BOARD.blockBytes, Probe.bytes) === erased(Probe.bytes) ? Fault.none : Fault.hardware;
}

export const flash: FlashPort = { open, read, write, eraseBlock };
