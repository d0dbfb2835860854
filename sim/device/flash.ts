/**
 * The flash model of the world, kept in files: one file an area, read once and written in place.
 *
 * A write reaches the operating system before it returns, so the device's state survives the end of the process at any
 * moment; it is not forced to the disk (that costs milliseconds a record), so it may not survive a power cut of the
 * computer.
 */
import { chmodSync, closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../../hal/ports/fault";
import type { FlashArea, FlashPort } from "../../hal/ports/flash";
import { createFlash } from "../world/flash";
import { stateError } from "./state";

export interface FlashFiles {
  readonly port: FlashPort;
  /** Closes the files; every later write answers `hardware`. Idempotent. */
  close(): void;
}

/** Opens an area's file, made or brought to size if it has to be, and gives its bytes. */
function openFile(dir: string, area: FlashArea): { readonly descriptor: number; readonly bytes: Buffer } {
  const path = join(dir, `${area.name}.flash`);
  try {
    closeSync(openSync(path, "a+", 0o600));
    chmodSync(path, 0o600);
    const present = readFileSync(path);
    const bytes = Buffer.alloc(area.blockBytes * area.blocks, 0xff);
    present.copy(bytes);
    const descriptor = openSync(path, "r+");
    if (present.length < bytes.length) writeSync(descriptor, bytes, 0, bytes.length, 0);
    return { descriptor, bytes };
  } catch (cause) {
    throw stateError(path, cause);
  }
}

/** Opens (and makes) the files of all areas under `dir`; throws StateError. */
export function openFlashFiles(dir: string, areas: readonly FlashArea[]): FlashFiles {
  const descriptors = new Map<string, number>();
  let closed = false;
  const close = (): void => {
    closed = true;
    for (const descriptor of descriptors.values()) closeSync(descriptor);
    descriptors.clear();
  };
  const memory = load(dir, areas, descriptors, close);
  /** Brings a part of the file up to what the model holds. */
  const save = (area: FlashArea, offset: number, count: number): Fault => {
    try {
      writeSync(descriptors.get(area.name)!, Buffer.from(memory.read(area, offset, count), "latin1"), 0, count, offset);
      return Fault.none;
    } catch {
      return Fault.hardware;
    }
  };
  const port: FlashPort = {
    open: memory.open,
    read: memory.read,
    write: (area, offset, bytes) => {
      if (closed) return Fault.hardware;
      const fault = memory.write(area, offset, bytes);
      return fault === Fault.none ? save(area, offset, bytes.length) : fault;
    },
    eraseBlock: (area, block) => {
      if (closed) return Fault.hardware;
      const fault = memory.eraseBlock(area, block);
      return fault === Fault.none ? save(area, block * area.blockBytes, area.blockBytes) : fault;
    },
  };
  return { port, close };
}

function load(
  dir: string,
  areas: readonly FlashArea[],
  descriptors: Map<string, number>,
  close: () => void,
): FlashPort {
  const image = new Map<string, Uint8Array>();
  try {
    for (const area of areas) {
      const { descriptor, bytes } = openFile(dir, area);
      descriptors.set(area.name, descriptor);
      image.set(area.name, bytes);
    }
  } catch (error) {
    close();
    throw error;
  }
  const flash = createFlash({ areas, strict: false });
  flash.restore(image);
  return flash.port;
}
