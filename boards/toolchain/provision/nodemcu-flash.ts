/**
 * The areas of a board with NodeMCU, reached over its console, where hal/nodemcu keeps them: a file a block. Its file system leaves the bytes
 * of deleted files in the chip, and no function of the firmware reads those; so all of it is erased where nothing may remain.
 */
import type { FlashArea } from "../../../hal/ports/flash";
import type { Board } from "../board";
import { BOOT_FILE, SELECTORS } from "../compile/lua/boot";
import { LuaFiles } from "../link/lua-files";
import type { LuaConsole } from "../link/lua-console";
import { LinkError } from "../link/transport";
import type { RemoteFlash } from "./remote-flash";

/** The most that is held here while a file system is erased: two stores' images, and what somebody else may have put beside them. */
const KEPT_BYTES_MAX = 1048576;
/** What makes an app boot is put back last. */
const LAST: readonly string[] = [...SELECTORS, BOOT_FILE];

class NodemcuFlash implements RemoteFlash {
  readonly areas: readonly FlashArea[];
  private readonly files: LuaFiles;

  constructor(link: LuaConsole, { constants }: Board, private readonly step: (text: string) => void) {
    const { blockBytes, recordsBlocks, logBlocks } = constants;
    this.areas = [{ name: "records", blockBytes, blocks: recordsBlocks }, { name: "log", blockBytes, blocks: logBlocks }];
    this.files = new LuaFiles(link);
  }

  async read(area: FlashArea, offset: number, count: number): Promise<string> {
    let bytes = "";
    while (bytes.length < count) {
      const from = offset + bytes.length;
      const within = from % area.blockBytes;
      const length = Math.min(count - bytes.length, area.blockBytes - within);
      const part = (await this.files.part(this.nameOf(area, from), within, length)) ?? "";
      bytes += part.padEnd(length, "\xff");
    }
    return bytes;
  }

  write(area: FlashArea, offset: number, bytes: string): Promise<boolean> {
    return this.files.program(this.nameOf(area, offset), offset % area.blockBytes, bytes);
  }

  async eraseBlock(area: FlashArea, block: number): Promise<boolean> {
    const name = this.nameOf(area, block * area.blockBytes);
    await this.files.remove(name);
    return !(await this.files.exists(name));
  }

  /** Reads every file, erases the file system block by block, and puts back what is no block of an area. */
  async scrub(): Promise<void> {
    const kept = await this.others();
    this.step(`erasing the file system; ${kept.size} files are put back`);
    await this.files.format();
    for (const [name, bytes] of kept) await this.files.put(name, bytes, 0);
    const after = await this.files.list(".");
    const stray = [...after.keys()].find((name) => !kept.has(name));
    if (stray !== undefined) throw new LinkError("verify", `The file ${stray} is on the board although its file system was erased: run the command again, and destroy the board if it stays so.`);
  }

  /** None that could be read. */
  async *remains(): AsyncIterable<string> {
    yield* [];
  }

  /** The files that are no block of an area, those that boot last. */
  private async others(): Promise<ReadonlyMap<string, string>> {
    const sizes = [...(await this.files.list("."))].filter(([name]) => !this.isBlock(name));
    const total = sizes.reduce((sum, [, size]) => sum + size, 0);
    if (total > KEPT_BYTES_MAX) throw new LinkError("storage", `The board's file system has ${total} bytes of files beside the device's own, and ${KEPT_BYTES_MAX} can be put back behind an erase: remove files that are not Motet's.`);
    const kept = new Map<string, string>();
    for (const [name, size] of sizes.sort(([one], [other]) => LAST.indexOf(one) - LAST.indexOf(other))) {
      const bytes = await this.files.part(name, 0, size);
      if (bytes?.length !== size) throw new LinkError("verify", `The file ${name} cannot be read whole, and would be lost with the file system: remove it, or flash the app anew.`);
      kept.set(name, bytes);
    }
    return kept;
  }

  private isBlock(name: string): boolean {
    const [, area, block] = /^([a-z]+)\.(\d+)$/.exec(name) ?? [];
    return this.areas.some((each) => each.name === area && Number(block) < each.blocks);
  }

  private nameOf({ name, blockBytes }: FlashArea, offset: number): string {
    return `${name}.${Math.floor(offset / blockBytes)}`;
  }
}

/** The flash of the board at a link, whose program stands still. */
export function nodemcuFlash(link: LuaConsole, board: Board, step: (text: string) => void = () => undefined): RemoteFlash {
  return new NodemcuFlash(link, board, step);
}
