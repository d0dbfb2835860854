/** Areas that are pages of the chip itself, as on boards with raw flash beside their file system. */
import type { Fault } from "../../hal/ports/fault";
import type { FlashArea } from "../../hal/ports/flash";
import { type FlashOptions, type Place, WorldFlash } from "./flash-port";

/** Held, because looking a global up costs more than the call where tests run in a context of their own. */
const { floor } = Math;

export class NorFlash extends WorldFlash {
  constructor(options: FlashOptions) {
    super(options, options.areas);
  }

  wear(area: string): readonly number[] {
    return this.region(area).erases;
  }

  protected place(area: FlashArea, offset: number): Place {
    return { region: this.region(area.name), offset };
  }

  protected readArea(area: FlashArea, offset: number, count: number): string {
    return this.region(area.name).pages.read(offset, count);
  }

  /** Looks at the page itself: every write asks. */
  protected override firstProgrammed(area: FlashArea, offset: number, count: number): number {
    const block = floor(offset / area.blockBytes);
    const page = this.region(area.name).pages.written(block);
    if (page === undefined) return -1;
    const start = block * area.blockBytes;
    for (let i = 0; i < count; i += 1) if (page[offset - start + i] !== 255) return offset + i;
    return -1;
  }

  protected writeArea(area: FlashArea, offset: number, bytes: string): Fault {
    return this.program(this.region(area.name), offset, bytes);
  }

  protected eraseArea(area: FlashArea, block: number): Fault {
    return this.eraseWhole(this.region(area.name), block);
  }
}
