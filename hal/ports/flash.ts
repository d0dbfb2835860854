/**
 * Flash in named areas. The areas come from the board's `board.json`, never from "the largest free one".
 *
 * Rules, those of NOR flash narrowed so that files can stand in for it:
 * - An area is `blocks` erase blocks of `blockBytes` each. An erased byte reads 0xFF.
 * - A byte is programmed **once** between erases. Writing 0xFF leaves a byte unprogrammed. A write that touches a byte
 *   already programmed is refused whole (`invalid`).
 * - A write stays within one block. The first write after an erase begins at the block's offset 0 (an area made of
 *   files creates the block's file with it).
 * - All three calls act at once and in order. A power cut inside a write leaves any prefix of its bytes programmed, the
 *   byte at the cut with any subset of its bits; a cut inside an erase leaves the block's bytes in any state.
 * - A write or an erase that the hardware failed answers `hardware`; the block's bytes are then in any state.
 *
 * For store authors: nothing is buffered, and there is nothing to flush. For adapter authors: a read never fails;
 * unreadable bytes read as 0xFF, and the checksums above will notice.
 */
export interface FlashArea {
  /** "records" or "log". */
  readonly name: string;
  /** Bytes in one erase block. */
  readonly blockBytes: number;
  /** Number of erase blocks, at least 2. */
  readonly blocks: number;
}

export interface FlashPort {
  /** The area of that name, or undefined when the board has none. Equal names give equal areas. */
  open(this: void, name: string): FlashArea | undefined;
  /** `count` bytes from `offset` of the area; both lie within it. May cross blocks. */
  read(this: void, area: FlashArea, offset: number, count: number): string;
  /** Programs bytes at `offset` of the area: 0, `invalid` or `hardware`. */
  write(this: void, area: FlashArea, offset: number, bytes: string): number;
  /** Erases one block by its index: 0, `invalid` or `hardware`. */
  eraseBlock(this: void, area: FlashArea, block: number): number;
}
