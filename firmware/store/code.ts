/** What the store's functions answer, and in which state an area was found. */
export const enum StoreCode {
  ok = 0,
  /** No room: the live records fill a block, or the log's sequence numbers are used up. */
  full = 1,
  /** A key, a value or a position is out of range; nothing was written. */
  invalid = 2,
  /** The flash refused or lost what was written; the value is then the old or the new one. */
  hardware = 3,
  /** The area was written by a later version of the format; nothing is written, so that nothing is destroyed. */
  newer = 4,
}

/** How an area was found by `recordsOpen` or `logOpen`. */
export const enum StoreState {
  /** Nothing that can be read: a new area, or one that will be formatted by the first write. */
  fresh = 0,
  /** In order. */
  ready = 1,
  /** Usable, after a power cut or damage: bytes were passed over. */
  recovered = 2,
  /** Of a later format version: read-only and, to this version, empty. */
  newer = 3,
}
