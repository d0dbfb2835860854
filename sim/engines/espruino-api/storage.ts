/**
 * `require("Storage")`: names cut to 28 characters, bytes that are programmed once, a file that vanishes when its offset 0 is
 * written anew, and space that only compaction gives back.
 */
import { bytesOf } from "./bytes";
import type { Host } from "./host";
import type { Json } from "./json";
import { type FileBytes, type FileSource, memoryFile } from "./storage-files";

const NAME_MAX = 28;
const HEADER_BYTES = 32;

const FULL = "Unable to find or create file";

export class Storage {
  private readonly files = new Map<string, FileBytes>();
  private trashBytes = 0;

  /**
   * @param source finds the bytes of a file that the machine keeps across boots
   */
  constructor(
    private readonly host: Host,
    private readonly json: Json,
    private readonly source: FileSource,
    files: ReadonlyMap<string, string>,
  ) {
    for (const [name, text] of files) this.create(name.substring(0, NAME_MAX), text.length).write(0, text);
  }

  read(name: unknown, offset: unknown, length: unknown): string | undefined {
    const file = this.find(cut(name));
    if (file === undefined) return undefined;
    const from = Math.max(0, Number(offset ?? 0));
    const count = Number(length ?? 0) > 0 ? Number(length) : file.size;
    return file.read(Math.min(from, file.size), Math.max(0, Math.min(count, file.size - from)));
  }

  write(name: unknown, data: unknown, offset: unknown, size: unknown): boolean {
    const isObject = typeof data === "object" && data !== null && !Array.isArray(data) && !ArrayBuffer.isView(data);
    const bytes = isObject ? this.json.write(data) : bytesOf(data);
    const at = isObject ? 0 : Number(offset ?? 0);
    const wanted = isObject ? 0 : Number(size ?? 0);
    if (at < 0 || wanted < 0) return false;
    if (bytes === undefined) return this.host.throw("Error", "Can't get pointer to data to write");
    const total = wanted === 0 ? bytes.length : wanted;
    if (total === 0) this.host.throw("Error", "Can't create zero length file");
    return this.program(cut(name), bytes, at, total);
  }

  erase(name: unknown): void {
    const key = cut(name);
    const file = this.find(key);
    if (file === undefined) return;
    file.erase();
    this.trashBytes += space(file.size);
    this.files.delete(key);
  }

  eraseAll(): void {
    for (const name of this.list()) this.erase(name);
    this.compact();
  }

  list(): string[] {
    for (const name of this.source.names()) this.find(name);
    return [...this.files.keys()];
  }

  compact(): void {
    this.trashBytes = 0;
  }

  /** Bytes that a file may take without compaction, its header not counted. */
  free(): number {
    return this.host.profile.storageBytes - this.used() - this.trashBytes;
  }

  used(): number {
    return [...this.files.values()].reduce((sum, file) => sum + space(file.size), 0);
  }

  trash(): number {
    return this.trashBytes;
  }

  private find(name: string): FileBytes | undefined {
    const file = this.files.get(name) ?? this.source.open(name);
    if (file !== undefined) this.files.set(name, file);
    return file;
  }

  private program(name: string, bytes: string, offset: number, total: number): boolean {
    let file = this.find(name);
    if (offset === 0 && (file === undefined || total !== file.size || !isErased(file, 0, total))) {
      if (file !== undefined && total === file.size && bytes === file.read(0, file.size)) return true;
      if (file !== undefined) this.erase(name);
      file = this.create(name, total);
    }
    if (file === undefined) return this.host.throw("Error", FULL);
    if (offset + bytes.length > file.size) this.host.throw("Error", "Too much data for file size");
    if (!isErased(file, offset, bytes.length)) this.host.throw("Error", "File already written with different data");
    file.write(offset, bytes);
    return true;
  }

  private create(name: string, size: number): FileBytes {
    if (space(size) > this.free()) this.compact();
    if (space(size) > this.free()) return this.host.throw("Error", FULL);
    const file = this.source.create(name, size) ?? memoryFile(size);
    this.files.set(name, file);
    return file;
  }
}

function cut(name: unknown): string {
  return String(name).substring(0, NAME_MAX);
}

function space(size: number): number {
  return HEADER_BYTES + Math.ceil(size / 8) * 8;
}

function isErased(file: FileBytes, offset: number, count: number): boolean {
  return /^\xff*$/.test(file.read(offset, Math.min(count, file.size - offset)));
}

/** The module's functions. */
export function storageModule(host: Host, storage: Storage, json: Json): Record<string, unknown> {
  const { realm } = host;
  const readJson = (name: unknown, quiet: unknown): unknown => {
    const text = storage.read(name, 0, 0);
    if (text === undefined) return undefined;
    try {
      return json.parse(text);
    } catch (error) {
      if (quiet !== undefined && quiet !== false) return undefined;
      throw error;
    }
  };
  return realm.object({
    read: (name: unknown, offset: unknown, length: unknown) => storage.read(name, offset, length),
    readArrayBuffer: (name: unknown) => {
      const text = storage.read(name, 0, 0);
      return text === undefined ? undefined : realm.bytes(text).buffer;
    },
    readJSON: readJson,
    write: (name: unknown, data: unknown, offset: unknown, size: unknown) => storage.write(name, data, offset, size),
    writeJSON: (name: unknown, data: unknown) => storage.write(name, json.writeForStorage(data), 0, 0),
    erase: (name: unknown) => storage.erase(name),
    eraseAll: () => storage.eraseAll(),
    compact: () => storage.compact(),
    optimise: () => undefined,
    list: () => realm.array(storage.list()),
    getFree: () => storage.free(),
    getStats: () =>
      realm.object({
        totalBytes: host.profile.storageBytes,
        freeBytes: storage.free(),
        fileBytes: storage.used(),
        fileCount: storage.list().length,
        trashBytes: storage.trash(),
        trashCount: storage.trash() > 0 ? 1 : 0,
      }),
  });
}
