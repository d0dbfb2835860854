/**
 * The store's own code on the flash of a board that is far away. It runs on a copy; what it wrote and erased there is then done on the
 * board, in its order and each read back. So records have the store's format, and a cut at any moment (power, cable, this program) leaves
 * what a cut on the device itself would leave: old or new.
 */
import { Fault } from "../../../hal/ports/fault";
import type { ChecksumPort } from "../../../hal/ports/checksum";
import type { FlashArea, FlashPort } from "../../../hal/ports/flash";
import { crc32 } from "../checksum";
import { LinkError } from "../link/transport";
import { areaOf } from "./remote-flash";
import type { RemoteFlash } from "./remote-flash";

/** Blocks that may turn out to be worn out in one run. */
const BAD_BLOCKS_MAX = 4;

/** The checksum of the stores, on this computer. */
export const checksum: ChecksumPort = {
  crc32: (bytes) => {
    const sum = crc32(bytes);
    return String.fromCharCode(sum >>> 24, (sum >>> 16) & 255, (sum >>> 8) & 255, sum & 255);
  },
};

/** What the store did: bytes at an offset, or, without bytes, an erase of the block there. */
interface Step {
  readonly area: FlashArea;
  readonly offset: number;
  readonly bytes: string | undefined;
}

const isBlank = (bytes: string): boolean => /^\xff*$/.test(bytes);
const blockName = ({ name, blockBytes }: FlashArea, offset: number): string => `${name} ${Math.floor(offset / blockBytes)}`;

/** A copy of areas behind the flash port, which notes what is done to it. */
class Mirror {
  readonly steps: Step[] = [];
  readonly port: FlashPort = {
    open: (name) => this.areas.find((area) => area.name === name),
    read: ({ name }, offset, count) => this.contents.get(name)!.toString("latin1", offset, offset + count),
    write: (area, offset, bytes) => this.write(area, offset, bytes),
    eraseBlock: (area, block) => this.erase(area, block),
  };

  constructor(private readonly areas: readonly FlashArea[], private readonly contents: ReadonlyMap<string, Buffer>, private readonly bad: ReadonlySet<string>) {}

  private write(area: FlashArea, offset: number, bytes: string): number {
    const { blockBytes, blocks } = area;
    const within = offset % blockBytes;
    const content = this.contents.get(area.name)!;
    if (bytes === "" || offset < 0 || offset >= blocks * blockBytes || within + bytes.length > blockBytes) return Fault.invalid;
    if (!isBlank(content.toString("latin1", offset, offset + bytes.length)) || (within > 0 && content[offset - within] === 0xff)) return Fault.invalid;
    if (this.bad.has(blockName(area, offset))) return Fault.hardware;
    content.write(bytes, offset, "latin1");
    this.steps.push({ area, offset, bytes });
    return Fault.none;
  }

  private erase(area: FlashArea, block: number): number {
    const offset = block * area.blockBytes;
    if (block < 0 || block >= area.blocks) return Fault.invalid;
    if (this.bad.has(blockName(area, offset))) return Fault.hardware;
    this.contents.get(area.name)!.fill(0xff, offset, offset + area.blockBytes);
    this.steps.push({ area, offset, bytes: undefined });
    return Fault.none;
  }

  /** Does on the board what was done here; the first step that the board did not keep, if there is one. */
  async carryOut(flash: RemoteFlash): Promise<Step | undefined> {
    for (const step of this.steps) {
      const { area, offset, bytes } = step;
      const isDone = bytes === undefined ? await flash.eraseBlock(area, offset / area.blockBytes) : await flash.write(area, offset, bytes);
      if (!isDone) return step;
    }
    return undefined;
  }
}

/**
 * Runs `use`, which may read and write the areas of these names through the port, and does the same on the board. A block that does not
 * keep what is written is given up, and `use` runs again on what the board holds then: it must do the same again.
 */
export async function onFlash<T>(flash: RemoteFlash, names: readonly string[], use: (port: FlashPort) => T): Promise<T> {
  const areas = names.map((name) => areaOf(flash, name));
  const bad = new Set<string>();
  while (bad.size <= BAD_BLOCKS_MAX) {
    const contents = new Map<string, Buffer>();
    for (const area of areas) contents.set(area.name, Buffer.from(await flash.read(area, 0, area.blocks * area.blockBytes), "latin1"));
    const mirror = new Mirror(areas, contents, bad);
    const result = use(mirror.port);
    const failed = await mirror.carryOut(flash);
    if (failed === undefined) return result;
    bad.add(blockName(failed.area, failed.offset));
  }
  throw new LinkError("verify", "The board's flash does not keep what is written to it: it may be worn out, so take another board.");
}
