/**
 * The flash port on files: one file an erase block, "records.0" and on. A file that is absent is an erased block; the first
 * write makes it with all its bytes in one piece, later ones change bytes in place ("r+") or add some, and none is written
 * twice. Nothing is ever renamed: SPIFFS promises nothing about that when the power fails.
 */
import { chr, idiv } from "../../firmware/base/intrinsics";
import { Fault } from "../ports/fault";
import type { FlashArea, FlashPort } from "../ports/flash";
import { isWhole, stopped } from "./state";

const records: FlashArea = { name: "records", blockBytes: BOARD.blockBytes, blocks: BOARD.recordsBlocks };
const log: FlashArea = { name: "log", blockBytes: BOARD.blockBytes, blocks: BOARD.logBlocks };

function nameOf(area: FlashArea, block: number): string {
  return area.name + "." + block;
}

function openFile(name: string, mode: "r" | "r+" | "w"): OpenFile | undefined {
  if (BOARD.chip === "esp32") return io.open(name, mode);
  return file.open(name, mode);
}

function erased(count: number): string {
  return string.rep(chr(255), count);
}

/** `count` bytes at `offset` of the open file; 0xFF where it has none. */
function readOpen(opened: OpenFile, offset: number, count: number): string {
  // SPIFFS refuses to go behind the end.
  const bytes = opened.seek("set", offset) === offset ? (opened.read(count) ?? "") : "";
  return bytes + erased(count - bytes.length);
}

function open(name: string): FlashArea | undefined {
  if (name === "records") return records;
  return name === "log" ? log : undefined;
}

function read(area: FlashArea, offset: number, count: number): string {
  let bytes = "";
  while (bytes.length < count) {
    const place = offset + bytes.length;
    const block = idiv(place, area.blockBytes);
    const start = place - block * area.blockBytes;
    const length = Math.min(count - bytes.length, area.blockBytes - start);
    const opened = openFile(nameOf(area, block), "r");
    if (opened === undefined) bytes += erased(length);
    else {
      bytes += readOpen(opened, start, length);
      opened.close();
    }
  }
  return bytes;
}

/** Programs bytes of an open file: 0, `invalid` when one of them is programmed, or `hardware`. */
function program(opened: OpenFile, offset: number, bytes: string): number {
  if (readOpen(opened, offset, bytes.length) !== erased(bytes.length)) return Fault.invalid;
  const end = opened.seek("end") ?? 0;
  if (end === 0 && offset > 0) return Fault.invalid;
  const gap = offset > end ? erased(offset - end) : "";
  if (offset < end) opened.seek("set", offset);
  return opened.write(gap + bytes) === undefined || opened.flush() === undefined ? Fault.hardware : 0;
}

function write(area: FlashArea, offset: number, bytes: string): number {
  if (stopped) return Fault.hardware;
  if (offset < 0 || bytes.length === 0) return Fault.invalid;
  const block = idiv(offset, area.blockBytes);
  const start = offset - block * area.blockBytes;
  if (block >= area.blocks || start + bytes.length > area.blockBytes) return Fault.invalid;
  const name = nameOf(area, block);
  let opened = openFile(name, "r+");
  if (opened === undefined && start > 0) return Fault.invalid;
  if (opened === undefined) opened = openFile(name, "w");
  if (opened === undefined) return Fault.hardware;
  const fault = program(opened, start, bytes);
  opened.close();
  return fault;
}

function eraseBlock(area: FlashArea, block: number): number {
  if (stopped) return Fault.hardware;
  if (!isWhole(block, 0, area.blocks - 1)) return Fault.invalid;
  const name = nameOf(area, block);
  file.remove(name);
  return file.exists(name) ? Fault.hardware : 0;
}

export const flash: FlashPort = { open, read, write, eraseBlock };
