/**
 * The reading log: store-and-forward over a ring of erase blocks. A reading is accepted when `logAppend` gives its
 * sequence, and leaves when its record's acknowledge mark is programmed or when the ring comes round to it: then the
 * oldest block is dropped, and what waited in it is counted (docs/SPEC-store.md 4).
 *
 * Opening reads the block headers and the newest block, and writes nothing. Sequences only grow: across boots, drops and
 * `logErase`. Never continues a torn record, and never delivers one whose checksum does not fit.
 */
import { at, chr } from "../base/intrinsics";
import { marked, program } from "./bytes";
import { StoreCode, StoreState } from "./code";
import {
  encodeLogRecord,
  HeaderKind,
  logHeader,
  logMarkOffset,
  logOverhead,
  logRecord,
  logRecordBytesMax,
  logRoom,
  logStart,
  logVersion,
  readLogHeader,
  readLogNotes,
  readLogRecord,
  writeLogHeader,
  writeLogNote,
} from "./log-block";
import { dropBlock } from "./log-drop";
import { consume, copyCursor, isLive, isUnmarked, logCursor, placeCursor, seek, waitsNoMore } from "./log-walk";
import type { LogCursor, ReadingLog } from "./log-state";

export { logRecordBytesMax } from "./log-block";
export { logOpen } from "./log-open";
export { logCursor } from "./log-walk";
export type { LogCursor, ReadingLog } from "./log-state";

/** A reading that waits, as `logNext` gives it. */
export interface LogEntry {
  sequence: number;
  bytes: string;
}

/** No sequence lies above; the log then refuses with `full`. At one reading a second it is reached after 68 years. */
export const logSequenceMax = 2147418111;
/** Sequences behind the oldest that waits, remembered because their mark could not be programmed; those beyond go on waiting. */
const unmarkedMax = 8;

/** An empty entry for `logNext` to fill in. */
export function logEntry(): LogEntry {
  return { sequence: 0, bytes: "" };
}

/**
 * Makes that block the newest one.
 * @cold
 */
function goOn(log: ReadingLog, block: number, serial: number, end: number): void {
  log.block = block;
  log.serial = serial;
  log.end = end;
  if (!isLive(log, log.oldest.serial)) placeCursor(log.oldest, block, serial, log.lastSequence + log.skip + 1);
}

/**
 * Notes in the newest block that has a header that the one behind the log's is passed over, with what was dropped so far; false when
 * that cannot be noted.
 * @rare
 */
function passOver(log: ReadingLog): boolean {
  const header = logHeader();
  for (let back = 0; back < log.area.blocks; back += 1) {
    const block = (log.block + log.area.blocks - back) % log.area.blocks;
    if (readLogHeader(log, block, header) === HeaderKind.valid && isLive(log, header.serial)) {
      readLogNotes(log, block, header);
      return header.serial === log.serial && writeLogNote(log, block, header, log.droppedFull - header.full, log.corruptBefore - header.corrupt);
    }
  }
  return false;
}

/**
 * Begins a block: drops the one after it, so that one is always free, then erases and heads this one. The counts of what
 * is dropped are in the new header, hence drop and count are one step for a power cut. A block that fails is passed over: a note in
 * the block before takes the counts before the next one, in which the dropped readings are, is erased.
 * @param distance added to the serial: a whole round or more makes every older block dead
 * @cold
 */
function beginBlock(log: ReadingLog, distance: number): number {
  const blocks = log.area.blocks;
  const oldest = logCursor();
  log.skip = Math.max(log.skip, 0);
  let waiting = 0;
  let droppedFull = 0;
  let corruptBefore = 0;
  let ahead = 0;
  for (let attempts = log.serial === 0 ? blocks : Math.max(1, blocks - 2); attempts > 0; attempts -= 1) {
    if (ahead === 0) {
      waiting = log.waiting;
      droppedFull = log.droppedFull;
      corruptBefore = log.corruptBefore;
      copyCursor(log.oldest, oldest);
    }
    ahead += 1;
    const target = (log.block + ahead) % blocks;
    if (distance === 0) dropBlock(log, (target + 1) % blocks);
    const serial = (log.serial === 0 ? blocks - 1 : log.serial) + distance + ahead;
    const first = log.lastSequence + log.skip + 1;
    const code = writeLogHeader(log, target, {
      version: logVersion, serial, first, skipped: log.skip, full: log.droppedFull, corrupt: log.corruptBefore, done: false,
    });
    if (code === StoreCode.ok) {
      goOn(log, target, serial, logStart);
      log.lastSequence = first - 1;
      log.skip = 0 - log.skip;
      log.state = StoreState.ready;
      return StoreCode.ok;
    }
    if (distance === 0 && ahead === 1 && passOver(log)) {
      goOn(log, target, serial, log.area.blockBytes);
      ahead = 0;
    }
  }
  // Neither a header nor a note tells of what was to be dropped, so it was not.
  if (ahead > 0) {
    log.waiting = waiting;
    log.droppedFull = droppedFull;
    log.corruptBefore = corruptBefore;
    copyCursor(oldest, log.oldest);
  }
  return StoreCode.hardware;
}

/**
 * Whether a record stands at the log's end though its write was not clean: a walk would give it.
 * @cold
 */
function stands(log: ReadingLog, sequence: number): boolean {
  const record = logRecord();
  return readLogRecord(log, log.block, log.end, sequence, record) && record.sequence === sequence && !record.acknowledged;
}

/**
 * Stores a reading of 1 to `logRecordBytesMax` bytes and reads it back. When the area is full the oldest block is dropped.
 * @returns its sequence, above 0, once it is accepted; 0 when it is refused: `log.code` is then `invalid`, `hardware`,
 *   `newer`, or `full` when the sequences are used up
 */
export function logAppend(log: ReadingLog, bytes: string): number {
  log.code = StoreCode.ok;
  if (log.state === StoreState.newer) log.code = StoreCode.newer;
  else if (bytes.length < 1 || bytes.length > logRecordBytesMax) log.code = StoreCode.invalid;
  else if (log.lastSequence + log.skip >= logSequenceMax) log.code = StoreCode.full;
  if (log.code !== StoreCode.ok) return 0;
  const size = logOverhead + bytes.length;
  for (let attempt = 0; attempt < 2; attempt += 1) {
    if (log.serial === 0 || log.end + size > logRoom(log.area)) {
      log.code = beginBlock(log, 0);
      if (log.code !== StoreCode.ok) return 0;
    }
    const sequence = log.lastSequence + 1;
    const record = encodeLogRecord(log.checksum, sequence, bytes);
    if (program(log.flash, log.area, log.block * log.area.blockBytes + log.end, record) === StoreCode.ok || stands(log, sequence)) {
      log.end += size;
      log.lastSequence = sequence;
      log.waiting += 1;
      return sequence;
    }
    log.end = log.area.blockBytes;
    log.skip = 1;
  }
  log.code = StoreCode.hardware;
  return 0;
}

/** Places a cursor before the oldest record that waits. */
export function logRewind(log: ReadingLog, cursor: LogCursor): void {
  if (log.serial > 0 && log.state !== StoreState.newer && !seek(log, log.oldest, logRecord())) {
    // Nothing waits: what the account still holds was damaged after it had been walked past.
    log.droppedCorrupt += log.waiting;
    log.waiting = 0;
    log.surveyed = log.lastSequence;
  }
  copyCursor(log.oldest, cursor);
  cursor.given = 0;
}

/**
 * Gives the next record that waits and moves the cursor past it; false when there is none. Torn and corrupt records are
 * passed over, and counted by the gap that they leave. A cursor whose block was dropped goes on from the oldest record.
 */
export function logNext(log: ReadingLog, cursor: LogCursor, entry: LogEntry): boolean {
  if (log.serial === 0 || log.state === StoreState.newer) return false;
  if (!isLive(log, cursor.serial)) copyCursor(log.oldest, cursor);
  const record = logRecord();
  cursor.given = 0;
  if (!seek(log, cursor, record)) return false;
  cursor.given = record.sequence;
  consume(cursor, record);
  entry.sequence = record.sequence;
  entry.bytes = record.bytes;
  return true;
}

/**
 * Remembers until the next boot that a reading is acknowledged; false where there is no place for it.
 * @cold
 */
function remember(log: ReadingLog, sequence: number): boolean {
  // The oldest that waits needs no place: so one after the other can leave, whatever has taken the places.
  const record = logRecord();
  const isOldest = seek(log, log.oldest, record) && record.sequence === sequence;
  if (isOldest) consume(log.oldest, record);
  // Nor do those before it. They stand in the order in which they were acknowledged.
  let kept = 0;
  for (const known of log.unmarked) {
    if (known <= log.oldest.sequence) continue;
    log.unmarked[kept] = known;
    kept += 1;
  }
  while (log.unmarked.length > kept) log.unmarked.pop();
  if (isOldest) return true;
  if (kept >= unmarkedMax) return false;
  log.unmarked.push(sequence);
  return true;
}

/**
 * Acknowledges the record that `logNext` gave last through this cursor. Idempotent. One that was dropped meanwhile is
 * ignored.
 * @returns `ok`; `invalid` when the cursor gave another record last; `hardware` when the mark could not be programmed: the
 *   oldest and a few others are held to be acknowledged until the next boot, and further ones go on waiting
 */
export function logAcknowledge(log: ReadingLog, cursor: LogCursor, sequence: number): number {
  if (sequence < 1 || cursor.given !== sequence) return StoreCode.invalid;
  if (!isLive(log, cursor.serial)) return StoreCode.ok;
  const offset = cursor.block * log.area.blockBytes + cursor.record + logMarkOffset;
  const mark = at(log.flash.read(log.area, offset, 1), 0);
  if (marked(mark) || isUnmarked(log, sequence)) return StoreCode.ok;
  // A mark of which one bit was programmed before a cut can take no more: that is no fault of the hardware.
  const code = mark === 255 ? program(log.flash, log.area, offset, chr(0)) : StoreCode.ok;
  if ((mark !== 255 || code !== StoreCode.ok) && !remember(log, sequence)) return StoreCode.hardware;
  waitsNoMore(log);
  return code;
}

/**
 * Drops everything, uncounted, and erases the bytes. Sequences go on. The first step makes every older block dead, so that
 * a power cut leaves the log as it was, or empty.
 * @returns `ok`, or `hardware` when a block could not be erased
 * @cold
 */
export function logErase(log: ReadingLog): number {
  let code: number = StoreCode.ok;
  if (log.serial > 0) {
    log.droppedFull = 0;
    log.droppedCorrupt = 0;
    log.corruptBefore = 0;
    code = beginBlock(log, log.area.blocks);
    if (code !== StoreCode.ok) return code;
    log.waiting = 0;
    log.surveyed = log.lastSequence;
    while (log.unmarked.length > 0) log.unmarked.pop();
  }
  for (let block = 0; block < log.area.blocks; block += 1) {
    const keep = log.serial > 0 && block === log.block;
    if (!keep && log.flash.eraseBlock(log.area, block) !== 0) code = StoreCode.hardware;
  }
  return code;
}
