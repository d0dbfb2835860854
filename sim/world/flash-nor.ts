/** Areas that are pages of the chip itself, as on boards with raw flash beside their file system. */
import type { Fault } from "../../hal/ports/fault";
import type { FlashArea } from "../../hal/ports/flash";
import { type FlashOptions, type Place, WorldFlash } from "./flash-port";

export class NorFlash extends WorldFlash {
  constructor(options: FlashOptions) {
    super(options, options.areas);
  }

  wear(area: string): readonly number[] {
    return [...this.region(area).erases];
  }

  protected place(area: FlashArea, offset: number): Place {
    return { region: this.region(area.name), offset };
  }

  protected readArea(area: FlashArea, offset: number, count: number): string {
    return this.region(area.name).pages.read(offset, count);
  }

  protected writeArea(area: FlashArea, offset: number, bytes: string): Fault {
    return this.program(this.region(area.name), offset, bytes);
  }

  protected eraseArea(area: FlashArea, block: number): Fault {
    return this.eraseWhole(this.region(area.name), block);
  }
}
