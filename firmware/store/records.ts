/**
 * The record store: short values under short keys that outlive any power cut. It holds the token, the settings, a pending
 * activation, the boot counter, command marks and time anchors.
 *
 * Records are appended to the current block. When it is full, the live ones are written into the next block as a new
 * *generation*, which counts from the moment its seal is programmed; the block before is erased only when the ring comes
 * round to it. At every instant one sealed generation is whole, so opening writes nothing (docs/SPEC-store.md 3).
 *
 * Never caches a value, never writes one that has not changed, and never continues a torn record: a block that has one
 * takes no more.
 */
import type { ChecksumPort } from "../../hal/ports/checksum";
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import { check } from "../base/check";
import { at } from "../base/intrinsics";
import { firstProgrammed, program } from "./bytes";
import { StoreCode, StoreState } from "./code";
import {
  beginGeneration,
  encodeRecord,
  newestRecord,
  nextRecord,
  readRecordHeader,
  recordAt,
  recordKeyBytesMax,
  recordOverhead,
  recordSearch,
  recordsStart,
  recordsVersion,
  recordValueBytesMax,
  sealGeneration,
} from "./record-block";
import type { FoundRecord, RecordStore } from "./record-block";

export { recordKeyBytesMax, recordValueBytesMax } from "./record-block";
export type { RecordStore } from "./record-block";

/** Smallest block that holds a value of 200 bytes. */
const blockBytesMin = 256;
const generationMax = 2147483647;

/** A live record of the current block. */
interface LiveRecord {
  readonly key: string;
  position: number;
  size: number;
}

/** Finds the newest sealed generation; leaves `generation` 0 when there is none. */
function findGeneration(store: RecordStore): void {
  const header = { version: 0, generation: 0, sealed: false };
  for (let block = 0; block < store.area.blocks; block += 1) {
    if (readRecordHeader(store, block, header)) {
      if (header.generation > store.highest) store.highest = header.generation;
      if (header.sealed && header.generation > store.generation) {
        store.block = block;
        store.generation = header.generation;
        store.state = header.version === recordsVersion ? StoreState.ready : StoreState.newer;
      }
    }
  }
}

/** Erases every block but the current one; blank ones only if `always`. `ok` or `hardware`. */
function eraseOthers(store: RecordStore, always: boolean): number {
  const size = store.area.blockBytes;
  let code: number = StoreCode.ok;
  for (let block = 0; block < store.area.blocks; block += 1) {
    const base = block * size;
    if (block !== store.block && (always || firstProgrammed(store.flash, store.area, base, base + size) < base + size)) {
      if (store.flash.eraseBlock(store.area, block) !== 0) code = StoreCode.hardware;
    }
  }
  return code;
}

/**
 * Opens the store in an area. Never fails: an area that cannot be read is empty (`fresh`) and is formatted by the first
 * write, one of a later format is left alone (`newer`). Writes nothing, except that it finishes a `recordsErase` that was
 * cut short.
 * @cold
 */
export function recordsOpen(flash: FlashPort, checksum: ChecksumPort, area: FlashArea): RecordStore {
  if (MOTET_CHECKED) check(area.blocks >= 2 && area.blockBytes >= blockBytesMin, "recordsOpen: area too small");
  const size = area.blockBytes;
  const store: RecordStore = {
    flash, checksum, area, state: StoreState.fresh, block: area.blocks - 1, generation: 0, highest: 0, end: size,
  };
  findGeneration(store);
  if (store.state !== StoreState.ready) return store;
  const found = recordSearch();
  let end = recordsStart;
  let whole = true;
  while (nextRecord(store, found)) {
    if (found.position !== end) whole = false;
    end = found.next;
  }
  const base = store.block * size;
  const torn = firstProgrammed(flash, area, base + end, base + size) < base + size;
  if (torn || !whole || store.highest > store.generation) store.state = StoreState.recovered;
  // A block with a torn tail takes no more; neither does one beside a newer generation that was never sealed, since
  // bits that were cut while they were programmed may read otherwise next time. What is damaged is left behind as well.
  if (store.state === StoreState.ready) store.end = end;
  if (store.end === recordsStart) eraseOthers(store, false);
  return store;
}

/**
 * The value of a key, or undefined, where something in the block is damaged or torn.
 * @rare
 */
function searchedRecord(store: RecordStore, key: string, found: FoundRecord): string | undefined {
  let value: string | undefined = undefined;
  while (nextRecord(store, found)) {
    if (found.key === key) value = found.removed ? undefined : found.value;
  }
  return value;
}

/**
 * The value of a key, or undefined.
 * @cold
 */
export function recordGet(store: RecordStore, key: string): string | undefined {
  if (store.generation === 0 || store.state === StoreState.newer) return undefined;
  const found = recordSearch();
  // Lengths are believed where opening found every record whole.
  const newest = store.state === StoreState.ready ? newestRecord(store, key) : -1;
  if (newest === 0) return undefined;
  if (newest > 0 && recordAt(store, newest, found)) return found.removed ? undefined : found.value;
  return searchedRecord(store, key, found);
}

/** The live records of the current block, in the order of their keys' first appearance; none of `except`. */
function liveRecords(store: RecordStore, except: string): LiveRecord[] {
  const live: LiveRecord[] = [];
  if (store.generation === 0) return live;
  const found = recordSearch();
  while (nextRecord(store, found)) {
    if (found.key !== except) {
      let entry: LiveRecord | undefined = undefined;
      for (const known of live) if (known.key === found.key) entry = known;
      if (entry === undefined) {
        entry = { key: found.key, position: 0, size: 0 };
        live.push(entry);
      }
      entry.position = found.position;
      entry.size = found.removed ? 0 : found.size;
    }
  }
  return live;
}

/** Writes a whole generation into `target`, `last` being the records to add; the end of its records, or 0 when the flash failed. */
function writeGeneration(store: RecordStore, target: number, live: LiveRecord[], key: string, removed: boolean, value: string): number {
  const base = target * store.area.blockBytes;
  const generation = store.highest;
  if (beginGeneration(store, target, generation) !== StoreCode.ok) return 0;
  let end = recordsStart;
  const found = recordSearch();
  for (const entry of live) {
    // Read again with its checksum: what has been damaged since is not carried on as if it were whole.
    if (entry.size > 0 && recordAt(store, entry.position, found)) {
      const copy = encodeRecord(store.checksum, generation, found.key, false, found.value);
      if (program(store.flash, store.area, base + end, copy) !== StoreCode.ok) return 0;
      end += copy.length;
    }
  }
  if (!removed) {
    const record = encodeRecord(store.checksum, generation, key, false, value);
    if (program(store.flash, store.area, base + end, record) !== StoreCode.ok) return 0;
    end += record.length;
  }
  return sealGeneration(store, target) === StoreCode.ok ? end : 0;
}

/**
 * Begins a new generation with the live records, one of them changed. Blocks that fail are passed over, never the current
 * one. `ok`, `full` (nothing was written) or `hardware` (the current generation still holds).
 */
function renew(store: RecordStore, live: LiveRecord[], key: string, removed: boolean, value: string): number {
  const blocks = store.area.blocks;
  let size = recordsStart + (removed ? 0 : recordOverhead + key.length + value.length);
  for (const entry of live) size += entry.size;
  if (size > store.area.blockBytes || store.highest > generationMax - blocks) return StoreCode.full;
  const attempts = store.generation === 0 ? blocks : blocks - 1;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const target = (store.block + attempt) % blocks;
    // A number of its own for every attempt: no two headers ever share one.
    store.highest += 1;
    const end = writeGeneration(store, target, live, key, removed, value);
    if (end > 0) {
      store.block = target;
      store.generation = store.highest;
      store.end = end;
      store.state = StoreState.ready;
      return StoreCode.ok;
    }
  }
  store.end = store.area.blockBytes;
  return StoreCode.hardware;
}

/**
 * Appends a record to the current block, or begins a new generation with it.
 * @cold
 */
function change(store: RecordStore, key: string, removed: boolean, value: string): number {
  const size = recordOverhead + key.length + value.length;
  if (store.generation > 0 && store.end + size <= store.area.blockBytes) {
    const record = encodeRecord(store.checksum, store.generation, key, removed, value);
    if (program(store.flash, store.area, store.block * store.area.blockBytes + store.end, record) === StoreCode.ok) {
      store.end += size;
      return StoreCode.ok;
    }
    store.end = store.area.blockBytes;
  }
  return renew(store, liveRecords(store, key), key, removed, value);
}

/** Whether a key has 1 to 16 characters from "!" to "~". */
function validKey(key: string): boolean {
  if (key.length < 1 || key.length > recordKeyBytesMax) return false;
  for (let i = 0; i < key.length; i += 1) if (at(key, i) < 33 || at(key, i) > 126) return false;
  return true;
}

/**
 * Stores a value of 0 to `recordValueBytesMax` bytes under a key. Reads it back; writes nothing when the value is
 * unchanged. A power cut leaves the old value or the new one.
 * @returns `ok`, `invalid`, `full`, `hardware` or `newer`
 * @cold
 */
export function recordPut(store: RecordStore, key: string, value: string): number {
  if (!validKey(key) || value.length > recordValueBytesMax) return StoreCode.invalid;
  if (store.state === StoreState.newer) return StoreCode.newer;
  if (recordGet(store, key) === value) return StoreCode.ok;
  return change(store, key, false, value);
}

/**
 * Removes a key; writes nothing when there is none. @returns as `recordPut`, but never `full` in practice: it shrinks
 * @cold
 */
export function recordRemove(store: RecordStore, key: string): number {
  if (!validKey(key)) return StoreCode.invalid;
  if (store.state === StoreState.newer) return StoreCode.newer;
  if (recordGet(store, key) === undefined) return StoreCode.ok;
  return change(store, key, true, "");
}

/**
 * Factory reset: every record goes, and every byte that held one is erased, whatever version wrote it. An empty generation
 * is sealed first, so that a power cut leaves everything or nothing; then the blocks before it are erased, which
 * `recordsOpen` finishes after a cut.
 * @returns `ok`, or `hardware` when a block could not be erased
 */
export function recordsErase(store: RecordStore): number {
  const code = renew(store, [], "", true, "");
  if (code === StoreCode.ok) return eraseOthers(store, true);
  // No block takes a new generation, or there is no number left for one: all are erased, and the numbers begin again.
  let failed: number = code === StoreCode.full ? StoreCode.ok : code;
  for (let block = 0; block < store.area.blocks; block += 1) {
    if (store.flash.eraseBlock(store.area, block) !== 0) failed = StoreCode.hardware;
  }
  store.state = StoreState.fresh;
  store.generation = 0;
  if (failed === StoreCode.ok) store.highest = 0;
  return failed;
}
