/**
 * A stretch of a chip: its bytes, the wear of its blocks, and which bits flipped by themselves. What most chips of a fleet never have
 * takes no memory.
 */
import type { FlashArea } from "../../hal/ports/flash";
import { FlashPages } from "./flash-pages";

/** Held, because looking a global up costs more than the call where tests run in a context of their own. */
const { floor } = Math;

export class Region {
  readonly pages: FlashPages;
  /** Erases of each block. */
  private counts: number[] | undefined;
  private worn: Set<number> | undefined;
  /** What flipped since its block was erased: bits by offset. */
  private flips: Map<number, number> | undefined;

  constructor(readonly area: FlashArea) {
    this.pages = new FlashPages(area.blockBytes, area.blocks);
  }

  /** Erases of each block, in all. */
  get erases(): number[] {
    return [...(this.counts ?? new Array<number>(this.area.blocks).fill(0))];
  }

  countErase(block: number): void {
    this.counts ??= new Array<number>(this.area.blocks).fill(0);
    this.counts[block]! += 1;
  }

  /** The block takes no write and no erase any more. */
  wearOut(block: number): void {
    this.worn ??= new Set();
    this.worn.add(block);
  }

  isWorn(block: number): boolean {
    return this.worn?.has(block) === true;
  }

  get hasFlipped(): boolean {
    return this.flips !== undefined && this.flips.size > 0;
  }

  /** Flips one bit, 0 to 7, of a byte. */
  flip(offset: number, bit: number): void {
    const { blockBytes } = this.area;
    this.flips ??= new Map();
    this.flips.set(offset, this.flippedBits(offset) ^ (1 << bit));
    this.pages.block(floor(offset / blockBytes))[offset % blockBytes]! ^= 1 << bit;
  }

  /** The bits of a byte that flipped. */
  flippedBits(offset: number): number {
    return this.flips?.get(offset) ?? 0;
  }

  /** A copy of all bytes, as they would be had no bit flipped. */
  healed(): Uint8Array {
    const bytes = this.pages.copy();
    for (const [offset, bits] of this.flips ?? []) bytes[offset]! ^= bits;
    return bytes;
  }

  /** The byte was programmed: it is what it was meant to be. */
  settle(offset: number): void {
    this.flips?.delete(offset);
  }

  /** The block was erased. */
  settleBlock(block: number): void {
    for (const offset of this.flips?.keys() ?? []) if (floor(offset / this.area.blockBytes) === block) this.flips!.delete(offset);
  }
}
