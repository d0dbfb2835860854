/**
 * The parts of a runtime's image: found by name in a folder, in a .tgz or as one file, and checked against the board before anything is
 * written. Reads only.
 */
import { gunzipSync } from "node:zlib";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { parseTar } from "nanotar";
import type { Board } from "../board";
import { LinkError } from "../link/transport";
import { chipOfImage } from "./header";

/** What a runtime may weigh, unpacked: the largest flash of any board. */
const IMAGE_BYTES_MAX = 16 * 1024 * 1024;

export interface Part {
  readonly file: string;
  /** Where it goes in flash. */
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** A name of a part in board.json: `*` stands for what differs from release to release. */
function matches(pattern: string, name: string): boolean {
  const literal = pattern.split("*").map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`).test(name);
}

/** Every file of what the user named, by its name without folders. */
function filesOf(path: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  if (!existsSync(path)) throw new LinkError("board", `There is no file or folder ${path}: name the image that the runtime's maker publishes.`);
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path)) {
      const file = join(path, name);
      const found = statSync(file);
      if (found.isFile() && found.size <= IMAGE_BYTES_MAX) files.set(name, readFileSync(file));
    }
    return files;
  }
  if (!/\.(tgz|tar\.gz)$/.test(path)) return files.set(basename(path), readFileSync(path));
  try {
    const unpacked = gunzipSync(readFileSync(path), { maxOutputLength: IMAGE_BYTES_MAX });
    for (const { name, type, data } of parseTar(unpacked)) {
      if (type !== "directory" && data !== undefined) files.set(basename(name), data);
    }
  } catch {
    throw new LinkError("board", `${path} cannot be unpacked: download it again, or unpack it and name the folder.`);
  }
  return files;
}

/** The parts of the image at `path` for `board`. Throws a LinkError for an image that does not fit. */
export function partsOf(board: Board, path: string): readonly Part[] {
  const image = board.image;
  if (image === undefined) throw new LinkError("board", `${board.id} has no image to be written: its runtime is installed otherwise.`);
  const files = filesOf(path);
  const parts = image.parts.map(({ file, offset }): Part => {
    const [name, ...more] = [...files.keys()].filter((one) => matches(file, one));
    // What is one file may be called anything.
    const only = image.parts.length === 1 && files.size === 1 ? [...files.keys()][0] : undefined;
    const found = name ?? only;
    if (found === undefined) throw new LinkError("board", `${path} has no ${file}, which goes to 0x${offset.toString(16)} of ${board.id}: get the image named like ${image.name} from ${image.page}.`);
    if (more.length > 0) throw new LinkError("board", `${path} has ${[found, ...more].join(" and ")}: leave the one ${file} that is meant.`);
    return { file: found, address: offset, bytes: files.get(found)! };
  });
  for (const part of parts) check(board, part);
  checkApart(parts);
  return parts;
}

function check(board: Board, part: Part): void {
  const { file, address, bytes } = part;
  if (bytes.length === 0) throw new LinkError("board", `${file} is empty: download the image again.`);
  const chip = chipOfImage(bytes);
  if (chip !== undefined && chip !== board.chip) throw new LinkError("board", `${file} is an image for ${chip === "unknown" ? "another chip" : `an ${chip}`}, and ${board.id} is an ${board.chip}: get the image named like ${board.image!.name} from ${board.image!.page}.`);
  const end = address + bytes.length;
  if (end > board.flash.bytes) throw new LinkError("board", `${file} is too big: it ends at 0x${end.toString(16)}, and the flash of ${board.id} has 0x${board.flash.bytes.toString(16)} bytes.`);
  const { constants } = board;
  if (constants.flash !== "raw") return;
  for (const [what, start, blocks] of [["its token and settings", constants.recordsAddress, constants.recordsBlocks], ["its readings", constants.logAddress, constants.logBlocks]] as const) {
    if (address < start + blocks * constants.blockBytes && end > start) throw new LinkError("board", `${file} would lie over the area where ${board.id} keeps ${what} (0x${start.toString(16)}): it is not an image for this board.`);
  }
}

function checkApart(parts: readonly Part[]): void {
  const sorted = [...parts].sort((a, b) => a.address - b.address);
  for (const [index, part] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined && part.address + part.bytes.length > next.address) throw new LinkError("board", `${part.file} is too big: it runs into ${next.file} at 0x${next.address.toString(16)}.`);
  }
}
