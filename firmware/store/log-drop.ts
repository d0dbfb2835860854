/** What leaves the reading log because the ring comes round to it: the oldest block, with an account of what was in it. */
import { HeaderKind, logHeader, logRecord, readLogHeader } from "./log-block";
import { BlockView } from "./log-state";
import type { LogCursor, ReadingLog } from "./log-state";
import { consume, copyCursor, enterBlock, isLive, leaveBlock, logCursor, seek, seekInBlock, waitsNoMore } from "./log-walk";

/**
 * How many readings wait from the cursor on. To look at each of them takes long, but what the account says of damage is not known before.
 * @rare
 */
function waitingBehind(log: ReadingLog, from: LogCursor): number {
  const cursor = logCursor();
  const record = logRecord();
  let count = 0;
  copyCursor(from, cursor);
  while (seek(log, cursor, record)) {
    if (record.sequence > log.oldest.sequence) count += 1;
    consume(cursor, record);
  }
  return count;
}

/**
 * Counts what is missing in a block that is dropped, for the next header.
 * @rare
 */
function countLost(log: ReadingLog, cursor: LogCursor, oldest: boolean, more: boolean): void {
  const lost = cursor.lost;
  log.corruptBefore += lost;
  let behind = cursor;
  if (!oldest && isLive(log, log.oldest.serial)) {
    // Behind it may be a block that lost its head: what waits there from the oldest on is known, and what arrived is not lost.
    log.corruptBefore -= Math.min(Math.max(0, cursor.sequence - log.oldest.sequence), lost);
    behind = log.oldest;
  }
  const waiting = more ? waitingBehind(log, behind) : 0;
  // No more is lost than is counted already, or waits by the account and is nowhere behind.
  log.corruptBefore = Math.max(0, Math.min(log.corruptBefore, log.droppedCorrupt + log.waiting - waiting));
}

/**
 * Counts for the next header what was found missing before the next block that has a head: behind one that was passed over nothing else
 * leads a later boot there.
 * @rare
 */
function countHeadless(log: ReadingLog, block: number): void {
  const header = logHeader();
  const cursor = logCursor();
  const record = logRecord();
  // So that all that is missing is counted.
  if (isLive(log, log.oldest.serial)) waitingBehind(log, log.oldest);
  for (let step = 1; step < log.area.blocks && cursor.serial === 0; step += 1) {
    const next = (block + step) % log.area.blocks;
    if (readLogHeader(log, next, header) === HeaderKind.valid && isLive(log, header.serial)) enterBlock(cursor, next, header.serial, header.first);
  }
  while (cursor.serial > 0 && seek(log, cursor, record)) consume(cursor, record);
  log.corruptBefore = Math.max(log.corruptBefore, log.droppedCorrupt - cursor.lost);
}

/**
 * Drops the block, if it is one of the log's: counts what waits in it, and what is missing. Of the oldest one everything is known
 * though its head may be damaged since.
 * @cold
 */
export function dropBlock(log: ReadingLog, block: number): void {
  if (log.serial === 0) return;
  const header = logHeader();
  const valid = readLogHeader(log, block, header) === HeaderKind.valid && isLive(log, header.serial);
  const oldest = log.oldest.block === block && isLive(log, log.oldest.serial);
  if (!valid && !oldest) {
    if (log.droppedCorrupt > log.corruptBefore) countHeadless(log, block);
    return;
  }
  const cursor = logCursor();
  if (valid) enterBlock(cursor, block, header.serial, header.first);
  else copyCursor(log.oldest, cursor);
  if (header.done) {
    // Nothing waits in it and nothing is missing.
    cursor.view = BlockView.done;
    cursor.offset = log.area.blockBytes;
  }
  const record = logRecord();
  while (seekInBlock(log, cursor, record)) {
    // What lies before the oldest that waits is acknowledged, though its mark may never have been programmed.
    if (record.sequence > log.oldest.sequence) {
      log.droppedFull += 1;
      waitsNoMore(log);
    }
    consume(cursor, record);
  }
  const more = leaveBlock(log, cursor);
  if (cursor.lost > 0) countLost(log, cursor, oldest, more);
  if (!oldest) return;
  copyCursor(cursor, log.oldest);
  if (!more) log.oldest.serial = 0;
}
