/**
 * Opening the reading log: finds the newest block, its end, and the oldest block that is not done. Reads the block headers
 * and one block, or two; never writes (docs/SPEC-store.md 4.3).
 */
import type { ChecksumPort } from "../../hal/ports/checksum";
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import { check } from "../base/check";
import { firstProgrammed } from "./bytes";
import { StoreCode, StoreState } from "./code";
import { HeaderKind, logHeader, logRecord, logRecordsPerBlock, logRoom, logStart, logVersion, readLogHeader, readLogNotes, readLogRecord } from "./log-block";
import type { LogHeader } from "./log-block";
import { BlockView } from "./log-state";
import type { LogCursor, ReadingLog } from "./log-state";
import { copyCursor, enterBlock, isLive, logCursor, passDone, placeCursor } from "./log-walk";

const blockBytesMin = 256;

/**
 * Finds the newest block; gives its header. What its notes, or those of a block before it, say of blocks passed over since is taken up
 * into the log.
 */
function findHead(log: ReadingLog, head: LogHeader): void {
  const blocks = log.area.blocks;
  const header = logHeader();
  for (let block = 0; block < blocks; block += 1) {
    const kind = readLogHeader(log, block, header);
    if (kind === HeaderKind.damaged && log.state === StoreState.ready) log.state = StoreState.recovered;
    if (kind >= HeaderKind.newer && header.serial % blocks === block) {
      if (header.serial > head.serial) readLogHeader(log, block, head);
      if (kind === HeaderKind.valid) readLogNotes(log, block, header);
      if (header.serial > log.serial) {
        log.serial = header.serial;
        log.block = header.serial % blocks;
        log.droppedFull = header.full;
        log.corruptBefore = header.corrupt;
      }
    }
  }
}

/** Finds where the newest block ends, and what was the last sequence. */
function findEnd(log: ReadingLog, head: LogHeader): void {
  const blocks = log.area.blocks;
  const size = logRoom(log.area);
  const block = head.serial % blocks;
  const base = block * log.area.blockBytes;
  const record = logRecord();
  let offset = logStart;
  let end = logStart;
  log.lastSequence = head.first - 1;
  while (offset < size) {
    if (readLogRecord(log, block, offset, log.lastSequence + 1, record)) {
      log.lastSequence = record.sequence;
      offset += record.size;
      end = offset;
    } else {
      offset = firstProgrammed(log.flash, log.area, base + offset + 1, base + size) - base;
    }
  }
  // A torn tail closes the block, and its sequence is not used again: bits that were cut may read otherwise next time.
  const torn = firstProgrammed(log.flash, log.area, base + end, base + size) < base + size;
  log.skip = torn ? 1 : log.serial > head.serial ? 0 : 0 - head.skipped;
  // A damaged block ahead may be a newest one that lost its header: the sequences that it may hold are not used again.
  let ahead = false;
  for (let serial = head.serial; serial <= log.serial; serial += 1) {
    if (readLogHeader(log, (serial + 1) % blocks, logHeader()) === HeaderKind.damaged) ahead = true;
  }
  if (ahead) log.skip = logRecordsPerBlock(log.area);
  if (torn || ahead) log.state = StoreState.recovered;
  log.end = torn || ahead || head.done || log.serial > head.serial ? size : end;
}

/** The log begins at the cursor, if nothing before it waits. */
function begin(log: ReadingLog, cursor: LogCursor): void {
  if (log.oldest.serial > 0) return;
  copyCursor(cursor, log.oldest);
  log.surveyed = cursor.sequence;
}

/** Places `oldest` before the first block that is not done, or that lost its head, and counts what may wait from there on. */
function findOldest(log: ReadingLog): void {
  const header = logHeader();
  const cursor = logCursor();
  let first = 0;
  for (let step = 1; step <= log.area.blocks; step += 1) {
    const block = (log.block + step) % log.area.blocks;
    if (readLogHeader(log, block, header) === HeaderKind.valid && isLive(log, header.serial)) {
      if (cursor.view === BlockView.done && header.serial > cursor.serial + 1) {
        passDone(log, cursor);
        first = cursor.sequence + 1;
        begin(log, cursor);
      }
      if (first > 0) log.waiting += header.first - header.skipped - first;
      enterBlock(log, cursor, block, header);
      first = header.done ? 0 : header.first;
      if (!header.done) begin(log, cursor);
    }
  }
  if (first > 0) log.waiting += log.lastSequence + 1 - first;
  placeCursor(cursor, log.block, log.serial, log.lastSequence + 1);
  begin(log, cursor);
}

/**
 * Opens the log in an area. Never fails: an area that cannot be read is `fresh`, one of a later format is left alone
 * (`newer`: it gives nothing and takes nothing). Writes nothing.
 * @cold
 */
export function logOpen(flash: FlashPort, checksum: ChecksumPort, area: FlashArea): ReadingLog {
  if (MOTET_CHECKED) check(area.blocks >= 2 && area.blockBytes >= blockBytesMin, "logOpen: area too small");
  const log: ReadingLog = {
    flash, checksum, area, state: StoreState.ready, code: StoreCode.ok, lastSequence: 0, waiting: 0, droppedFull: 0,
    droppedCorrupt: 0, block: area.blocks - 1, serial: 0, end: area.blockBytes, skip: 0, corruptBefore: 0, surveyed: 0,
    oldest: logCursor(), unmarked: [],
  };
  const head = logHeader();
  findHead(log, head);
  if (log.serial === 0) {
    log.state = StoreState.fresh;
    return log;
  }
  if (head.version !== logVersion) {
    log.state = StoreState.newer;
    // Not known, but above whatever the block can hold: `logErase` goes on from here.
    log.lastSequence = head.first - 1 + logRecordsPerBlock(area);
    return log;
  }
  log.droppedCorrupt = log.corruptBefore;
  findEnd(log, head);
  findOldest(log);
  return log;
}
