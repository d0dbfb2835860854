/**
 * A flash port over plain strings: two areas, the rules of hal/ports/flash, and a power cut after any programmed byte. It
 * never lets a byte be programmed twice between erases, and after the cut it changes nothing more.
 */
import { at, chr, idiv, sub } from "../../../firmware/base/intrinsics";
import { Fault } from "../../../hal/ports/fault";
import type { FlashArea, FlashPort } from "../../../hal/ports/flash";
import { repeat } from "./vectors";

/** One area's contents, block by block; an empty text is an erased block. */
export interface StringFlash {
  readonly area: FlashArea;
  readonly blocks: string[];
  /** Bytes that may still be programmed before the power goes, an erase counting as one; -1 for any number. */
  left: number;
  /** Writes refused because they touched a programmed byte: a mistake of the store. */
  refused: number;
}

export function stringFlash(name: string, blockBytes: number, blocks: number): StringFlash {
  const contents: string[] = [];
  for (let i = 0; i < blocks; i += 1) contents.push("");
  return { area: { name, blockBytes, blocks }, blocks: contents, left: -1, refused: 0 };
}

function readBlock(flash: StringFlash, block: number, from: number, to: number): string {
  const bytes = flash.blocks[block]!;
  const stored = from < bytes.length ? sub(bytes, from, Math.min(to, bytes.length)) : "";
  return stored + repeat(chr(255), to - from - stored.length);
}

function read(flash: StringFlash, offset: number, count: number): string {
  const size = flash.area.blockBytes;
  let bytes = "";
  while (bytes.length < count) {
    const block = idiv(offset + bytes.length, size);
    const from = offset + bytes.length - block * size;
    bytes += readBlock(flash, block, from, Math.min(size, from + count - bytes.length));
  }
  return bytes;
}

function write(flash: StringFlash, offset: number, bytes: string): number {
  const size = flash.area.blockBytes;
  const block = idiv(offset, size);
  const from = offset - block * size;
  if (bytes.length === 0 || from + bytes.length > size) return Fault.invalid;
  const before = readBlock(flash, block, from, from + bytes.length);
  for (let i = 0; i < bytes.length; i += 1) {
    if (at(before, i) !== 255 && at(bytes, i) !== 255) {
      flash.refused += 1;
      return Fault.invalid;
    }
  }
  const room = flash.left < 0 ? bytes.length : Math.min(flash.left, bytes.length);
  if (flash.left >= 0) flash.left -= room;
  let merged = "";
  for (let i = 0; i < room; i += 1) merged += at(bytes, i) === 255 ? sub(before, i, i + 1) : sub(bytes, i, i + 1);
  flash.blocks[block] = readBlock(flash, block, 0, from) + merged + readBlock(flash, block, from + room, Math.max(from + room, flash.blocks[block]!.length));
  return room === bytes.length ? 0 : Fault.hardware;
}

function eraseBlock(flash: StringFlash, block: number): number {
  if (block < 0 || block >= flash.area.blocks) return Fault.invalid;
  if (flash.left === 0) return Fault.hardware;
  if (flash.left > 0) flash.left -= 1;
  flash.blocks[block] = "";
  return 0;
}

/** The port over one area. */
export function stringFlashPort(flash: StringFlash): FlashPort {
  return {
    open: (name) => (name === flash.area.name ? flash.area : undefined),
    read: (area, offset, count) => read(flash, offset, area.name === flash.area.name ? count : 0),
    write: (area, offset, bytes) => (area.name === flash.area.name ? write(flash, offset, bytes) : Fault.invalid),
    eraseBlock: (area, block) => (area.name === flash.area.name ? eraseBlock(flash, block) : Fault.invalid),
  };
}
