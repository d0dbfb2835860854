/**
 * The folder that is an interpreter's flash: the image's files and the device's areas in one Storage image. On the Linux
 * interpreter an area is one file per erase block, as hal/espruino keeps it; an erased block has no file.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FlashArea } from "../../../hal/ports/flash";
import type { FlashImage } from "../../world/flash";
import type { BoardConstants, Image } from "../image";
import { buildStorage, parseStorage } from "./storage";

const FILE_NAME = "espruino.flash";
/** What the interpreter's default build gives to Storage. */
const STORAGE_BYTES = 262144;

/** The areas of a board. */
export function areasOf({ blockBytes, recordsBlocks, logBlocks }: BoardConstants): FlashArea[] {
  return [
    { name: "records", blockBytes, blocks: recordsBlocks },
    { name: "log", blockBytes, blocks: logBlocks },
  ];
}

function blockName(area: FlashArea, block: number): string {
  return `${area.name}${block}`;
}

/** Writes the folder's flash: the files of the image, and the blocks of the areas that hold anything. Made if absent. */
export function writeFolder(dir: string, image: Image, contents: FlashImage): void {
  const files = new Map(image.files);
  for (const area of areasOf(image.constants)) {
    const bytes = contents.get(area.name);
    for (let block = 0; bytes !== undefined && block < area.blocks; block += 1) {
      const part = bytes.subarray(block * area.blockBytes, (block + 1) * area.blockBytes);
      if (part.some((byte) => byte !== 0xff)) files.set(blockName(area, block), Buffer.from(part).toString("latin1"));
    }
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // It holds the thing token: its owner alone may read it.
  writeFileSync(join(dir, FILE_NAME), buildStorage(files, STORAGE_BYTES), { mode: 0o600 });
}

/** The areas as the last run left them; undefined when the folder holds no flash. */
export function readFolder(dir: string, constants: BoardConstants): FlashImage | undefined {
  let image: Buffer;
  try {
    image = readFileSync(join(dir, FILE_NAME));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const files = parseStorage(image);
  const contents = new Map<string, Uint8Array>();
  for (const area of areasOf(constants)) {
    const bytes = new Uint8Array(area.blockBytes * area.blocks).fill(0xff);
    for (let block = 0; block < area.blocks; block += 1) {
      const part = files.get(blockName(area, block));
      if (part !== undefined) bytes.set(Buffer.from(part.slice(0, area.blockBytes), "latin1"), block * area.blockBytes);
    }
    contents.set(area.name, bytes);
  }
  return contents;
}
