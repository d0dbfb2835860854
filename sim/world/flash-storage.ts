/**
 * Areas as files of Espruino's Storage, one for each erase block, as hal/espruino keeps them on boards without raw flash.
 * Storage is a chip of pages that holds one file behind the other: a header (size in 24 bits, flags in 8, a name of 28 bytes),
 * the data, and a gap up to the next multiple of four.
 *
 * - A file is erased by programming the first four bytes of its name to zero; it stays there as trash.
 * - A file is found by walking the headers. Where a header would be and none is, the walk goes on at the start of the next
 *   page, and ends when there is none either.
 * - When a new file finds no room, all living files are copied to the front, page by page: read, erase, write. A cut in
 *   there leaves pages that hold the midst of files where headers should be.
 * - The loader walks the headers at every boot. If the walk ends at anything but erased flash (or the end of the chip), the
 *   loader takes the whole for damaged and erases it: all files, the program among them.
 *
 * So a cut in an erase, or between its bytes, may leave a file that nobody finds and that is copied for ever; the real one
 * does that as well. Figures of the real one are in docs/WORLD.md.
 */
import { Fault } from "../../hal/ports/fault";
import type { FlashArea } from "../../hal/ports/flash";
import type { FlashImage } from "./flash-chip";
import { type FlashOptions, type Place, WorldFlash } from "./flash-port";
import type { Region } from "./flash-region";

/** Where a board keeps its program. */
const PROGRAM = ".bootcde";
const PROGRAM_BYTES = 1000;
const REGION = "storage";
const PAGE_BYTES = 4096;
const HEADER_BYTES = 32;
const ALIGNMENT = 4;
const NAME_BYTES = 28;
const ERASED = "\xff";
const NO_NAME = "\0\0\0\0";

interface StorageOptions extends FlashOptions {
  /** Bytes of a page of the chip; 4096 unless told. */
  readonly pageBytes?: number;
  /** Pages of the chip; unless told, half as much again as all files take, and one. */
  readonly pages?: number;
}

/** A file that a header names; `at` is the header's offset. */
interface StoredFile {
  readonly at: number;
  readonly size: number;
  readonly name: string;
}

/** A header and its data. */
function spaceOf(size: number): number {
  return HEADER_BYTES + Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

function isErased(bytes: string): boolean {
  return bytes === ERASED.repeat(bytes.length);
}

function regionOf({ areas, pageBytes = PAGE_BYTES, pages }: StorageOptions): FlashArea {
  const needed = areas.reduce((sum, area) => sum + area.blocks * spaceOf(area.blockBytes), spaceOf(PROGRAM_BYTES));
  return { name: REGION, blockBytes: pageBytes, blocks: pages ?? Math.ceil((1.5 * needed) / pageBytes) + 1 };
}

export class StorageFlash extends WorldFlash {
  /** How often the loader erased everything. */
  wipes = 0;
  /** How often the living files began to be copied to the front, and how often that came to its end. */
  compactions = 0;
  compacted = 0;
  readonly #region: Region;
  readonly #bytes: number;
  /** Files by name; undefined after a change. */
  #files: Map<string, StoredFile> | undefined;

  constructor(options: StorageOptions) {
    super(options, [regionOf(options)]);
    this.#region = this.region(REGION);
    this.#bytes = this.#region.pages.length;
    this.loadProgram();
    this.resetCounts();
  }

  override loadProgram(): void {
    if (this.#find(PROGRAM) !== undefined || this.#writeProgram()) return;
    // Files that nobody knows may fill Storage; whoever loads a program then erases all of it first.
    this.#erasePages(0, this.#region.area.blocks);
    this.#writeProgram();
  }

  override boot(): boolean {
    if (!this.#isSound()) {
      this.wipes += 1;
      this.#erasePages(0, this.#region.area.blocks);
    }
    return this.#find(PROGRAM) !== undefined;
  }

  override restore(image?: FlashImage): void {
    super.restore(image);
    this.#files = undefined;
  }

  wear(): readonly number[] {
    return this.#region.erases;
  }

  protected place(area: FlashArea, offset: number): Place | undefined {
    const within = offset % area.blockBytes;
    const file = this.#find(area.name + (offset - within) / area.blockBytes);
    return file === undefined || within >= file.size ? undefined : { region: this.#region, offset: file.at + HEADER_BYTES + within };
  }

  protected readArea(area: FlashArea, offset: number, count: number): string {
    let bytes = "";
    while (bytes.length < count) {
      const within = (offset + bytes.length) % area.blockBytes;
      const length = Math.min(count - bytes.length, area.blockBytes - within);
      const place = this.place(area, offset + bytes.length);
      bytes += place === undefined ? ERASED.repeat(length) : this.#read(place.offset, length);
    }
    return bytes;
  }

  protected writeArea(area: FlashArea, offset: number, bytes: string): Fault {
    const within = offset % area.blockBytes;
    const name = area.name + (offset - within) / area.blockBytes;
    if (!this.#writeFile(name, bytes, within, area.blockBytes)) return Fault.hardware;
    // The engine tells of no failure, so what was written is read back.
    return this.readArea(area, offset, bytes.length) === bytes ? Fault.none : Fault.hardware;
  }

  protected eraseArea(area: FlashArea, block: number): Fault {
    const file = this.#find(`${area.name}${block}`);
    if (file !== undefined) this.#program(file.at + ALIGNMENT, NO_NAME);
    this.#files = undefined;
    return this.#find(`${area.name}${block}`) === undefined ? Fault.none : Fault.hardware;
  }

  #read(at: number, count: number): string {
    return this.#region.pages.read(at, count);
  }

  /** Programs bytes anywhere, page by page. */
  #program(at: number, bytes: string): void {
    const { blockBytes } = this.#region.area;
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + blockBytes - ((at + from) % blockBytes));
      this.program(this.#region, at + from, bytes.substring(from, to));
      from = to;
    }
  }

  #erasePages(from: number, to: number): void {
    this.#files = undefined;
    for (let page = from; page < to; page += 1) if (this.#region.pages.written(page) !== undefined) this.eraseWhole(this.#region, page);
  }

  /** The header at an offset; undefined where there is none. */
  #header(at: number): StoredFile | undefined {
    if (at + HEADER_BYTES > this.#bytes) return undefined;
    const header = this.#read(at, HEADER_BYTES);
    const size = header.charCodeAt(0) | (header.charCodeAt(1) << 8) | (header.charCodeAt(2) << 16);
    if (isErased(header.substring(0, ALIGNMENT)) || at + HEADER_BYTES + size > this.#bytes) return undefined;
    return { at, size, name: header.substring(ALIGNMENT) };
  }

  /** The start of the page behind the one of `at`; undefined behind the last. */
  #nextPage(at: number): number | undefined {
    const { blockBytes } = this.#region.area;
    const next = (Math.floor(at / blockBytes) + 1) * blockBytes;
    return next < this.#bytes ? next : undefined;
  }

  /** Where the header behind a file is: there, or at the start of the next page. Undefined at the end of the chip. */
  #behind(file: StoredFile): number | undefined {
    const at = file.at + spaceOf(file.size);
    if (at + HEADER_BYTES > this.#bytes) return undefined;
    return this.#header(at) === undefined ? (this.#nextPage(at) ?? at) : at;
  }

  /** All headers, those of erased files too. */
  *#walk(): Generator<StoredFile> {
    let file = this.#header(0);
    while (file !== undefined) {
      yield file;
      const next = this.#behind(file);
      file = next === undefined ? undefined : this.#header(next);
    }
  }

  /** What the loader asks at boot. */
  #isSound(): boolean {
    let last: StoredFile | undefined;
    for (last of this.#walk());
    if (last === undefined) return isErased(this.#read(0, this.#bytes));
    const next = this.#behind(last);
    return next === undefined || isErased(this.#read(next, HEADER_BYTES));
  }

  #find(name: string): StoredFile | undefined {
    if (this.#files === undefined) {
      this.#files = new Map();
      // Of two files with one name, as a cut may leave them, the first counts.
      for (const file of this.#walk()) if (!this.#files.has(file.name)) this.#files.set(file.name, file);
    }
    return this.#files.get(name.padEnd(NAME_BYTES, "\0"));
  }

  #writeProgram(): boolean {
    return this.#writeFile(PROGRAM, "p".repeat(PROGRAM_BYTES), 0, PROGRAM_BYTES);
  }

  /** False when there is no room. Bytes at 0 make the file when it is not there. */
  #writeFile(name: string, bytes: string, offset: number, size: number): boolean {
    let file = this.#find(name);
    if (file === undefined && offset === 0) {
      const at = this.#room(spaceOf(size)) ?? this.#roomAfterCompaction(spaceOf(size));
      if (at === undefined) return false;
      this.#files = undefined;
      this.#program(at, String.fromCharCode(size & 255, (size >> 8) & 255, size >> 16, 0) + name.padEnd(NAME_BYTES, "\0"));
      file = this.#find(name);
    }
    if (file === undefined || offset + bytes.length > file.size) return false;
    this.#program(file.at + HEADER_BYTES + offset, bytes);
    return true;
  }

  /** Where `space` bytes are free: behind the last file of some page, with the pages behind it when those are free. */
  #room(space: number): number | undefined {
    for (let at: number | undefined = 0; at !== undefined; at = this.#nextPage(at)) {
      for (let file = this.#header(at); file !== undefined; file = this.#header(at)) at = file.at + spaceOf(file.size);
      if (at >= this.#bytes) return undefined;
      const next = this.#nextPage(at);
      const end = next === undefined || this.#header(next) === undefined ? this.#bytes : next;
      if (end - at >= space) return at;
    }
    return undefined;
  }

  #roomAfterCompaction(space: number): number | undefined {
    const files = [...this.#walk()];
    const living = files.filter(({ name }) => !name.startsWith(NO_NAME));
    if (living.length === files.length) return undefined;
    const copy = living.map(({ at, size }) => this.#read(at, HEADER_BYTES + size).padEnd(spaceOf(size), ERASED)).join("");
    const { blockBytes, blocks } = this.#region.area;
    this.#files = undefined;
    this.compactions += 1;
    for (let at = 0; at < copy.length; at += blockBytes) {
      this.eraseWhole(this.#region, at / blockBytes);
      this.#program(at, copy.substring(at, at + blockBytes));
    }
    this.#erasePages(Math.ceil(copy.length / blockBytes), blocks);
    this.compacted += 1;
    return this.#room(space);
  }
}
