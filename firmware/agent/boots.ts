/**
 * How often the device booted, and how often in a row too quickly: ten quick boots lead to safe mode, in which the app
 * does not run but the link does, so that a person can still reach the device.
 *
 * A boot stops being quick after a minute, or with the first acknowledged batch. Wakes from deep sleep are not counted,
 * and written down only when a reading needs them for its time.
 */
import { at, chr, sub } from "../base/intrinsics";
import { recordGet, recordPut } from "../store/records";
import type { RecordStore } from "../store/records";
import { pack32, unpack32 } from "./fields";

/** Quick boots in a row that lead to safe mode. */
export const QUICK_BOOTS_MAX = 10;

export interface Boots {
  /** This boot's number, from 1. */
  readonly number: number;
  /** Quick boots in a row before this one. */
  readonly quick: number;
  /** True once `number` is in flash. */
  stored: boolean;
}

function save(store: RecordStore, number: number, quick: number): boolean {
  return recordPut(store, "boots", pack32(number) + chr(quick)) === 0;
}

/** Counts this boot. */
export function countBoot(store: RecordStore, wokeFromSleep: boolean): Boots {
  const record = recordGet(store, "boots");
  const known = record !== undefined && record.length === 5;
  const number = (known ? unpack32(record, 0) : 0) + 1;
  const quick = known ? at(sub(record, 4, 5), 0) : 0;
  const stored = !wokeFromSleep && save(store, number, quick < QUICK_BOOTS_MAX ? quick + 1 : quick);
  return { number, quick, stored };
}

/**
 * Makes sure that this boot's number is in flash, because a reading is about to name it.
 * @cold
 */
export function storeBoot(store: RecordStore, boots: Boots): void {
  if (!boots.stored) boots.stored = save(store, boots.number, boots.quick);
}

/** This boot has proved itself: the count of quick boots begins anew. */
export function bootProved(store: RecordStore, boots: Boots): void {
  save(store, boots.number, 0);
  boots.stored = true;
}
