/**
 * The file system of the board. A file `<area>.<block>` is an erase block of the machine's flash, so that power cuts and worn
 * blocks act on it: absent while the block is erased, never longer than the block. The files of the image are there from the
 * start; all others live as long as the boot.
 */
import type { FlashArea, FlashPort } from "../../../hal/ports/flash";
import { no, type Services, yes } from "./service";

/** One file. Offsets and counts are bytes; a write says whether all was written. */
interface StoredFile {
  /** -1 while it is absent. */
  size(): number;
  /** How far a seek reaches. */
  limit(): number;
  read(offset: number, count: number): string;
  truncate(): boolean;
  write(offset: number, bytes: string): boolean;
  remove(): void;
}

/** Bytes to program where `now` is: runs of `bytes`, without those that stand there already. */
function changes(now: string, bytes: string): { readonly at: number; readonly bytes: string }[] {
  const runs: { at: number; bytes: string }[] = [];
  let from = 0;
  const take = (to: number): void => {
    if (to > from) runs.push({ at: from, bytes: bytes.substring(from, to) });
  };
  for (let i = 0; i < bytes.length; i += 1) {
    if (now[i] === "\xff" || now[i] !== bytes[i]) continue;
    take(i);
    from = i + 1;
  }
  take(bytes.length);
  return runs.filter((run) => /[^\xff]/.test(run.bytes));
}

function blockFile(flash: FlashPort, area: FlashArea, block: number): StoredFile {
  const { blockBytes } = area;
  const start = block * blockBytes;
  /** How long the file is, where this boot made it; its end is lost in erased bytes otherwise. */
  let known: number | undefined;
  const contents = (): string => flash.read(area, start, blockBytes);
  const size = (): number => {
    if (known !== undefined) return known;
    const bytes = contents();
    let end = blockBytes;
    while (end > 0 && bytes.charCodeAt(end - 1) === 255) end -= 1;
    return end === 0 ? -1 : end;
  };
  const erase = (): boolean => flash.eraseBlock(area, block) === 0;
  return {
    size,
    limit: () => known ?? blockBytes,
    read: (offset, count) => flash.read(area, start + offset, Math.max(0, Math.min(count, Math.max(size(), 0) - offset))),
    truncate: () => {
      if (contents() !== "\xff".repeat(blockBytes) && !erase()) return false;
      known = 0;
      return true;
    },
    write: (offset, bytes) => {
      if (offset + bytes.length > blockBytes) return false;
      for (const run of changes(flash.read(area, start + offset, bytes.length), bytes)) {
        if (flash.write(area, start + offset + run.at, run.bytes) !== 0) return false;
      }
      if (known !== undefined) known = Math.max(known, offset + bytes.length);
      return true;
    },
    remove: () => {
      known = undefined;
      erase();
    },
  };
}

function memoryFile(files: Map<string, string>, name: string, freeBytes: () => number): StoredFile {
  const contents = (): string => files.get(name) ?? "";
  const size = (): number => files.get(name)?.length ?? -1;
  return {
    size,
    limit: size,
    read: (offset, count) => contents().substring(offset, offset + count),
    truncate: () => {
      files.set(name, "");
      return true;
    },
    write: (offset, bytes) => {
      const before = contents();
      if (offset + bytes.length - before.length > freeBytes()) return false;
      files.set(name, before.substring(0, offset) + bytes + before.substring(offset + bytes.length));
      return true;
    },
    remove: () => void files.delete(name),
  };
}

/** What outlives a boot of a board besides the areas of its flash. */
export interface BoardDisk {
  readonly files: Map<string, string>;
  /** Modules of the Lua Flash Store, name to source. */
  readonly store: Map<string, string>;
  readonly bytesMax: number;
  /** What deleted and replaced files have left in the chip, which nobody can read, until the file system is erased; not kept unless given. */
  readonly remains?: string[];
}

const DISK_BYTES_MAX = 1048576;
/** What stands for an image of a store here: the module's name on a line, how many characters there are, and its source. */
const STORE_IMAGE = /^LFS (\w+) (\d+)\n([^]*)$/;

/** A disk for one boot of an image, whose programs are in the store. */
export function diskOf(image: ReadonlyMap<string, string>): BoardDisk {
  const modules = [...image].filter(([name]) => name.endsWith(".lua")).map(([name, source]) => [name.slice(0, -4), source] as const);
  return { files: new Map(image), store: new Map(modules), bytesMax: DISK_BYTES_MAX };
}

/** The store of a board: modules are had by name, and an image takes the place of all that is in it. */
function storeServices({ files, store }: BoardDisk): Services {
  return {
    "lfs.get": (name) => (store.has(name!) ? [1, store.get(name!)!] : [0, ""]),
    "lfs.fill": (name) => {
      const text = files.get(name!);
      if (text === undefined) return [`LFS image ${name!} not found`];
      const [, module, length, source] = STORE_IMAGE.exec(text) ?? [];
      if (module === undefined || Number(length) !== source!.length) return [`LFS image ${name!} is corrupt`];
      store.clear();
      store.set(module, source!);
      return [""];
    },
  };
}

export function fileServices(flash: FlashPort, disk: BoardDisk): Services {
  const memory = disk.files;
  const usedBytes = (): number => [...memory.values()].reduce((sum, { length }) => sum + length, 0);
  const blocks = new Map<string, StoredFile>();
  const find = (name: string): StoredFile => {
    const known = blocks.get(name);
    if (known !== undefined) return known;
    const [, areaName, index] = /^([a-z]+)\.(\d{1,3})$/.exec(name) ?? [];
    const area = areaName === undefined ? undefined : flash.open(areaName);
    if (area === undefined || Number(index) >= area.blocks) return memoryFile(memory, name, () => disk.bytesMax - usedBytes());
    const file = blockFile(flash, area, Number(index));
    blocks.set(name, file);
    return file;
  };
  const names = (): string[] => {
    const all = [...memory.keys()];
    for (const areaName of ["records", "log"]) {
      const area = flash.open(areaName);
      for (let block = 0; area !== undefined && block < area.blocks; block += 1) all.push(`${areaName}.${block}`);
    }
    return all.filter((name) => find(name).size() >= 0);
  };
  /** SPIFFS writes every change to another place, and a deleted file stays where it is. */
  const bury = (name: string): void => {
    if (disk.remains !== undefined && find(name).size() > 0) disk.remains.push(find(name).read(0, find(name).size()));
  };
  return {
    ...storeServices(disk),
    "file.space": () => [disk.bytesMax - usedBytes(), usedBytes(), disk.bytesMax],
    "file.size": (name) => [find(name!).size()],
    "file.limit": (name) => [find(name!).limit()],
    "file.truncate": (name) => {
      bury(name!);
      return find(name!).truncate() ? yes : no;
    },
    "file.read": (name, offset, count) => {
      const file = find(name!);
      return file.size() < 0 ? [0, ""] : [1, file.read(Number(offset), Number(count))];
    },
    "file.write": (name, offset, bytes) => {
      bury(name!);
      return find(name!).write(Number(offset), bytes!) ? yes : no;
    },
    "file.remove": (name) => {
      bury(name!);
      find(name!).remove();
    },
    "file.format": () => {
      for (const name of names()) find(name).remove();
      disk.remains?.splice(0);
    },
    "file.rename": (from, to) => {
      const contents = memory.get(from!);
      if (contents === undefined || find(to!).size() >= 0) return no;
      memory.set(to!, contents);
      memory.delete(from!);
      return yes;
    },
    "file.list": () => names().flatMap((name) => [name, find(name).size()]),
  };
}
