/**
 * The bytes of one flash area. A block that holds nothing takes no memory: most of a fleet's flash is never written.
 */

import type { Random } from "./random";

/** Held, because looking a global up costs more than the call where tests run in a context of their own. */
const { fromCharCode } = String;
const { alloc, compare, from: bufferFrom } = Buffer;

const ERASED = "\xff";
const FEW_BYTES = 8;

/**
 * What a cut leaves of the block that was being erased: as it was; erased; erased up to the middle, or from it on; some
 * bits erased everywhere, so that bytes may still look right; or noise.
 */
export type EraseOutcome = "untouched" | "erased" | "front" | "back" | "bits" | "noise";

export const eraseOutcomes: readonly EraseOutcome[] = ["untouched", "erased", "front", "back", "bits", "noise"];

/** Bytes as binary string; for a few a loop is faster than the call. */
function latin1(bytes: Buffer, from: number, to: number): string {
  if (to - from > FEW_BYTES) return bytes.toString("latin1", from, to);
  let text = "";
  for (let i = from; i < to; i += 1) text += fromCharCode(bytes[i]!);
  return text;
}

/** Leaves a block as an interrupted erase would. */
export function halfErase(block: Uint8Array, outcome: EraseOutcome, random: Random): void {
  const middle = outcome === "front" || outcome === "back" ? random.below(block.length) : 0;
  for (let i = 0; i < block.length; i += 1) {
    const old = block[i]!;
    if (outcome === "erased") block[i] = 255;
    else if (outcome === "front") block[i] = i < middle ? 255 : old;
    else if (outcome === "back") block[i] = i < middle ? old : 255;
    else if (outcome === "bits") block[i] = old | (random.chance(0.25) ? random.below(256) : 0);
    else if (outcome === "noise") block[i] = random.below(256);
  }
}

export class FlashPages {
  private readonly pages: (Buffer | undefined)[];

  constructor(
    private readonly blockBytes: number,
    blocks: number,
  ) {
    this.pages = new Array<Buffer | undefined>(blocks).fill(undefined);
  }

  /** Bytes of the area. */
  get length(): number {
    return this.blockBytes * this.pages.length;
  }

  /** Bytes of memory that are taken. */
  get held(): number {
    return this.blockBytes * this.pages.reduce((count, page) => count + (page === undefined ? 0 : 1), 0);
  }

  /** A block that is not erased; undefined for one that is, as far as anybody knows. */
  written(block: number): Uint8Array | undefined {
    return this.pages[block];
  }

  /** A block, to be changed. */
  block(block: number): Uint8Array {
    return (this.pages[block] ??= alloc(this.blockBytes, 255));
  }

  /** The block is erased. */
  clear(block: number): void {
    this.pages[block] = undefined;
  }

  /** `count` bytes from `offset` on, which lie inside the area. */
  read(offset: number, count: number): string {
    let text = "";
    for (let from = offset; from < offset + count; ) {
      const start = from % this.blockBytes;
      const left = offset + count - from;
      const size = left < this.blockBytes - start ? left : this.blockBytes - start;
      const page = this.pages[(from - start) / this.blockBytes];
      text += page === undefined ? ERASED.repeat(size) : latin1(page, start, start + size);
      from += size;
    }
    return text;
  }

  /** A copy of all bytes. */
  copy(): Uint8Array {
    const all = new Uint8Array(this.length).fill(255);
    this.pages.forEach((page, block) => page !== undefined && all.set(page, block * this.blockBytes));
    return all;
  }

  /** Puts such a copy in place. */
  load(all: Uint8Array): void {
    const erased = alloc(this.blockBytes, 255);
    for (let block = 0; block < this.pages.length; block += 1) {
      const page = bufferFrom(all.subarray(block * this.blockBytes, (block + 1) * this.blockBytes));
      this.pages[block] = compare(page, erased) === 0 ? undefined : page;
    }
  }
}
