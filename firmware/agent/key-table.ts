/**
 * The names of all keys that this device ever reported, in the order in which they first appeared, kept in flash: the log
 * names a key by its place, and firmware that declares its measures in another order must still read an old log.
 */
import { recordGet, recordPut } from "../store/records";
import type { RecordStore } from "../store/records";
import type { Publisher } from "./thing";

/** The most keys a device may ever report. */
export const KEYS_MAX = 32;

/** The table as it lies in flash: one record a key. */
export function loadKeys(store: RecordStore): string[] {
  const keys: string[] = [];
  for (let i = 0; i < KEYS_MAX; i += 1) {
    const name = recordGet(store, "key." + i);
    if (name === undefined) break;
    keys.push(name);
  }
  return keys;
}

/** The place of a key, which is added and stored when it is new; -1 when there is no room for it. */
export function placeOf(store: RecordStore, publisher: Publisher, name: string): number {
  const keys = publisher.keys;
  for (let i = 0; i < keys.length; i += 1) {
    if (keys[i] === name) return i;
  }
  const place = keys.length;
  if (place >= KEYS_MAX || recordPut(store, "key." + place, name) !== 0) return -1;
  keys.push(name);
  publisher.held.push(0);
  return place;
}
