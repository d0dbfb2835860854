/**
 * A board with NodeMCU that is not there, live: its API emulated on a real Lua over real sockets, with a clock that runs faster, the areas
 * of its flash in a folder, a console on TCP that takes lines, and power that a command switches.
 */
import { loadBoard } from "../../boards/toolchain/board";
import type { Board } from "../../boards/toolchain/board";
import { areasOf } from "../../sim/engines/espruino/flash-folder";
import type { Image } from "../../sim/engines/image";
import { startLua } from "../../sim/engines/lua/engine";
import type { LuaBoot } from "../../sim/engines/lua/engine";
import { openDevice } from "../../sim/device/device";
import type { Device } from "../../sim/device/device";
import { withTimeServer } from "../../sim/desk/time-server";
import { root } from "../boards/desk-board";
import { LuaLineConsole } from "../boards/lua-line-console";
import { LiveDesk, SPEED } from "./live-desk";
import type { LiveBoardOptions } from "./live-desk";

const DISK_BYTES = 1000000;

export class LiveLuaBoard extends LiveDesk {
  readonly board: Board;
  readonly files = new Map<string, string>();
  readonly store = new Map<string, string>();
  /** What deleted and replaced files have left in the chip. */
  readonly remains: string[] = [];
  private running: LuaBoot | undefined;
  private device: Device | undefined;
  private readonly console = new LuaLineConsole((bytes) => this.write(bytes), (line) => this.run(line));

  constructor(board: string, options: LiveBoardOptions) {
    super(options);
    this.board = loadBoard(root, board);
  }

  powerOn(): void {
    this.boots += 1;
    this.printed.clear();
    this.console.clear();
    const { dir, wifi } = this.options;
    const { id, lua, constants } = this.board;
    this.device = openDevice({ stateDir: dir, wifi, speed: SPEED, flashAreas: areasOf(constants), onReset: () => this.reboot() });
    const events = { console: (line: string) => this.print(line), failed: () => undefined };
    const image = { board: id, runtime: "lua", constants, files: this.files, main: "init.lua", maps: new Map(), modules: [] } satisfies Image;
    if (this.says !== "") this.print(this.says);
    const disk = { files: this.files, store: this.store, bytesMax: DISK_BYTES, remains: this.remains };
    this.running = startLua(lua!, root, image, withTimeServer(this.device, () => this.nowMs()), events, undefined, disk);
  }

  powerOff(): void {
    this.running?.stop();
    this.device?.close();
    this.running = undefined;
  }

  protected get hasPower(): boolean {
    return this.running !== undefined;
  }

  protected receive(bytes: string): void {
    this.console.receive(bytes);
  }

  private run(line: string): boolean {
    this.running?.type(line);
    return this.running !== undefined;
  }

  private reboot(): void {
    this.powerOff();
    this.powerOn();
  }
}
