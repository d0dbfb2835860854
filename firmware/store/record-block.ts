/**
 * The bytes of the record store: block headers, seals and records (docs/SPEC-store.md 3). Reads and writes one block;
 * which block is current, and when a new one begins, is decided in records.ts.
 */
import type { ChecksumPort } from "../../hal/ports/checksum";
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import { at, chr, sub } from "../base/intrinsics";
import { firstProgrammed, marked, program, word, wordAt } from "./bytes";
import { StoreCode, StoreState } from "./code";

/** The most bytes of a key; it has at least one, each a printable ASCII character other than the blank. */
export const recordKeyBytesMax = 16;
/** The most bytes of a value. Blocks of 256 bytes hold a value of 200 with any key, and larger ones refuse as `full`. */
export const recordValueBytesMax = 240;
/** Format version that this program writes. */
export const recordsVersion = 1;
/** Bytes of a block before its first record. */
export const recordsStart = 12;
/** Bytes of a record besides key and value: two lengths and the checksum. */
export const recordOverhead = 6;

const sealOffset = 11;
/** Bytes that are looked through at a time. */
const windowBytes = 128;
/** Added to the key's length in a record that removes its key. */
const removal = 32;

/** A record store. `state` may be read by anyone; the rest is the store's own. */
export interface RecordStore {
  readonly flash: FlashPort;
  readonly checksum: ChecksumPort;
  readonly area: FlashArea;
  state: StoreState;
  /** The block whose records hold, if `generation` is above 0. */
  block: number;
  /** The generation of that block; 0 when there is none. */
  generation: number;
  /** The highest generation that any header names: the next one lies above it. */
  highest: number;
  /** Where the next record goes in the block; the block's size when it takes no more. */
  end: number;
}

/** A header, as `readRecordHeader` fills it in. */
export interface RecordHeader {
  version: number;
  generation: number;
  sealed: boolean;
}

/** A place in a block's records, and the record found there. */
export interface FoundRecord {
  /** Offset in the block at which the search goes on. */
  next: number;
  /** Offset of the record found. */
  position: number;
  size: number;
  key: string;
  value: string;
  removed: boolean;
}

/** A place before the first record of a block. */
export function recordSearch(): FoundRecord {
  return { next: recordsStart, position: 0, size: 0, key: "", value: "", removed: false };
}

/** Reads the header of a block; false when it is blank or damaged. */
export function readRecordHeader(store: RecordStore, block: number, header: RecordHeader): boolean {
  const bytes = store.flash.read(store.area, block * store.area.blockBytes, recordsStart);
  const generation = wordAt(bytes, 3);
  if (sub(bytes, 0, 2) !== "MR" || generation < 1) return false;
  if (store.checksum.crc32(sub(bytes, 0, 7)) !== sub(bytes, 7, sealOffset)) return false;
  header.version = at(bytes, 2);
  header.generation = generation;
  header.sealed = marked(at(bytes, sealOffset));
  return true;
}

/** Erases a block and writes its header, unsealed: `ok` or `hardware`. */
export function beginGeneration(store: RecordStore, block: number, generation: number): number {
  if (store.flash.eraseBlock(store.area, block) !== 0) return StoreCode.hardware;
  const header = "MR" + chr(recordsVersion) + word(generation);
  return program(store.flash, store.area, block * store.area.blockBytes, header + store.checksum.crc32(header) + chr(255));
}

/** Makes a block's generation count, once everything in it is written: `ok` or `hardware`. */
export function sealGeneration(store: RecordStore, block: number): number {
  return program(store.flash, store.area, block * store.area.blockBytes + sealOffset, chr(0));
}

/** The bytes of a record in a block of that generation, which the checksum covers without its being stored. */
export function encodeRecord(checksum: ChecksumPort, generation: number, key: string, removed: boolean, value: string): string {
  const content = chr(key.length + (removed ? removal : 0)) + chr(value.length) + key + value;
  return content + checksum.crc32(word(generation) + content);
}

/** Reads the record at an offset of the current block; false when there is none that is whole. */
export function recordAt(store: RecordStore, position: number, found: FoundRecord): boolean {
  const area = store.area;
  const room = area.blockBytes - position;
  if (room <= recordOverhead) return false;
  const offset = store.block * area.blockBytes + position;
  const lengths = store.flash.read(area, offset, 2);
  const removed = at(lengths, 0) > removal;
  const keyBytes = at(lengths, 0) - (removed ? removal : 0);
  const contentBytes = keyBytes + at(lengths, 1);
  if (keyBytes < 1 || keyBytes > recordKeyBytesMax || at(lengths, 1) > recordValueBytesMax) return false;
  if (contentBytes + recordOverhead > room) return false;
  const bytes = store.flash.read(area, offset + 2, contentBytes + 4);
  const content = sub(bytes, 0, contentBytes);
  if (store.checksum.crc32(word(store.generation) + lengths + content) !== sub(bytes, contentBytes, contentBytes + 4)) return false;
  found.position = position;
  found.size = contentBytes + recordOverhead;
  found.key = sub(content, 0, keyBytes);
  found.value = sub(content, keyBytes, contentBytes);
  found.removed = removed;
  return true;
}

/**
 * Goes on to the next whole record of the current block; false when there is none. Whatever is not one (a torn tail, a
 * flipped bit) is passed byte by byte, because not even its length can be believed.
 */
export function nextRecord(store: RecordStore, found: FoundRecord): boolean {
  const base = store.block * store.area.blockBytes;
  while (found.next < store.end) {
    if (recordAt(store, found.next, found)) {
      found.next += found.size;
      return true;
    }
    found.next = firstProgrammed(store.flash, store.area, base + found.next + 1, base + store.end) - base;
  }
  return false;
}

/**
 * Where the newest record of a key stands in the current block, found by the lengths of the records alone: there may be two hundred, and
 * to check each takes an interpreter several times as long. 0 when there is none; -1 where the lengths do not lead to the end of the records.
 */
export function newestRecord(store: RecordStore, key: string): number {
  const area = store.area;
  let position = recordsStart;
  let newest = 0;
  let bytes = "";
  let start = 0;
  while (position + recordOverhead < store.end) {
    if (position + 2 + key.length > start + bytes.length) {
      start = position;
      bytes = store.flash.read(area, store.block * area.blockBytes + start, Math.min(windowBytes, area.blockBytes - start));
    }
    const i = position - start;
    const keyBytes = at(bytes, i) % removal;
    const next = position + keyBytes + at(bytes, i + 1) + recordOverhead;
    if (keyBytes === key.length && next <= store.end && sub(bytes, i + 2, i + 2 + keyBytes) === key) newest = position;
    position = next;
  }
  return position === store.end ? newest : -1;
}
