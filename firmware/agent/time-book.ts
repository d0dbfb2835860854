/**
 * When a boot began in world time, as far as it was ever learned: readings made before the clock was set get their time
 * from here, also after a restart.
 */
import type { EpochTime } from "../../hal/ports/clock";
import { sub } from "../base/intrinsics";
import { addMs, subtractMs } from "../base/time";
import { recordGet, recordPut } from "../store/records";
import type { RecordStore } from "../store/records";
import { pack16, pack32, unpack16, unpack32 } from "./fields";

const ANCHOR_BYTES = 8;
const ANCHORS_MAX = 16;

/**
 * The world time of `uptime` in boot `boot`; undefined when that boot never learned the time. Uptimes that wrapped (past
 * 24.8 days without a clock) are not recognised.
 * @cold
 */
export function timeOf(store: RecordStore, boot: number, uptime: number): EpochTime | undefined {
  const anchors = recordGet(store, "anchors");
  if (anchors === undefined) return undefined;
  for (let i = 0; i + ANCHOR_BYTES <= anchors.length; i += ANCHOR_BYTES) {
    if (unpack16(anchors, i) === boot % 65536) return addMs({ sec: unpack32(anchors, i + 2), ms: unpack16(anchors, i + 6) }, uptime);
  }
  return undefined;
}

/** Notes that at `uptime` of boot `boot` it was `now`. Only the first time in a boot counts: one boot, one anchor. */
export function noteTime(store: RecordStore, boot: number, uptime: number, now: EpochTime): number {
  if (timeOf(store, boot, 0) !== undefined) return 0;
  const zero = subtractMs(now, uptime);
  const before = recordGet(store, "anchors") ?? "";
  const kept = before.length < ANCHOR_BYTES * ANCHORS_MAX ? before : sub(before, ANCHOR_BYTES, before.length);
  return recordPut(store, "anchors", kept + pack16(boot % 65536) + pack32(zero.sec) + pack16(zero.ms));
}
