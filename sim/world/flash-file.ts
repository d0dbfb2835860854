/**
 * Areas as files of NodeMCU's file system, one for each erase block, as hal/nodemcu keeps them: an absent file is an erased
 * block, a write changes the file in place and flushes it, an erase removes it. Nothing is renamed, because SPIFFS does
 * not rename in one step; so no write is atomic, and none is torn at a byte either:
 *
 * | cut | leaves |
 * |---|---|
 * | in a write, "none" | the old contents: what was not flushed is gone. The first write leaves no file |
 * | in a write, "some" | the old contents and any part of the new, from none of it on, as SPIFFS leaves its pages |
 * | in a write, "all" | the new contents: the flush was over, its answer was not |
 * | in a removal | the file as it was; no file; an empty or shortened one; one whose pages are lost here and there, or damaged |
 *
 * How long a file is cannot be seen through the port: behind its end there is 0xFF. What the file system itself loses (its
 * documentation promises nothing, and its check may do harm) is not modelled: bit flips and failing writes stand for it.
 */
import type { EraseOutcome } from "./flash-pages";
import type { ByteOutcome } from "./flash-chip";
import { NorFlash } from "./flash-nor";

/** A page of SPIFFS. */
const PAGE_BYTES = 256;

export class FileFlash extends NorFlash {
  protected override partProgram(block: Uint8Array, from: number, _at: number, text: string, outcome: ByteOutcome): void {
    const kept = outcome === "none" ? 0 : outcome === "all" ? text.length : this.random.below(text.length + 1);
    for (let i = 0; i < text.length; i += 1) block[from + i] = i < kept ? text.charCodeAt(i) : 255;
  }

  protected override partErase(block: Uint8Array, outcome: EraseOutcome): void {
    if (outcome === "untouched") return;
    const length = outcome === "back" || outcome === "noise" ? this.random.below(block.length) : outcome === "bits" ? block.length : 0;
    block.fill(255, length);
    if (outcome === "back") return;
    for (let page = 0; page < length; page += PAGE_BYTES) if (this.random.chance(0.5)) block.fill(255, page, Math.min(length, page + PAGE_BYTES));
    if (outcome === "noise" && length > 0) block[length - 1] = this.random.below(256);
  }
}
