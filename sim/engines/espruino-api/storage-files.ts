/**
 * Where the bytes of Storage files are. Most live as long as the boot: an image brings its files anew to every one. Those that
 * stand for the erase blocks of a flash area (`records0`, `log.3`: the area's name, then the block's number) are the
 * machine's own flash, so that they outlive a boot and meet the machine's power cuts.
 */
import type { FlashArea } from "../../../hal/ports/flash";
import type { Host } from "./host";

export interface FileBytes {
  readonly size: number;
  read(offset: number, count: number): string;
  write(offset: number, bytes: string): void;
  erase(): void;
}

export interface FileSource {
  /** A file that the machine holds already. */
  open(name: string): FileBytes | undefined;
  /** A new file of the machine's, or undefined for a name that is none of its. */
  create(name: string, size: number): FileBytes | undefined;
  /** Names of the files that the machine may hold. */
  names(): readonly string[];
}

/** A file of this boot. */
export function memoryFile(size: number): FileBytes {
  const bytes = Buffer.alloc(size, 255);
  return {
    size,
    read: (offset, count) => bytes.toString("latin1", offset, offset + count),
    write: (offset, text) => void bytes.write(text, offset, "latin1"),
    erase: () => void bytes.fill(255),
  };
}

interface Block {
  readonly area: FlashArea;
  readonly index: number;
}

function blockFile(host: Host, { area, index }: Block, size: number): FileBytes {
  const start = index * area.blockBytes;
  return {
    size,
    read: (offset, count) => host.ports.flash.read(area, start + offset, count),
    write: (offset, bytes) => void (bytes === "" ? 0 : host.ports.flash.write(area, start + offset, bytes)),
    erase: () => void host.ports.flash.eraseBlock(area, index),
  };
}

/** The machine's flash areas as files, where the board keeps them so; nothing on other boards. */
export function machineFiles(host: Host): FileSource {
  /** Names that device code has used, by block: listing gives back the same spelling. */
  const spelled = new Map<string, string>();
  const find = (name: string): Block | undefined => {
    const parts = host.constants.flash === "files" ? /^(records|log)[^0-9]*([0-9]+)$/.exec(name) : null;
    const area = parts === null ? undefined : host.ports.flash.open(parts[1]!);
    const index = Number(parts?.[2]);
    if (area === undefined || index >= area.blocks) return undefined;
    spelled.set(`${area.name}/${index}`, name);
    return { area, index };
  };
  return {
    open: (name) => {
      const block = find(name);
      if (block === undefined) return undefined;
      const { area, index } = block;
      // The first byte of a block is programmed when its file is made.
      const isErased = /^\xff*$/.test(host.ports.flash.read(area, index * area.blockBytes, area.blockBytes));
      return isErased ? undefined : blockFile(host, block, area.blockBytes);
    },
    create: (name, size) => {
      const block = find(name);
      return block === undefined || size > block.area.blockBytes ? undefined : blockFile(host, block, size);
    },
    names: () => [...spelled.values()],
  };
}
