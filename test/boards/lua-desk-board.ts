/**
 * A board with NodeMCU that is not there: the engine of Lua with a console in front of it as the firmware has one, and files, areas of flash
 * and a Lua Flash Store that outlive a boot. The console is at the end of a cable that can be pulled at any byte; the power can be pulled at
 * any byte that is programmed.
 */
import { loadBoard } from "../../boards/toolchain/board";
import type { Board } from "../../boards/toolchain/board";
import { startLua } from "../../sim/engines/lua/engine";
import type { LuaBoot } from "../../sim/engines/lua/engine";
import { areasOf } from "../../sim/engines/espruino/flash-folder";
import type { Image } from "../../sim/engines/image";
import { createFlash, PowerCut } from "../../sim/world/flash";
import type { WorldFlash } from "../../sim/world/flash";
import { createWorld } from "../../sim/world/world";
import type { World } from "../../sim/world/world";
import { Cable } from "./cable";
import { root } from "./desk-board";
import { LuaLineConsole } from "./lua-line-console";

/** Time for a program to say that it booted. */
const BOOT_MS = 5000;

/** What this board takes for the image of a store: the firmware's own is a matter of its compiler. */
export function storeBytes(hash: string, source: string): string {
  return `LFS ${hash} ${source.length}\n${source}`;
}

export interface LuaDeskBoardOptions {
  /** What tells it from other boards: 4 to 32 characters of [0-9a-z]. */
  readonly unit?: string;
  /** False: its firmware was built without a Lua Flash Store. */
  readonly hasStore?: boolean;
}

export class LuaDeskBoard {
  readonly files = new Map<string, string>();
  readonly store = new Map<string, string>();
  /** What deleted and replaced files have left in the chip. */
  readonly remains: string[] = [];
  /** What was printed since the last boot. */
  readonly lines: string[] = [];
  boots = 0;
  /** Digits of bytes arrive wrong. */
  corrupts = false;
  bytesMax = 200000;
  readonly board: Board;
  /** The areas of its flash, over all boots. */
  readonly flash: WorldFlash;
  private world: World | undefined;
  private running: LuaBoot | undefined;
  readonly cable = new Cable(() => {
    this.console.clear();
    return (bytes) => this.console.receive(bytes);
  });
  private readonly console = new LuaLineConsole((bytes) => this.cable.write(bytes), (line) => this.run(line));

  constructor(board: string, private readonly options: LuaDeskBoardOptions = {}) {
    this.board = loadBoard(root, board);
    this.flash = createFlash({ areas: areasOf(this.board.constants) });
  }

  /** Powers it on, or takes the power away and gives it back: runs what boots. */
  boot(): void {
    this.running?.stop();
    this.boots += 1;
    this.lines.length = 0;
    this.console.clear();
    const world = createWorld({ seed: 1 });
    this.world = world;
    const { unit, hasStore = true } = this.options;
    const { ports } = world.createDevice({ bootMs: 0, flash: this.flash, ...(unit === undefined ? {} : { name: unit }) });
    const system = { ...ports.system, restart: () => void setImmediate(() => this.boot()) };
    const image = { board: this.board.id, runtime: "lua", constants: this.board.constants, files: this.files, main: "init.lua", maps: new Map(), modules: [] } satisfies Image;
    const events = { console: (text: string) => this.print(text), failed: () => undefined };
    this.running = startLua(this.board.lua!, root, image, { ...ports, system }, events, undefined, { files: this.files, store: this.store, bytesMax: this.bytesMax, remains: this.remains });
    if (!hasStore) this.running.type("node.LFS=nil");
    world.runUntil(() => this.lines.some((each) => each.startsWith("motet boot")), BOOT_MS);
  }

  /** Lets time pass on the board. */
  pass(ms: number): void {
    this.world!.run(ms);
  }

  private print(text: string): void {
    this.lines.push(text);
    this.cable.write(`${text}\r\n`);
  }

  /** False when the power went in the middle of it, and the adapter with it. */
  private run(line: string): boolean {
    try {
      this.running!.type(this.corrupts ? line.replace(/_([wp])"..../, '_$1"0000') : line);
      return true;
    } catch (problem) {
      if (!(problem instanceof PowerCut)) throw problem;
      this.flash.callOff();
      this.flash.restore();
      this.cable.unplug();
      return false;
    }
  }

  async close(): Promise<void> {
    this.running?.stop();
    await this.cable.close();
  }
}
