/**
 * The chip under every kind of flash in the world: bytes that programming clears bit by bit and that an erase sets block by
 * block, with power cuts, failing hardware and flipped bits. It knows no files and no rules of the port; those are made of
 * it (flash.ts, flash-storage.ts, flash-file.ts). Blocks that hold nothing take no memory.
 *
 * A power cut is a thrown `PowerCut`, which unwinds the device code; the device code itself catches nothing. Every call
 * throws it again until `restore`. Everything random comes from the seed.
 */
import { Fault } from "../../hal/ports/fault";
import type { FlashArea } from "../../hal/ports/flash";
import { halfErase } from "./flash-pages";
import type { EraseOutcome } from "./flash-pages";
import { Region } from "./flash-region";
import { Random } from "./random";

/** The power failed inside a call. Every call throws one until it is back, so it takes down no stack: that would be most of its cost. */
export class PowerCut extends Error {
  constructor(where: string) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`power cut ${where}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = "PowerCut";
  }
}

/** What a cut leaves of the byte that was being programmed: none of its bits, some at random (not all), or all of them. */
export type ByteOutcome = "none" | "some" | "all";

export const byteOutcomes: readonly ByteOutcome[] = ["none", "some", "all"];
/** Everything done since the flash was made, or since `resetCounts`. */
export interface FlashCounts {
  writes: number;
  /** Bytes programmed; a byte written as 0xFF is not. */
  programmed: number;
  erases: number;
}

/** The contents of all regions. */
export type FlashImage = ReadonlyMap<string, Uint8Array>;

interface Plan<Outcome> {
  readonly at: number;
  readonly outcome: Outcome;
}

/** Held, because looking a global up costs more than the call where tests run in a context of their own. */
const { floor, min } = Math;

/** A chip of named regions; all of them begin erased. */
export class FlashChip {
  readonly counts: FlashCounts = { writes: 0, programmed: 0, erases: 0 };
  /** True from a cut until `restore`. */
  isOff = false;
  /** Cuts that happened, in all. */
  cuts = 0;
  protected readonly random: Random;
  readonly #regions: readonly Region[];
  #programCut: Plan<ByteOutcome> | undefined;
  #eraseCut: Plan<EraseOutcome> | undefined;
  #writeFault: Plan<number> | undefined;
  #eraseFault: Plan<EraseOutcome> | undefined;

  constructor(areas: readonly FlashArea[], seed: number | string) {
    this.random = new Random(seed);
    this.#regions = areas.map((area) => new Region(area));
  }

  /** Memory that the contents take, bytes: blocks that are erased take none. */
  get bytesHeld(): number {
    return this.#regions.reduce((sum, { pages }) => sum + pages.held, 0);
  }

  resetCounts(): void {
    Object.assign(this.counts, { writes: 0, programmed: 0, erases: 0 });
  }

  /** Cuts the power while the byte is programmed that follows `programmed` more ones. */
  cutInProgram(programmed: number, outcome: ByteOutcome): void {
    this.#programCut = { at: this.counts.programmed + programmed, outcome };
  }

  /** Cuts the power inside the erase that follows `erases` more ones. */
  cutInErase(erases: number, outcome: EraseOutcome): void {
    this.#eraseCut = { at: this.counts.erases + erases, outcome };
  }

  /** Makes the write that follows `writes` more ones fail, with `kept` of its bytes written. */
  failWrite(writes: number, kept: number): void {
    this.#writeFault = { at: this.counts.writes + writes, outcome: kept };
  }

  /** Makes the erase that follows `erases` more ones fail and leave the block in that state. */
  failErase(erases: number, outcome: EraseOutcome): void {
    this.#eraseFault = { at: this.counts.erases + erases, outcome };
  }

  /** The contents of all regions, for `restore`. */
  snapshot(): FlashImage {
    return new Map(this.#regions.map(({ area, pages }) => [area.name, pages.copy()]));
  }

  /** The contents as they would be had no bit flipped by itself. */
  healed(): FlashImage {
    return new Map(this.#regions.map((region) => [region.area.name, region.healed()]));
  }

  /** True when bits have flipped and their blocks were not erased since. */
  get hasFlipped(): boolean {
    return this.#regions.some(({ hasFlipped }) => hasFlipped);
  }

  /** Calls off the cuts and failures that are planned and have not happened. */
  callOff(): void {
    this.#programCut = undefined;
    this.#eraseCut = undefined;
    this.#writeFault = undefined;
    this.#eraseFault = undefined;
  }

  /** Switches the power on, over the present contents or over those of an image; calls off the cuts and failures planned. */
  restore(image?: FlashImage): void {
    this.callOff();
    this.isOff = false;
    for (const [name, bytes] of image ?? []) this.region(name).pages.load(bytes);
  }

  /** A region by its name; throws when there is none. */
  protected region(name: string): Region {
    for (const region of this.#regions) if (region.area.name === name) return region;
    throw new Error(`flash: no region ${name}`);
  }

  /** Throws while there is no power. */
  protected powered(name: string): Region {
    if (this.isOff) throw new PowerCut("before this call");
    return this.region(name);
  }

  protected powerOff(where: string): never {
    this.isOff = true;
    this.cuts += 1;
    throw new PowerCut(where);
  }

  /** Clears the bits of bytes within one block that are 0 in `text`: `none` or `hardware`. */
  protected program(region: Region, offset: number, text: string): Fault {
    const { area, pages, hasFlipped } = region;
    const index = floor(offset / area.blockBytes);
    const fault = this.#writeFault?.at === this.counts.writes ? this.#writeFault : undefined;
    this.counts.writes += 1;
    if (region.isWorn(index)) return Fault.hardware;
    const length = fault === undefined ? text.length : min(fault.outcome, text.length);
    const from = offset - index * area.blockBytes;
    let block: Uint8Array | undefined;
    for (let i = 0; i < length; i += 1) {
      const value = text.charCodeAt(i);
      if (value === 255) continue;
      block ??= pages.block(index);
      if (this.#programCut !== undefined && this.counts.programmed === this.#programCut.at) {
        this.partProgram(block, from, i, text, this.#programCut.outcome);
        this.powerOff(`in ${area.name} at byte ${offset + i}`);
      }
      block[from + i]! &= value;
      if (hasFlipped) region.settle(offset + i);
      this.counts.programmed += 1;
    }
    return fault === undefined ? Fault.none : Fault.hardware;
  }

  /** Erases a block: `none` or `hardware`. */
  protected eraseWhole(region: Region, index: number): Fault {
    const { area, pages } = region;
    const fault = this.#eraseFault?.at === this.counts.erases ? this.#eraseFault : undefined;
    if (this.#eraseCut?.at === this.counts.erases) {
      this.partErase(pages.block(index), this.#eraseCut.outcome);
      this.powerOff(`in the erase of block ${index} of ${area.name}`);
    }
    this.counts.erases += 1;
    region.countErase(index);
    if (region.isWorn(index)) return Fault.hardware;
    region.settleBlock(index);
    if (fault === undefined) pages.clear(index);
    else this.partErase(pages.block(index), fault.outcome);
    return fault === undefined ? Fault.none : Fault.hardware;
  }

  /** What an erase that did not end leaves of a block. */
  protected partErase(block: Uint8Array, outcome: EraseOutcome): void {
    halfErase(block, outcome, this.random);
  }

  /** What a cut leaves of a write whose bytes before `at` are programmed; `from` is the write's start in the block. */
  protected partProgram(block: Uint8Array, from: number, at: number, text: string, outcome: ByteOutcome): void {
    const value = text.charCodeAt(at);
    let programmed = outcome === "all" ? 255 : 0;
    // A part of the bits: at least one of those to program stays behind.
    if (outcome === "some") do programmed = this.random.below(255); while ((~value & ~programmed & 255) === 0);
    block[from + at]! &= value | (~programmed & 255);
  }
}
