/**
 * A board that is not there: Espruino's API emulated, with a console that speaks packets as the firmware does, faults included, and a
 * Storage that outlives a boot. Its console is at the end of a cable that can be pulled at any byte.
 */
import { join } from "node:path";
import { loadBoard } from "../../boards/toolchain/board";
import type { Board } from "../../boards/toolchain/board";
import type { EngineSettings } from "../../sim/engines/espruino-api/e";
import { createEspruino } from "../../sim/engines/espruino-api/index";
import type { Espruino } from "../../sim/engines/espruino-api/index";
import { areasOf } from "../../sim/engines/espruino/flash-folder";
import { createFlash } from "../../sim/world/flash";
import type { WorldFlash } from "../../sim/world/flash";
import { createWorld } from "../../sim/world/world";
import { Cable } from "./cable";
import { PacketConsole } from "./packet-console";

export const root = join(__dirname, "..", "..");

export interface DeskBoardOptions {
  readonly board?: string;
  /** What the firmware calls itself. */
  readonly name?: string;
  readonly storageBytes?: number;
  /** What tells it from other boards: 4 to 32 characters of [0-9a-z]. */
  readonly unit?: string;
}

export class DeskBoard {
  /** What the board's Storage holds, as the last boot left it. */
  files: ReadonlyMap<string, string> = new Map();
  /** What was printed since the last boot. */
  readonly lines: string[] = [];
  boots = 0;
  /** Data packets arrive with one bit turned. */
  corrupts = false;
  readonly cable = new Cable(() => {
    this.packetConsole?.abandon();
    return (bytes) => this.packetConsole!.receive(bytes);
  });
  readonly board: Board;
  /** The areas of its flash, over all boots. */
  readonly flash: WorldFlash;
  private espruino: Espruino | undefined;
  private packetConsole: PacketConsole | undefined;

  constructor(private readonly options: DeskBoardOptions = {}) {
    this.board = loadBoard(root, options.board ?? "esp32-espruino");
    this.flash = createFlash({ areas: areasOf(this.board.constants) });
  }

  /** Powers it on: runs what boots. */
  boot(): void {
    this.boots += 1;
    this.lines.length = 0;
    const { unit } = this.options;
    const machine = createWorld({ seed: 1 }).createDevice({ bootMs: 0, flash: this.flash, ...(unit === undefined ? {} : { name: unit }) });
    const events = { console: (line: string) => this.print(line), failed: () => undefined };
    const { storageBytes } = this.options;
    const espruino = createEspruino({ ports: machine.ports, constants: this.board.constants, events, files: this.files, ...(storageBytes === undefined ? {} : { profile: { storageBytes } }) });
    this.espruino = espruino;
    Object.assign(espruino.globals, { load: () => this.later(() => this.reboot()), reset: () => this.later(() => this.restart()) });
    this.packetConsole = new PacketConsole(this.options.name ?? this.board.answers?.[0] ?? "ESP32", (text) => espruino.evaluate(text), (bytes) => this.cable.write(bytes), (data) => (this.corrupts ? `~${data.slice(1)}` : data));
    if (this.files.has(".bootcde")) espruino.run(".bootcde");
  }

  /** What the program that runs has done to the board's consoles. */
  get consoles(): Readonly<EngineSettings> {
    return this.espruino!.settings;
  }

  /** Takes what is in Storage to the next boot, as flash does. */
  private keep(): void {
    const { espruino } = this;
    if (espruino === undefined) return;
    const names = espruino.evaluate('require("Storage").list().join("\\n")') as string;
    // Files that stand for blocks of the areas are in its flash.
    this.files = new Map(names.split("\n").filter((name) => name !== "" && !/^(records|log)\d+$/.test(name)).map((name) => [name, espruino.evaluate(`require("Storage").read(${JSON.stringify(name)})`) as string]));
    espruino.stop();
    this.espruino = undefined;
  }

  /** Takes its power away, and gives it back. */
  reboot(): void {
    this.keep();
    this.boot();
  }

  /** What `reset()` does: the program is gone, flash stays. */
  private restart(): void {
    this.keep();
    const { files } = this;
    this.files = new Map([...files].filter(([name]) => name !== ".bootcde"));
    this.boot();
    const code = files.get(".bootcde");
    if (code !== undefined) this.espruino!.evaluate(`require("Storage").write(".bootcde",${JSON.stringify(code)})`);
    this.boots -= 1;
  }

  private later(run: () => void): void {
    setImmediate(run);
  }

  private print(line: string): void {
    this.lines.push(line);
    this.cable.write(`${line}\r\n`);
  }

  async close(): Promise<void> {
    this.espruino?.stop();
    await this.cable.close();
  }
}
