/**
 * Walking the reading log: from record to record, from block to block, past what is acknowledged, torn or corrupt, with
 * the account of what was met. Programs nothing but the mark that a whole block is acknowledged (docs/SPEC-store.md 4.4).
 */
import { firstProgrammed } from "./bytes";
import { HeaderKind, logHeader, logRecord, logRoom, logStart, markLogBlockDone, readLogHeader, readLogRecord } from "./log-block";
import type { LogHeader, LogRecord } from "./log-block";
import { BlockView } from "./log-state";
import type { LogCursor, ReadingLog } from "./log-state";

/** A cursor before everything; `logRewind` or the first `logNext` places it. */
export function logCursor(): LogCursor {
  return { serial: 0, block: 0, offset: 0, sequence: 0, record: 0, given: 0, view: BlockView.waiting, lost: 0 };
}

/** Whether the block of that serial is one of the log's: the newest `blocks` - 1 are. */
export function isLive(log: ReadingLog, serial: number): boolean {
  return serial <= log.serial && serial > log.serial - (log.area.blocks - 1);
}

/** Puts `to` where `from` is. */
export function copyCursor(from: LogCursor, to: LogCursor): void {
  to.serial = from.serial;
  to.block = from.block;
  to.offset = from.offset;
  to.sequence = from.sequence;
  to.view = from.view;
}

/** Puts a cursor before the first record of a block. */
export function placeCursor(cursor: LogCursor, block: number, serial: number, first: number): void {
  cursor.serial = serial;
  cursor.block = block;
  cursor.offset = logStart;
  cursor.sequence = first - 1;
  cursor.view = BlockView.clear;
}

/** Puts a cursor before the first record of the block of that header; one that is marked done is not looked into. */
export function enterBlock(log: ReadingLog, cursor: LogCursor, block: number, header: LogHeader): void {
  placeCursor(cursor, block, header.serial, header.first);
  if (!header.done) return;
  cursor.view = BlockView.done;
  cursor.offset = log.area.blockBytes;
}

/** Moves the cursor over the sequences up to `last`, of which no record was found, and accounts for those not met before. */
function passGap(log: ReadingLog, cursor: LogCursor, last: number): void {
  const lost = last - cursor.sequence;
  if (lost <= 0) return;
  const known = Math.max(log.surveyed, cursor.sequence);
  if (last > known) {
    const missing = Math.min(last - known, log.waiting);
    log.waiting -= missing;
    log.droppedCorrupt += missing;
    log.surveyed = last;
  }
  cursor.lost += lost;
  cursor.sequence = last;
  cursor.view = BlockView.waiting;
}

/**
 * One reading waits no more. Where none was thought to wait, one too many was counted as lost: numbers that were left out before a block
 * look like readings once its header is gone.
 */
export function waitsNoMore(log: ReadingLog): void {
  if (log.waiting > 0) log.waiting -= 1;
  else log.droppedCorrupt -= 1;
}

/** Whether a sequence is acknowledged though its mark may never have been programmed: all before the oldest that waits are. */
export function isUnmarked(log: ReadingLog, sequence: number): boolean {
  if (sequence <= log.oldest.sequence) return true;
  for (const known of log.unmarked) if (known === sequence) return true;
  return false;
}

/** Moves the cursor to the next record of its block that waits, and reads it; false, at the block's end, when there is none. */
export function seekInBlock(log: ReadingLog, cursor: LogCursor, record: LogRecord): boolean {
  const area = log.area;
  const base = cursor.block * area.blockBytes;
  const end = cursor.serial === log.serial ? log.end : logRoom(area);
  while (cursor.offset < end) {
    if (readLogRecord(log, cursor.block, cursor.offset, cursor.sequence + 1, record)) {
      passGap(log, cursor, record.sequence - 1);
      const settled = record.acknowledged || isUnmarked(log, record.sequence);
      if (record.sequence > log.surveyed) {
        log.surveyed = record.sequence;
        if (settled) log.waiting -= 1;
      }
      if (!settled) return true;
      cursor.sequence = record.sequence;
      cursor.offset += record.size;
    } else {
      cursor.offset = firstProgrammed(log.flash, area, base + cursor.offset + 1, base + end) - base;
    }
  }
  return false;
}

/** Moves the cursor past the record that `seek` found. */
export function consume(cursor: LogCursor, record: LogRecord): void {
  cursor.record = cursor.offset;
  cursor.offset += record.size;
  cursor.sequence = record.sequence;
  cursor.view = BlockView.waiting;
}

/**
 * Moves the cursor behind the last record of its block, which is marked done: where the block after it lost its head, the numbers that
 * are missing begin there.
 * @rare
 */
export function passDone(log: ReadingLog, cursor: LogCursor): void {
  const record = logRecord();
  cursor.offset = logStart;
  while (cursor.offset < log.area.blockBytes) {
    if (readLogRecord(log, cursor.block, cursor.offset, cursor.sequence + 1, record)) consume(cursor, record);
    else cursor.offset += 1;
  }
  cursor.view = BlockView.waiting;
}

/**
 * Moves the cursor from the end of its block to the start of the next one; false in the newest. A block that was met
 * acknowledged from its first record to its last is marked done.
 */
export function leaveBlock(log: ReadingLog, cursor: LogCursor): boolean {
  if (cursor.serial >= log.serial) return false;
  const header = logHeader();
  let block = cursor.block;
  while (true) {
    block = (block + 1) % log.area.blocks;
    const valid = readLogHeader(log, block, header) === HeaderKind.valid;
    if (valid && header.serial > cursor.serial && isLive(log, header.serial)) {
      if (cursor.view === BlockView.done && header.serial > cursor.serial + 1) passDone(log, cursor);
      if (cursor.view !== BlockView.done) {
        passGap(log, cursor, header.first - header.skipped - 1);
        if (cursor.view === BlockView.clear) markLogBlockDone(log, cursor.block);
      }
      enterBlock(log, cursor, block, header);
      log.surveyed = Math.max(log.surveyed, cursor.sequence);
      return true;
    }
    if (block === log.block) {
      // The newest lost its head since it was begun: what it holds can still be read in this boot, behind the numbers that were left out
      // before it. Or it was passed over: nothing is to be marked in it.
      placeCursor(cursor, block, log.serial, cursor.sequence + 1 - Math.min(log.skip, 0));
      cursor.view = BlockView.waiting;
      return true;
    }
  }
}

/** Moves the cursor to the next record that waits, and reads it; false, at the log's end, when there is none. */
export function seek(log: ReadingLog, cursor: LogCursor, record: LogRecord): boolean {
  while (!seekInBlock(log, cursor, record)) {
    if (!leaveBlock(log, cursor)) return false;
  }
  return true;
}
