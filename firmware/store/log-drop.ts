/** What leaves the reading log because the ring comes round to it: the oldest block, with an account of what was in it. */
import { HeaderKind, logHeader, logRecord, readLogHeader } from "./log-block";
import type { LogHeader } from "./log-block";
import { BlockView } from "./log-state";
import type { LogCursor, ReadingLog } from "./log-state";
import { consume, copyCursor, enterBlock, isLive, leaveBlock, logCursor, seekInBlock, waitsNoMore } from "./log-walk";

/**
 * How many readings were accepted behind the start of the cursor's block, as far as headers tell which numbers were left out.
 * @cold
 */
function numbersBehind(log: ReadingLog, cursor: LogCursor, header: LogHeader): number {
  let count = log.lastSequence - cursor.sequence;
  for (let block = 0; block < log.area.blocks; block += 1) {
    if (readLogHeader(log, block, header) === HeaderKind.valid && isLive(log, header.serial) && header.serial > cursor.serial) count -= header.skipped;
  }
  return count;
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
  if (!valid && !oldest) return;
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
  // No more is lost than is counted already, or waits and is in none of the blocks behind.
  const most = log.droppedCorrupt + Math.max(0, log.waiting - numbersBehind(log, cursor, header));
  log.corruptBefore += cursor.lost;
  // Behind it may be a block that lost its head: what waits there from the oldest on is known, and what arrived is not lost.
  if (!oldest && isLive(log, log.oldest.serial)) log.corruptBefore -= Math.min(Math.max(0, cursor.sequence - log.oldest.sequence), cursor.lost);
  log.corruptBefore = Math.min(log.corruptBefore, most);
  if (!oldest) return;
  copyCursor(cursor, log.oldest);
  if (!more) log.oldest.serial = 0;
}
