/**
 * Flash areas in files, one file an area, read once and written in place, under the rules of the port.
 *
 * A write reaches the operating system before it returns, so the device's state survives the end of the process at any
 * moment; it is not forced to the disk (that costs milliseconds a record), so it may not survive a power cut of the computer.
 * The faults of real flash are modelled in sim/world, not here.
 */
import { chmodSync, closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../hal/ports/fault";
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import { stateError } from "./state";

export interface FlashFiles {
  readonly port: FlashPort;
  /** Closes the files; every later write answers `hardware`. Idempotent. */
  close(): void;
}

interface AreaFile {
  readonly area: FlashArea;
  readonly bytes: Buffer;
  readonly descriptor: number;
}

/** What a device has that no board described: the areas of an ESP32 (boards' notes: 16 KB records, 48 KB log). */
export const defaultAreas: readonly FlashArea[] = [
  { name: "records", blockBytes: 4096, blocks: 4 },
  { name: "log", blockBytes: 4096, blocks: 12 },
];

function openFile(dir: string, area: FlashArea): AreaFile {
  const path = join(dir, `${area.name}.flash`);
  const size = area.blockBytes * area.blocks;
  try {
    const bytes = Buffer.alloc(size, 0xff);
    const descriptor = openSync(path, "a+", 0o600);
    closeSync(descriptor);
    chmodSync(path, 0o600);
    const present = readFileSync(path);
    present.copy(bytes, 0, 0, Math.min(size, present.length));
    const file = openSync(path, "r+");
    if (present.length !== size) writeSync(file, bytes, 0, size, 0);
    return { area, bytes, descriptor: file };
  } catch (cause) {
    throw stateError(path, cause);
  }
}

/** Opens (and makes) the files of all areas under `dir`; throws StateError. */
export function openFlashFiles(dir: string, areas: readonly FlashArea[]): FlashFiles {
  const files = new Map<string, AreaFile>();
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    for (const file of files.values()) closeSync(file.descriptor);
  };
  try {
    for (const area of areas) files.set(area.name, openFile(dir, area));
  } catch (error) {
    close();
    throw error;
  }
  const put = (file: AreaFile, offset: number, bytes: Buffer): Fault => {
    if (closed) return Fault.hardware;
    try {
      writeSync(file.descriptor, bytes, 0, bytes.length, offset);
    } catch {
      readSync(file.descriptor, file.bytes, offset, bytes.length, offset);
      return Fault.hardware;
    }
    bytes.copy(file.bytes, offset);
    return Fault.none;
  };
  const port: FlashPort = {
    open: (name) => files.get(name)?.area,
    read: (area, offset, count) => files.get(area.name)?.bytes.toString("latin1", offset, offset + count) ?? "",
    write: (area, offset, bytes) => {
      const file = files.get(area.name);
      if (file === undefined || !mayProgram(file, offset, bytes)) return Fault.invalid;
      const merged = Buffer.from(bytes, "latin1");
      // 0xFF programs nothing: the byte keeps what it holds.
      for (let i = 0; i < merged.length; i += 1) if (merged[i] === 0xff) merged[i] = file.bytes[offset + i]!;
      return put(file, offset, merged);
    },
    eraseBlock: (area, block) => {
      const file = files.get(area.name);
      if (file === undefined || !Number.isInteger(block) || block < 0 || block >= area.blocks) return Fault.invalid;
      return put(file, block * area.blockBytes, Buffer.alloc(area.blockBytes, 0xff));
    },
  };
  return { port, close };
}

/** The NOR rules of the port: within one block, first at its beginning, every byte once. */
function mayProgram(file: AreaFile, offset: number, bytes: string): boolean {
  const { blockBytes, blocks } = file.area;
  const end = offset + bytes.length;
  if (!Number.isInteger(offset) || offset < 0 || bytes.length === 0 || end > blockBytes * blocks) return false;
  const start = offset - (offset % blockBytes);
  if (end > start + blockBytes) return false;
  for (let i = 0; i < bytes.length; i += 1) {
    if (bytes.charCodeAt(i) !== 0xff && file.bytes[offset + i] !== 0xff) return false;
  }
  return offset === start || file.bytes.subarray(start, start + blockBytes).some((byte) => byte !== 0xff);
}
