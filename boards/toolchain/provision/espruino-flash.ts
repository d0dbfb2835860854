/**
 * The areas of a board with Espruino, reached over its console, where hal/espruino keeps them: raw pages at the addresses of board.json,
 * or one file of Storage a block. Every piece travels with its checksum, because the console's packets have none, and every write is read
 * back on the board.
 */
import type { FlashArea } from "../../../hal/ports/flash";
import type { Board } from "../board";
import { areaSpans } from "../board";
import { crc32 } from "../checksum";
import type { ConsoleLink } from "../link/console-link";
import { LinkError } from "../link/transport";
import type { RemoteFlash } from "./remote-flash";

/** Bytes of one answer: with its base64 and its JSON it fits beside each other into the memory of the smallest board. */
const SLICE_BYTES = 1536;
/** Of a blank block, looked at one after the other on the board. */
const BLANK_BYTES = 256;
const PAGE_BYTES = 4096;
const TRIES = 3;

const text = (value: string): string => JSON.stringify(value);
const base64 = (bytes: string): string => Buffer.from(bytes, "latin1").toString("base64");
const bytesOf = (encoded: string): string => Buffer.from(encoded, "base64").toString("latin1");

/** A place that the console can name. */
interface Place {
  /** An expression for `count` bytes from it; undefined on the board where there is no file. */
  read(count: number): string;
  /** A statement that writes the variable `b` there. */
  readonly write: string;
}

abstract class EspruinoFlash implements RemoteFlash {
  readonly areas: readonly FlashArea[];

  constructor(protected readonly link: ConsoleLink, { constants }: Board) {
    const { blockBytes, recordsBlocks, logBlocks } = constants;
    this.areas = [{ name: "records", blockBytes, blocks: recordsBlocks }, { name: "log", blockBytes, blocks: logBlocks }];
  }

  protected abstract place(area: FlashArea, offset: number): Place;
  abstract eraseBlock(area: FlashArea, block: number): Promise<boolean>;
  abstract scrub(): Promise<void>;
  abstract remains(overlap: number): AsyncIterable<string>;

  async read(area: FlashArea, offset: number, count: number): Promise<string> {
    let bytes = "";
    while (bytes.length < count) {
      const from = offset + bytes.length;
      const length = Math.min(SLICE_BYTES, count - bytes.length, area.blockBytes - (from % area.blockBytes));
      bytes += await this.slice(this.place(area, from).read(length), length);
    }
    return bytes;
  }

  async write(area: FlashArea, offset: number, bytes: string): Promise<boolean> {
    const place = this.place(area, offset);
    const there = await this.checked(text(base64(bytes)), `let b=atob(d);${place.write};let t=${place.read(bytes.length)};return t===undefined?-2:E.CRC32(t)`);
    return there === crc32(bytes);
  }

  /** The bytes of an expression; where it gives none, as many erased ones. */
  protected async slice(expression: string, count: number): Promise<string> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const answer = await this.link.call(`(function(b){return b===undefined?0:[btoa(b),E.CRC32(b)]})(${expression})`);
      if (answer === 0) return "\xff".repeat(count);
      const [encoded, sum] = answer as [string, number];
      const bytes = bytesOf(encoded);
      if (bytes.length === count && crc32(bytes) === sum) return bytes;
    }
    throw new LinkError("verify", "What the board reads from its flash does not arrive as it was sent: take a shorter cable, or a lower --baud, and run the command again.");
  }

  /** Runs a body whose `d` arrived whole, or answers undefined: nothing that was spoilt on its way is acted upon. */
  protected async checked(d: string, body: string): Promise<unknown> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const source = `let d=${d};${body}`;
      const answer = await this.link.call(`(function(s,c){if(E.CRC32(s)!=c)return "spoilt";return eval("(function(){"+s+"})")()})(${text(source)},${crc32(source)})`);
      if (answer !== "spoilt") return answer;
    }
    return undefined;
  }
}

class RawFlash extends EspruinoFlash {
  private readonly spans: ReturnType<typeof areaSpans>;

  constructor(link: ConsoleLink, board: Board) {
    super(link, board);
    this.spans = areaSpans(board.constants);
  }

  private addressOf(area: FlashArea, offset: number): number {
    return this.spans.find(({ name }) => name === area.name)!.address + offset;
  }

  protected place(area: FlashArea, offset: number): Place {
    const address = this.addressOf(area, offset);
    return { read: (count) => `E.toString(require("Flash").read(${count},${address}))`, write: `require("Flash").write(b,${address})` };
  }

  async eraseBlock(area: FlashArea, block: number): Promise<boolean> {
    const { blockBytes } = area;
    const erase = `for(let i=0;i<${blockBytes};i+=${PAGE_BYTES})f.erasePage(d+i);`;
    const blank = `let e="\\xff".repeat(${BLANK_BYTES});for(let i=0;i<${blockBytes};i+=${BLANK_BYTES})if(E.toString(f.read(${BLANK_BYTES},d+i))!=e)return 0;return 1`;
    return (await this.checked(`${this.addressOf(area, block * blockBytes)}`, `let f=require("Flash");${erase}${blank}`)) === 1;
  }

  scrub(): Promise<void> {
    return Promise.resolve();
  }

  /** None: an erased page holds nothing. */
  async *remains(): AsyncIterable<string> {
    yield* [];
  }
}

class FileFlash extends EspruinoFlash {
  protected place(area: FlashArea, offset: number): Place {
    const within = offset % area.blockBytes;
    const name = text(area.name + Math.floor(offset / area.blockBytes));
    // The first write makes the file at its full size.
    const size = within === 0 ? `0,${area.blockBytes}` : `${within}`;
    return { read: (count) => `require("Storage").read(${name},${within},${count})`, write: `require("Storage").write(${name},b,${size})` };
  }

  async eraseBlock(area: FlashArea, block: number): Promise<boolean> {
    return (await this.checked(text(area.name + block), `let s=require("Storage");s.erase(d);return s.read(d)===undefined?1:0`)) === 1;
  }

  /** A file that is gone is on the chip until Storage is compacted. */
  async scrub(): Promise<void> {
    const trash = await this.link.call(`(function(s){s.compact();return s.getStats().trashBytes})(require("Storage"))`);
    if (trash !== 0) throw new LinkError("verify", `The board's Storage still holds ${String(trash)} bytes of files that are gone: run the command again.`);
  }

  async *remains(overlap: number): AsyncIterable<string> {
    const [start, bytes] = (await this.link.call(`(function(a){return [a.addr,a.length]})(require("Flash").getFree()[0])`)) as [number, number];
    yield* pieces(bytes, PAGE_BYTES, overlap, async (offset, count) => {
      let piece = "";
      while (piece.length < count) {
        const length = Math.min(SLICE_BYTES, count - piece.length);
        piece += await this.slice(`E.toString(require("Flash").read(${length},${start + offset + piece.length}))`, length);
      }
      return piece;
    });
  }
}

/** Cuts `total` bytes into pieces of `size`, each with the end of the one before. */
async function* pieces(total: number, size: number, overlap: number, read: (offset: number, count: number) => Promise<string>): AsyncIterable<string> {
  let before = "";
  for (let offset = 0; offset < total; offset += size) {
    const piece = before + (await read(offset, Math.min(size, total - offset)));
    yield piece;
    before = piece.slice(Math.max(0, piece.length - overlap));
  }
}

/** The flash of the board at a link, whose program stands still. */
export function espruinoFlash(link: ConsoleLink, board: Board): RemoteFlash {
  return board.constants.flash === "raw" ? new RawFlash(link, board) : new FileFlash(link, board);
}
