/**
 * Marks of commands on a platform that stamps nothing: what the device obeyed last as wanted state, so that it is not obeyed again when
 * it is read again after a connection or a restart. It never acts; commands.ts does.
 *
 * The mark of a key is how it stands (1 byte) and a checksum of the value's text (4 bytes). It stands `held` when the value was obeyed
 * and nothing else since, `overruled` once a call has been obeyed after it. Then:
 *
 *   the same value, read because the device asked     passed over, however the mark stands
 *   the same value, written anew                      passed over when held, obeyed when overruled
 *   another value                                     obeyed
 *   a call                                            obeyed; overrules
 *   the value was taken back                          forgotten: the next one is new, whatever it is
 */
import { at, chr, sub } from "../base/intrinsics";
import { Origin } from "../platform/profile";
import { recordGet, recordPut, recordRemove } from "../store/records";
import { CommandCode } from "./command-code";
import type { Thing } from "./thing";

const HELD = 1;
const OVERRULED = 2;
/** No mark of a platform that stamps is as long. */
const MARK_BYTES = 5;

/**
 * Notes that a command with the value `text` is about to run: 0, or why it must not.
 * @cold
 */
export function markWanted(thing: Thing, place: number, text: string): CommandCode {
  const name = "mark." + place;
  const stored = recordGet(thing.records, name) ?? "";
  const before = stored.length === MARK_BYTES ? stored : "";
  const sum = before === "" ? "" : sub(before, 1, MARK_BYTES);
  let after = "";
  if (thing.asked!.origin === Origin.rpc) {
    // Nothing to overrule, or done before.
    if (before === "" || at(before, 0) === OVERRULED) return CommandCode.ok;
    after = chr(OVERRULED) + sum;
  } else {
    const wanted = thing.ports.checksum.crc32(text);
    if (sum === wanted && (thing.asked!.origin === Origin.answer || at(before, 0) === HELD)) return CommandCode.repeated;
    after = chr(HELD) + wanted;
  }
  return recordPut(thing.records, name, after) === 0 ? CommandCode.ok : CommandCode.storeFailed;
}

/**
 * The value was taken back.
 * @cold
 */
export function forgetWanted(thing: Thing, place: number): void {
  recordRemove(thing.records, "mark." + place);
}
