/** What leaves the reading log because the ring comes round to it: the oldest block, with an account of what was in it. */
import { HeaderKind, logHeader, logRecord, readLogHeader } from "./log-block";
import { BlockView } from "./log-state";
import type { LogCursor, ReadingLog } from "./log-state";
import { consume, copyCursor, enterBlock, isLive, leaveBlock, logCursor, seek, seekInBlock, waitsNoMore } from "./log-walk";

/** Walks to the log's end; answers how many readings wait on the way. */
function walkOut(log: ReadingLog, cursor: LogCursor): number {
  const record = logRecord();
  let waiting = 0;
  while (seek(log, cursor, record)) {
    consume(cursor, record);
    waiting += 1;
  }
  return waiting;
}

/**
 * Counts for the next header what no boot behind it can see: all that is missing, but for what is missing behind the block that is
 * dropped. To look at each reading there takes long, but what the account says of damage is not known before.
 * @rare
 */
function countLost(log: ReadingLog, dropped: number): void {
  const header = logHeader();
  const cursor = logCursor();
  copyCursor(log.oldest, cursor);
  const waiting = isLive(log, cursor.serial) ? walkOut(log, cursor) : 0;
  // What should wait and is nowhere is missing too: it was damaged after it had been met.
  log.droppedCorrupt += log.waiting - waiting;
  log.waiting = waiting;
  log.surveyed = log.lastSequence;
  cursor.serial = 0;
  for (let block = dropped; block !== log.block && cursor.serial === 0;) {
    block = (block + 1) % log.area.blocks;
    if (readLogHeader(log, block, header) === HeaderKind.valid && isLive(log, header.serial)) enterBlock(log, cursor, block, header);
  }
  let seen = 0;
  if (cursor.serial > 0) {
    cursor.lost = 0;
    walkOut(log, cursor);
    seen = cursor.lost;
    // Counted on to be found there: so nothing may say that none is missing, though it was damaged behind the oldest that waits.
    if (seen > 0) log.oldest.view = BlockView.waiting;
    if (cursor.view !== BlockView.done) seen += log.lastSequence - cursor.sequence;
  }
  log.corruptBefore = Math.max(0, log.droppedCorrupt - seen);
}

/**
 * Drops the block, if it is one of the log's: counts what waits in it, and what is missing. Of the oldest one everything is known
 * though its head may be damaged since.
 * @cold
 */
export function dropBlock(log: ReadingLog, block: number): void {
  if (log.serial === 0) return;
  const header = logHeader();
  const record = logRecord();
  const cursor = logCursor();
  const valid = readLogHeader(log, block, header) === HeaderKind.valid && isLive(log, header.serial);
  const oldest = log.oldest.block === block && isLive(log, log.oldest.serial);
  if (valid) enterBlock(log, cursor, block, header);
  else if (oldest) copyCursor(log.oldest, cursor);
  if (cursor.serial > 0) {
    while (seekInBlock(log, cursor, record)) {
      log.droppedFull += 1;
      waitsNoMore(log);
      consume(cursor, record);
    }
    if (!leaveBlock(log, cursor)) cursor.serial = 0;
    if (oldest) copyCursor(cursor, log.oldest);
  }
  // Behind a block without a head nothing else leads a later boot to what is missing before the next one.
  if (cursor.lost > 0 || (!valid && log.droppedCorrupt > log.corruptBefore)) countLost(log, block);
}
