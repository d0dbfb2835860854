/**
 * The world's NOR flash: the one model of it, with power cuts, failing hardware and flipped bits.
 *
 * It holds the port's contract (hal/ports/flash.ts) to the letter. What device code must never do (program a byte twice,
 * begin a block elsewhere than at offset 0, leave a block or an area) is thrown as a `FlashMisuse`, so that no test can
 * overlook it; `strict: false` answers `invalid` instead, as an adapter does.
 *
 * A power cut is a thrown `PowerCut`, which unwinds the device code; the device code itself catches nothing. Every call
 * throws it again until `restore`. Everything random comes from the seed.
 */
import { Fault } from "../../hal/ports/fault";
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import { FlashPages, halfErase } from "./flash-pages";
import { Random } from "./random";

/** The power failed inside a call. */
export class PowerCut extends Error {
  constructor(where: string) {
    super(`power cut ${where}`);
    this.name = "PowerCut";
  }
}

/** Device code broke the contract of the flash port. */
export class FlashMisuse extends Error {
  constructor(what: string) {
    super(what);
    this.name = "FlashMisuse";
  }
}

/** What a cut leaves of the byte that was being programmed: none of its bits, some at random (not all), or all of them. */
export type ByteOutcome = "none" | "some" | "all";

/**
 * What a cut leaves of the block that was being erased: as it was; erased; erased up to the middle, or from it on; some
 * bits erased everywhere, so that bytes may still look right; or noise.
 */
export type EraseOutcome = "untouched" | "erased" | "front" | "back" | "bits" | "noise";

export const byteOutcomes: readonly ByteOutcome[] = ["none", "some", "all"];
export const eraseOutcomes: readonly EraseOutcome[] = ["untouched", "erased", "front", "back", "bits", "noise"];

export interface FlashOptions {
  readonly areas: readonly FlashArea[];
  /** Decides every random bit; 1 unless told. */
  readonly seed?: number | string;
  /** Throw on misuse (the default), or answer `invalid`. */
  readonly strict?: boolean;
}

/** Everything done since the flash was made, or since `resetCounts`. */
export interface FlashCounts {
  writes: number;
  /** Bytes programmed; a byte written as 0xFF is not. */
  programmed: number;
  erases: number;
}

/** The contents of all areas. */
export type FlashImage = ReadonlyMap<string, Uint8Array>;

interface AreaState {
  readonly area: FlashArea;
  readonly pages: FlashPages;
  readonly erases: number[];
  readonly worn: Set<number>;
  /** What flipped since its block was erased: bits by offset. */
  readonly flipped: Map<number, number>;
}

interface Plan<Outcome> {
  readonly at: number;
  readonly outcome: Outcome;
}

/** Held, because looking a global up costs more than the call where tests run in a context of their own. */
const { floor } = Math;

/** A flash; made by `createFlash`. */
export class WorldFlash {
  readonly port: FlashPort;
  readonly counts: FlashCounts = { writes: 0, programmed: 0, erases: 0 };
  /** True from a cut until `restore`. */
  isOff = false;
  /** Cuts that happened, in all. */
  cuts = 0;
  readonly #areas = new Map<string, AreaState>();
  readonly #random: Random;
  readonly #strict: boolean;
  #programCut: Plan<ByteOutcome> | undefined;
  #eraseCut: Plan<EraseOutcome> | undefined;
  #writeFault: Plan<number> | undefined;
  #eraseFault: Plan<EraseOutcome> | undefined;

  constructor(options: FlashOptions) {
    this.#random = new Random(options.seed ?? 1);
    this.#strict = options.strict ?? true;
    for (const area of options.areas) {
      const pages = new FlashPages(area.blockBytes, area.blocks);
      this.#areas.set(area.name, { area, pages, erases: new Array<number>(area.blocks).fill(0), worn: new Set(), flipped: new Map() });
    }
    this.port = {
      open: (name) => this.#areas.get(name)?.area,
      read: (area, offset, count) => this.#read(area, offset, count),
      write: (area, offset, bytes) => this.#write(area, offset, bytes),
      eraseBlock: (area, block) => this.#erase(area, block),
    };
  }

  /** Memory that the contents take, bytes: blocks that are erased take none. */
  get bytesHeld(): number {
    return [...this.#areas.values()].reduce((sum, { pages }) => sum + pages.held, 0);
  }

  resetCounts(): void {
    Object.assign(this.counts, { writes: 0, programmed: 0, erases: 0 });
  }

  /** Erases of each block of an area, in all. */
  wear(area: string): readonly number[] {
    return [...this.#state(area).erases];
  }

  /** Cuts the power while the byte is programmed that follows `programmed` more ones. */
  cutInProgram(programmed: number, outcome: ByteOutcome): void {
    this.#programCut = { at: this.counts.programmed + programmed, outcome };
  }

  /** Cuts the power inside the erase that follows `erases` more ones. */
  cutInErase(erases: number, outcome: EraseOutcome): void {
    this.#eraseCut = { at: this.counts.erases + erases, outcome };
  }

  /** Makes the write that follows `writes` more ones answer `hardware`, with `kept` of its bytes written. */
  failWrite(writes: number, kept: number): void {
    this.#writeFault = { at: this.counts.writes + writes, outcome: kept };
  }

  /** Makes the erase that follows `erases` more ones answer `hardware` and leave the block in that state. */
  failErase(erases: number, outcome: EraseOutcome): void {
    this.#eraseFault = { at: this.counts.erases + erases, outcome };
  }

  /** Makes every write to a block and every erase of it answer `hardware` and change nothing, across restarts too. */
  wearOut(area: string, block: number): void {
    this.#state(area).worn.add(block);
  }

  /** Flips one bit, 0 to 7, of a byte. */
  flip(area: string, offset: number, bit: number): void {
    const { area: { blockBytes }, pages, flipped } = this.#state(area);
    flipped.set(offset, (flipped.get(offset) ?? 0) ^ (1 << bit));
    pages.block(floor(offset / blockBytes))[offset % blockBytes]! ^= 1 << bit;
  }

  /** The bytes of an area, as binary string. */
  dump(area: string): string {
    const { pages } = this.#state(area);
    return pages.read(0, pages.length);
  }

  /** The contents of all areas, for `restore`. */
  snapshot(): FlashImage {
    return new Map([...this.#areas].map(([name, state]) => [name, state.pages.copy()]));
  }

  /** The contents as they would be had no bit flipped by itself. */
  healed(): FlashImage {
    const image = this.snapshot();
    for (const [name, { flipped }] of this.#areas) for (const [offset, bits] of flipped) image.get(name)![offset]! ^= bits;
    return image;
  }

  /** True when bits have flipped and their blocks were not erased since. */
  get hasFlipped(): boolean {
    return [...this.#areas.values()].some(({ flipped }) => flipped.size > 0);
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
    for (const [name, bytes] of image ?? []) this.#state(name).pages.load(bytes);
  }

  #state(area: string): AreaState {
    const state = this.#areas.get(area);
    if (state === undefined) throw new FlashMisuse(`flash: no area ${area}`);
    return state;
  }

  #powered(area: FlashArea): AreaState {
    if (this.isOff) throw new PowerCut("before this call");
    return this.#state(area.name);
  }

  #powerOff(where: string): never {
    this.isOff = true;
    this.cuts += 1;
    throw new PowerCut(where);
  }

  #misuse(what: string): number {
    if (this.#strict) throw new FlashMisuse(`flash: ${what}`);
    return Fault.invalid;
  }

  #read(area: FlashArea, offset: number, count: number): string {
    const { pages } = this.#powered(area);
    if (offset < 0 || count < 0 || offset + count > pages.length) {
      this.#misuse(`a read of ${String(count)} bytes at ${String(offset)} leaves ${area.name}`);
      return "";
    }
    return pages.read(offset, count);
  }

  /** What forbids a write, or undefined. */
  #objection(state: AreaState, offset: number, text: string): string | undefined {
    const { blockBytes, blocks, name } = state.area;
    const block = floor(offset / blockBytes);
    const start = block * blockBytes;
    if (offset < 0 || text.length === 0 || block >= blocks || offset + text.length > start + blockBytes) {
      return `a write of ${String(text.length)} bytes at ${String(offset)} of ${name} leaves its block`;
    }
    const page = state.pages.written(block);
    for (let i = 0; i < text.length; i += 1) {
      if (text.charCodeAt(i) > 255) return "not a byte string";
      // Of a bit that flipped by itself no caller knows.
      if (page !== undefined && (page[offset - start + i]! | (state.flipped.get(offset + i) ?? 0)) !== 255) return `byte ${String(offset + i)} of ${name} is programmed already`;
    }
    if (offset === start || (page !== undefined && page[0] !== 255)) return undefined;
    const erased = page === undefined || page.every((byte) => byte === 255);
    return erased ? `block ${String(block)} of ${name} does not begin at its offset 0` : undefined;
  }

  #write(area: FlashArea, offset: number, text: string): number {
    const state = this.#powered(area);
    const objection = this.#objection(state, offset, text);
    if (objection !== undefined) return this.#misuse(objection);
    const fault = this.#writeFault?.at === this.counts.writes ? this.#writeFault : undefined;
    this.counts.writes += 1;
    if (state.worn.has(floor(offset / area.blockBytes))) return Fault.hardware;
    const length = fault === undefined ? text.length : Math.min(fault.outcome, text.length);
    for (let i = 0; i < length; i += 1) this.#programByte(state, offset + i, text.charCodeAt(i));
    return fault === undefined ? Fault.none : Fault.hardware;
  }

  /** Programs one byte, or cuts the power inside it. */
  #programByte(state: AreaState, offset: number, value: number): void {
    if (value === 255) return;
    const { blockBytes } = state.area;
    const page = state.pages.block(floor(offset / blockBytes));
    const at = offset % blockBytes;
    const cut = this.#programCut;
    if (cut !== undefined && this.counts.programmed === cut.at) {
      let programmed = cut.outcome === "all" ? 255 : 0;
      // A part of the bits: at least one of those to program stays behind.
      if (cut.outcome === "some") do programmed = this.#random.below(255); while ((~value & ~programmed & 255) === 0);
      page[at]! &= value | (~programmed & 255);
      this.#powerOff(`in ${state.area.name} at byte ${String(offset)}`);
    }
    page[at]! &= value;
    state.flipped.delete(offset);
    this.counts.programmed += 1;
  }

  #erase(area: FlashArea, block: number): number {
    const state = this.#powered(area);
    const { blockBytes, blocks, name } = state.area;
    if (block < 0 || block >= blocks) return this.#misuse(`${name} has no block ${String(block)}`);
    if (this.#eraseCut?.at === this.counts.erases) {
      halfErase(state.pages.block(block), this.#eraseCut.outcome, this.#random);
      this.#powerOff(`in the erase of block ${String(block)} of ${name}`);
    }
    const fault = this.#eraseFault?.at === this.counts.erases ? this.#eraseFault : undefined;
    this.counts.erases += 1;
    state.erases[block]! += 1;
    if (state.worn.has(block)) return Fault.hardware;
    for (const offset of state.flipped.keys()) if (floor(offset / blockBytes) === block) state.flipped.delete(offset);
    if (fault === undefined) state.pages.clear(block);
    else halfErase(state.pages.block(block), fault.outcome, this.#random);
    return fault === undefined ? Fault.none : Fault.hardware;
  }
}

/** Makes a flash with the given areas, erased. */
export function createFlash(options: FlashOptions): WorldFlash {
  return new WorldFlash(options);
}
