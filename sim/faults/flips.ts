/**
 * What bits that flipped by themselves took from a reading log, as far as no log can know: the flash is read as it is and as it
 * would be without them. A flip in the head of the newest block hides how many readings are behind it, and how many were dropped
 * since the head that is found instead; one in a reading that has arrived hides that it has.
 */
import { logCursor, logEntry, logNext, logOpen } from "../../firmware/store/log";
import type { ChecksumPort } from "../../hal/ports/checksum";
import { createFlash } from "../world/flash";
import type { FlashImage, WorldFlash } from "../world/flash";

export interface FlipLoss {
  /** Readings that are gone and not counted. */
  readonly uncounted: number;
  /** Readings that are counted as lost and had arrived. */
  readonly overcounted: number;
}

/** How many readings wait, and the log's account of losses, as a boot would come to know them. */
function survey(flash: WorldFlash, image: FlashImage, checksum: ChecksumPort): { waiting: number; corrupt: number; full: number } {
  const area = flash.port.open("log")!;
  const copy = createFlash({ areas: [area], strict: false });
  copy.restore(new Map([["log", image.get("log")!]]));
  const log = logOpen(copy.port, checksum, copy.port.open("log")!);
  const cursor = logCursor();
  const entry = logEntry();
  let waiting = 0;
  while (logNext(log, cursor, entry)) waiting += 1;
  return { waiting, corrupt: log.droppedCorrupt, full: log.droppedFull };
}

/** For a machine that boots now. */
export function lossByFlips(flash: WorldFlash, checksum: ChecksumPort): FlipLoss {
  if (!flash.hasFlipped) return { uncounted: 0, overcounted: 0 };
  const is = survey(flash, flash.snapshot(), checksum);
  const wouldBe = survey(flash, flash.healed(), checksum);
  const gone = wouldBe.waiting - is.waiting;
  const counted = is.corrupt - wouldBe.corrupt;
  const forgotten = Math.max(0, wouldBe.full - is.full);
  return { uncounted: Math.max(0, gone - counted) + forgotten, overcounted: Math.max(0, counted - gone) };
}
