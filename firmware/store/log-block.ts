/**
 * The bytes of the reading log: block headers and records (docs/SPEC-store.md 4). Reads and writes at a place that it is
 * told; which block is the head, and what is dropped, is decided in log.ts.
 */
import type { ChecksumPort } from "../../hal/ports/checksum";
import type { FlashArea } from "../../hal/ports/flash";
import { at, chr, idiv, sub } from "../base/intrinsics";
import { firstProgrammed, marked, program, word, wordAt } from "./bytes";
import { StoreCode } from "./code";
import type { ReadingLog } from "./log-state";

/** The most bytes of one reading; it has at least one. */
export const logRecordBytesMax = 200;
/** Format version that this program writes. */
export const logVersion = 1;
/** Bytes of a block before its first record. */
export const logStart = 26;
/** Bytes of a record besides the reading: length, low byte of the sequence, acknowledge mark, three of the checksum. */
export const logOverhead = 6;

/** Bytes of a note that the block after this one takes no header, and how many notes have a place behind the records. */
const noteBytes = 5;
const notesMax = 2;

const doneOffset = 25;
const checksumOffset = 21;
const checksumBytes = 3;
/** Where a record's acknowledge mark lies in it. */
export const logMarkOffset = 2;

/** What the header of a block may be. */
export const enum HeaderKind {
  blank = 0,
  damaged = 1,
  /** Whole, but of another format version. */
  newer = 2,
  valid = 3,
}

/** A block's header. */
export interface LogHeader {
  version: number;
  /** Number of this opening of a block; its remainder by the number of blocks is the block's index. */
  serial: number;
  /** Sequence of the block's first record. */
  first: number;
  /** How many sequences just below `first` were never used. */
  skipped: number;
  /** Readings dropped because the log was full, before this block was opened. */
  full: number;
  /** Readings found corrupt in blocks dropped before this one was opened. */
  corrupt: number;
  /** Every record of the block is acknowledged; set later, in place. */
  done: boolean;
}

/** A record as `readLogRecord` fills it in. */
export interface LogRecord {
  sequence: number;
  bytes: string;
  /** Bytes that it takes in the block. */
  size: number;
  acknowledged: boolean;
}

export function logHeader(): LogHeader {
  return { version: 0, serial: 0, first: 0, skipped: 0, full: 0, corrupt: 0, done: false };
}

export function logRecord(): LogRecord {
  return { sequence: 0, bytes: "", size: 0, acknowledged: false };
}

/** Where the records of a block end, at most. */
export function logRoom(area: FlashArea): number {
  return area.blockBytes - noteBytes * notesMax;
}

/** The most records that one block holds. */
export function logRecordsPerBlock(area: FlashArea): number {
  return idiv(logRoom(area) - logStart, logOverhead + 1);
}

/** Reads the header of a block. */
export function readLogHeader(log: ReadingLog, block: number, header: LogHeader): HeaderKind {
  const bytes = log.flash.read(log.area, block * log.area.blockBytes, logStart);
  const serial = wordAt(bytes, 3);
  const first = wordAt(bytes, 7);
  const full = wordAt(bytes, 13);
  const corrupt = wordAt(bytes, 17);
  const sound = sub(bytes, 0, 2) === "ML" && serial >= 1 && first >= 1 && full >= 0 && corrupt >= 0;
  if (sound && log.checksum.crc32(sub(bytes, 0, checksumOffset)) === sub(bytes, checksumOffset, doneOffset)) {
    header.version = at(bytes, 2);
    header.serial = serial;
    header.first = first;
    header.skipped = at(bytes, 11) * 256 + at(bytes, 12);
    header.full = full;
    header.corrupt = corrupt;
    header.done = marked(at(bytes, doneOffset));
    return header.version === logVersion ? HeaderKind.valid : HeaderKind.newer;
  }
  for (let i = 0; i < logStart; i += 1) if (at(bytes, i) !== 255) return HeaderKind.damaged;
  return HeaderKind.blank;
}

/** Erases a block and writes its header, tried twice: `ok` or `hardware`. `done` is not written. */
export function writeLogHeader(log: ReadingLog, block: number, header: LogHeader): number {
  const bytes = "ML" + chr(header.version) + word(header.serial) + word(header.first)
    + chr(idiv(header.skipped, 256)) + chr(header.skipped % 256) + word(header.full) + word(header.corrupt);
  for (let left = 2; left > 0; left -= 1) {
    const erased = log.flash.eraseBlock(log.area, block) === 0;
    if (erased && program(log.flash, log.area, block * log.area.blockBytes, bytes + log.checksum.crc32(bytes) + chr(255)) === StoreCode.ok) return StoreCode.ok;
  }
  return StoreCode.hardware;
}

/** The two bytes of checksum of a note. `serial` is that of the block that is passed over. */
function noteSum(log: ReadingLog, serial: number, counts: string): string {
  return sub(log.checksum.crc32(word(serial) + counts), 0, 2);
}

/**
 * Takes up what the notes of a block say: for each block after it that is passed over, `header` becomes that of an empty block one
 * further on, with what was dropped for it.
 */
export function readLogNotes(log: ReadingLog, block: number, header: LogHeader): void {
  for (let n = 1; n <= notesMax; n += 1) {
    const bytes = log.flash.read(log.area, (block + 1) * log.area.blockBytes - n * noteBytes, noteBytes);
    const counts = sub(bytes, 0, 3);
    if (noteSum(log, header.serial + 1, counts) === sub(bytes, 3, noteBytes)) {
      header.serial += 1;
      header.full += at(counts, 0) * 256 + at(counts, 1);
      header.corrupt += at(counts, 2);
    }
  }
}

/**
 * Notes in a block that the one after it is passed over, and how many readings are dropped for that: more than its header and notes
 * say. False when that cannot be noted.
 */
export function writeLogNote(log: ReadingLog, block: number, header: LogHeader, full: number, corrupt: number): boolean {
  if (full < 0 || full > 65535 || corrupt < 0 || corrupt > 255) return false;
  const counts = chr(idiv(full, 256)) + chr(full % 256) + chr(corrupt);
  for (let n = 1; n <= notesMax; n += 1) {
    const offset = (block + 1) * log.area.blockBytes - n * noteBytes;
    const blank = firstProgrammed(log.flash, log.area, offset, offset + noteBytes) === offset + noteBytes;
    if (blank && program(log.flash, log.area, offset, counts + noteSum(log, header.serial + 1, counts)) === StoreCode.ok) return true;
  }
  return false;
}

/**
 * Sets the mark that every record of a block is acknowledged, unless it was tried before, or the block was erased since for a newer one
 * that then took no header. Without it the log is only slower.
 */
export function markLogBlockDone(log: ReadingLog, block: number): void {
  const base = block * log.area.blockBytes;
  const bytes = log.flash.read(log.area, base, doneOffset + 1);
  if (at(bytes, 0) !== 255 && at(bytes, doneOffset) === 255) program(log.flash, log.area, base + doneOffset, chr(0));
}

/** The bytes of a record. The checksum covers the whole sequence, of which one byte is stored. */
export function encodeLogRecord(checksum: ChecksumPort, sequence: number, bytes: string): string {
  const sum = checksum.crc32(word(sequence) + chr(bytes.length) + bytes);
  return chr(bytes.length) + chr(sequence % 256) + chr(255) + bytes + sub(sum, 0, checksumBytes);
}

/**
 * Reads the record at an offset of a block, whose sequence is the first one from `from` on with the stored low byte; false
 * when no whole record is there.
 */
export function readLogRecord(log: ReadingLog, block: number, position: number, from: number, record: LogRecord): boolean {
  const room = logRoom(log.area) - position;
  if (room <= logOverhead) return false;
  const offset = block * log.area.blockBytes + position;
  const head = log.flash.read(log.area, offset, logMarkOffset + 1);
  const length = at(head, 0);
  if (length < 1 || length > logRecordBytesMax || length + logOverhead > room) return false;
  const sequence = from + ((at(head, 1) - (from % 256) + 256) % 256);
  const rest = log.flash.read(log.area, offset + logMarkOffset + 1, length + checksumBytes);
  const bytes = sub(rest, 0, length);
  const sum = sub(log.checksum.crc32(word(sequence) + chr(length) + bytes), 0, checksumBytes);
  if (sum !== sub(rest, length, length + checksumBytes)) return false;
  record.sequence = sequence;
  record.bytes = bytes;
  record.size = length + logOverhead;
  record.acknowledged = marked(at(head, logMarkOffset));
  return true;
}
