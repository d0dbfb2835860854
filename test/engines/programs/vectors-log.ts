/** Vectors of the reading log over a flash of strings: appends, walks, acknowledgements, a full ring, power cuts. docs/SPEC-store.md 4. */
import { chr } from "../../../firmware/base/intrinsics";
import { logAcknowledge, logAppend, logCursor, logEntry, logErase, logNext, logOpen, logRewind } from "../../../firmware/store/log";
import type { ReadingLog } from "../../../firmware/store/log";
import { stringFlash, stringFlashPort } from "./string-flash";
import type { StringFlash } from "./string-flash";
import { draw, drawBytes, emit, repeat, show } from "./vectors";
import type { Vectors } from "./vectors";

function tell(run: Vectors, what: string, log: ReadingLog, flash: StringFlash): void {
  const account = log.lastSequence + " " + log.waiting + " " + log.droppedFull + " " + log.droppedCorrupt + " " + log.serial + " " + log.end;
  let bytes = "";
  for (const block of flash.blocks) bytes += " " + show(block);
  emit(run, what + " state " + log.state + " " + log.code + " " + account + bytes + " " + flash.refused);
}

/** Everything that waits, as sequences and a sum over the bytes. */
function walk(run: Vectors, log: ReadingLog): void {
  const cursor = logCursor();
  const entry = logEntry();
  let text = "";
  let all = "";
  logRewind(log, cursor);
  while (logNext(log, cursor, entry)) {
    text += " " + entry.sequence;
    all += entry.bytes;
  }
  emit(run, "waiting" + text + " " + show(all) + " " + log.waiting);
}

function life(run: Vectors): void {
  const flash = stringFlash("log", 256, 4);
  const port = stringFlashPort(flash);
  let log = logOpen(port, run.checksum, flash.area);
  for (let i = 0; i < 60; i += 1) {
    const act = draw(run, 10);
    if (act < 6) {
      const sequence = logAppend(log, drawBytes(run, 1 + draw(run, 60)));
      tell(run, "append " + sequence, log, flash);
    } else if (act < 9) {
      const cursor = logCursor();
      const entry = logEntry();
      logRewind(log, cursor);
      const skip = draw(run, 3);
      for (let k = 0; k < skip; k += 1) logNext(log, cursor, entry);
      const found = logNext(log, cursor, entry);
      tell(run, "acknowledge " + (found ? logAcknowledge(log, cursor, entry.sequence) : 99) + " " + logAcknowledge(log, cursor, 1), log, flash);
    } else {
      log = logOpen(port, run.checksum, flash.area);
      tell(run, "open", log, flash);
    }
    if (i % 4 === 0) walk(run, log);
  }
  tell(run, "erase " + logErase(log), log, flash);
  walk(run, logOpen(port, run.checksum, flash.area));
}

function edges(run: Vectors): void {
  const flash = stringFlash("log", 256, 2);
  const log = logOpen(stringFlashPort(flash), run.checksum, flash.area);
  for (const size of [0, 1, 199, 200, 201]) tell(run, "size " + size + " " + logAppend(log, repeat(chr(254), size)), log, flash);
  walk(run, log);
}

/** Three readings, the first acknowledged; the step after them is cut after `left` bytes, and the next boot looks and goes on. */
function cuts(run: Vectors): void {
  for (let left = 0; left < 50; left += 1) {
    const flash = stringFlash("log", 256, 3);
    const port = stringFlashPort(flash);
    const log = logOpen(port, run.checksum, flash.area);
    for (let i = 0; i < 3; i += 1) logAppend(log, repeat(chr(97 + i), 60));
    const cursor = logCursor();
    const entry = logEntry();
    logRewind(log, cursor);
    logNext(log, cursor, entry);
    flash.left = left;
    const marked = left % 2 === 0 ? 0 : logAcknowledge(log, cursor, entry.sequence);
    const sequence = logAppend(log, left < 25 ? "short" : repeat("z", 90));
    flash.left = -1;
    const again = logOpen(port, run.checksum, flash.area);
    tell(run, "cut " + left + " " + marked + " " + sequence, again, flash);
    walk(run, again);
    emit(run, "next " + logAppend(again, "next") + " " + again.code);
  }
}

export function logLifeVectors(run: Vectors): void {
  life(run);
  edges(run);
}

export function logCutVectors(run: Vectors): void {
  cuts(run);
}
