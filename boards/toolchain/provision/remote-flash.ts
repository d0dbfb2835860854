/** The device's areas of flash, as something at the other end of a link offers them: what each runtime's console has to be able to do. */
import type { FlashArea } from "../../../hal/ports/flash";

export interface RemoteFlash {
  /** "records" and "log". */
  readonly areas: readonly FlashArea[];
  /** `count` bytes from `offset` of the area, which lie within it; erased ones read 0xFF. Rejects when they did not arrive whole. */
  read(area: FlashArea, offset: number, count: number): Promise<string>;
  /** Programs bytes that are erased, within one block; false when they are not there afterwards. */
  write(area: FlashArea, offset: number, bytes: string): Promise<boolean>;
  /** Erases a block; false when it is not blank afterwards. */
  eraseBlock(area: FlashArea, block: number): Promise<boolean>;
  /** Makes unreadable what the chip still holds of blocks that were erased or replaced; nothing where erasing a block erases its bytes. */
  scrub(): Promise<void>;
  /** The bytes of the chip where remains of erased blocks can be besides the areas, in pieces that overlap by `overlap`. */
  remains(overlap: number): AsyncIterable<string>;
}

/** The area of that name. */
export function areaOf(flash: RemoteFlash, name: string): FlashArea {
  const area = flash.areas.find((each) => each.name === name);
  if (area === undefined) throw new Error(`no area ${name}`);
  return area;
}
