/**
 * A flash of the world behind the flash port. It holds the port's contract (hal/ports/flash.ts) to the letter, whatever keeps
 * the bytes: what device code must never do (program a byte twice, begin a block elsewhere than at offset 0, leave a block
 * or an area) is thrown as a `FlashMisuse`, so that no test can overlook it; `strict: false` answers `invalid` instead, as an
 * adapter does. Where the bytes lie on the chip is the business of each kind.
 */
import { Fault } from "../../hal/ports/fault";
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import { FlashChip, PowerCut } from "./flash-chip";
import type { Region } from "./flash-region";

/** Device code broke the contract of the flash port. */
export class FlashMisuse extends Error {
  constructor(what: string) {
    super(what);
    this.name = "FlashMisuse";
  }
}

export interface FlashOptions {
  readonly areas: readonly FlashArea[];
  /** Decides every random bit; 1 unless told. */
  readonly seed?: number | string;
  /** Throw on misuse (the default), or answer `invalid`. */
  readonly strict?: boolean;
}

/** Where a byte of an area lies on the chip. */
export interface Place {
  readonly region: Region;
  readonly offset: number;
}

/** Held, because looking a global up costs more than the call where tests run in a context of their own. */
const { floor } = Math;

/** A flash; made by `createFlash`. */
export abstract class WorldFlash extends FlashChip {
  readonly port: FlashPort;
  /** Shared by all machines of a fleet. */
  readonly #areas: readonly FlashArea[];
  readonly #strict: boolean;

  /** `regions` are those of the chip. */
  constructor(options: FlashOptions, regions: readonly FlashArea[]) {
    super(regions, options.seed ?? 1);
    this.#strict = options.strict ?? true;
    this.#areas = options.areas;
    this.port = {
      open: (name) => this.#open(name),
      read: (area, offset, count) => this.#read(area, offset, count),
      write: (area, offset, bytes) => this.#write(area, offset, bytes),
      eraseBlock: (area, block) => this.#erase(area, block),
    };
  }

  /** What the machine's loader does at every boot, before any program. False when it finds no program to run. */
  boot(): boolean {
    return true;
  }

  /** Puts the program back where the loader looks for it, as a person with a cable does. */
  loadProgram(): void {
    // Raw areas lie beside the program, and nothing that happens to them reaches it.
  }

  /** Makes every write to a block and every erase of it fail and change nothing, across restarts too. */
  wearOut(area: string, block: number): void {
    const { blockBytes } = this.area(area);
    const place = this.place(this.area(area), block * blockBytes);
    if (place !== undefined) place.region.wearOut(floor(place.offset / place.region.area.blockBytes));
  }

  /** How many blocks of an area are worn out. */
  wornBlocks(area: string): number {
    const { blockBytes, blocks } = this.area(area);
    let count = 0;
    for (let block = 0; block < blocks; block += 1) {
      const place = this.place(this.area(area), block * blockBytes);
      if (place?.region.isWorn(floor(place.offset / place.region.area.blockBytes)) === true) count += 1;
    }
    return count;
  }

  /** Flips one bit, 0 to 7, of a byte of an area; nothing where the chip holds no such byte. */
  flip(area: string, offset: number, bit: number): void {
    const place = this.place(this.area(area), offset);
    if (place !== undefined) place.region.flip(place.offset, bit);
  }

  /** The bytes of an area, as binary string. */
  dump(area: string): string {
    const { blockBytes, blocks } = this.area(area);
    return this.readArea(this.area(area), 0, blockBytes * blocks);
  }

  /** Erases of each block of the chip where an area lies, in all. */
  abstract wear(area: string): readonly number[];

  protected abstract place(area: FlashArea, offset: number): Place | undefined;
  protected abstract readArea(area: FlashArea, offset: number, count: number): string;
  protected abstract writeArea(area: FlashArea, offset: number, bytes: string): Fault;
  protected abstract eraseArea(area: FlashArea, block: number): Fault;

  /** Where the first byte is that is programmed, of `count` from `offset` on; -1 where none is. */
  protected firstProgrammed(area: FlashArea, offset: number, count: number): number {
    const bytes = this.readArea(area, offset, count);
    for (let i = 0; i < count; i += 1) if (bytes.charCodeAt(i) !== 255) return offset + i;
    return -1;
  }

  protected area(name: string): FlashArea {
    const area = this.#open(name);
    if (area === undefined) throw new FlashMisuse(`flash: no area ${name}`);
    return area;
  }

  #open(name: string): FlashArea | undefined {
    for (const area of this.#areas) if (area.name === name) return area;
    return undefined;
  }

  #powered(area: FlashArea): FlashArea {
    if (this.isOff) throw new PowerCut("before this call");
    return this.area(area.name);
  }

  #misuse(what: string): Fault {
    if (this.#strict) throw new FlashMisuse(`flash: ${what}`);
    return Fault.invalid;
  }

  #read(given: FlashArea, offset: number, count: number): string {
    const area = this.#powered(given);
    if (offset < 0 || count < 0 || offset + count > area.blockBytes * area.blocks) {
      this.#misuse(`a read of ${count} bytes at ${offset} leaves ${area.name}`);
      return "";
    }
    return this.readArea(area, offset, count);
  }

  #write(given: FlashArea, offset: number, bytes: string): number {
    const area = this.#powered(given);
    const objection = this.#objection(area, offset, bytes);
    return objection === undefined ? this.writeArea(area, offset, bytes) : this.#misuse(objection);
  }

  #erase(given: FlashArea, block: number): number {
    const area = this.#powered(given);
    if (block < 0 || block >= area.blocks) return this.#misuse(`${area.name} has no block ${block}`);
    return this.eraseArea(area, block);
  }

  /** What forbids a write, or undefined. */
  #objection(area: FlashArea, offset: number, bytes: string): string | undefined {
    const { blockBytes, blocks, name } = area;
    const block = floor(offset / blockBytes);
    const start = block * blockBytes;
    if (offset < 0 || bytes.length === 0 || block >= blocks || offset + bytes.length > start + blockBytes) {
      return `a write of ${bytes.length} bytes at ${offset} of ${name} leaves its block`;
    }
    for (let i = 0; i < bytes.length; i += 1) if (bytes.charCodeAt(i) > 255) return "not a byte string";
    const end = offset + bytes.length;
    for (let at = this.firstProgrammed(area, offset, bytes.length); at >= 0; at = this.firstProgrammed(area, at + 1, end - at - 1)) {
      if (!this.#flippedAlone(area, at)) return `byte ${at} of ${name} is programmed already`;
    }
    if (offset === start || this.firstProgrammed(area, start, 1) >= 0) return undefined;
    return this.firstProgrammed(area, start, blockBytes) < 0 ? `block ${block} of ${name} does not begin at its offset 0` : undefined;
  }

  /** True when a byte would be erased had it not flipped by itself: no caller knows of that. */
  #flippedAlone(area: FlashArea, offset: number): boolean {
    const place = this.hasFlipped ? this.place(area, offset) : undefined;
    return place !== undefined && (this.readArea(area, offset, 1).charCodeAt(0) | (place.region.flippedBits(place.offset))) === 255;
  }
}
