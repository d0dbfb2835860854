/** A board whose program stands still while its flash is changed, whatever its runtime: who it is, its areas, and how it goes on. */
import type { Board } from "../board";
import { ConsoleLink } from "../link/console-link";
import { checkBoard, startProgram, stopProgram } from "../link/flash";
import { readInstalled } from "../link/install";
import { BOOT_FILE } from "../compile/lua/boot";
import type { LuaConsole } from "../link/lua-console";
import { LuaFiles } from "../link/lua-files";
import { checkLuaBoard } from "../link/lua-flash";
import { readLuaInstalled } from "../link/lua-install";
import { startLuaProgram, stopLuaProgram } from "../link/lua-program";
import type { Timer } from "../link/transport";
import { espruinoFlash } from "./espruino-flash";
import { nodemcuFlash } from "./nodemcu-flash";
import type { RemoteFlash } from "./remote-flash";

/** The console of a board. */
export type BoardConsole = ConsoleLink | LuaConsole;

/** The board that was at the link. */
export interface Unit {
  /** Version of its runtime. */
  readonly runtime: string;
  /** What tells it from all others, as the device itself says it (`system.uniqueId`). */
  readonly unit: string;
}

/** What became of a board whose program was started again. */
export interface Started {
  /** What it said of itself at its boot; undefined when it said nothing in time, or has no program. */
  readonly boot: string | undefined;
  /** It has a program that boots. */
  readonly hasProgram: boolean;
  /** Which build of an app that is; undefined for none, or for a program of someone else. */
  readonly build: string | undefined;
}

/** A board that stands still. */
export interface Standing extends Unit {
  readonly flash: RemoteFlash;
  start(): Promise<Started>;
  /** Starts it without waiting for what it says. */
  letGo(): Promise<void>;
}

export interface StandingOptions {
  /** All boards that there are, to name the right one. */
  readonly boards: readonly Board[];
  readonly timer: Timer;
  /** Told what is being done, for a person. */
  readonly step: (text: string) => void;
}

async function standEspruino(link: ConsoleLink, board: Board, { boards, timer, step }: StandingOptions): Promise<Standing> {
  const hello = await link.hello();
  checkBoard(hello, board, boards);
  const { version, name } = hello;
  const unit = String(await link.call("getSerial()")).replaceAll("-", "").toLowerCase();
  step(`unit ${unit}, Espruino ${version} on ${name}`);
  await stopProgram(link, board);
  const start = async (): Promise<Started> => {
    const hasProgram = (await link.call(`require("Storage").read(".bootcde")===undefined?0:1`)) === 1;
    const build = (await readInstalled(link)).active?.hash;
    return { hasProgram, build, boot: hasProgram ? await startProgram(link, timer) : undefined };
  };
  return { runtime: version, unit, flash: espruinoFlash(link, board), start, letGo: () => link.type("load()") };
}

async function standLua(link: LuaConsole, board: Board, { boards, timer, step }: StandingOptions): Promise<Standing> {
  const { lua, chip, hasStore } = await link.hello();
  checkLuaBoard({ lua, chip, hasStore }, board, boards);
  const unit = (await link.call('return(wifi.sta.getmac():gsub(":",""))')).toLowerCase();
  step(`unit ${unit}, NodeMCU with Lua ${lua} on ${chip}`);
  await stopLuaProgram(link, timer);
  const start = async (): Promise<Started> => {
    const files = new LuaFiles(link);
    const hasProgram = await files.exists(BOOT_FILE);
    const build = (await readLuaInstalled(files)).active?.hash;
    return { hasProgram, build, boot: hasProgram ? await startLuaProgram(link, timer) : undefined };
  };
  return { runtime: `Lua ${lua}`, unit, flash: nodemcuFlash(link, board, step), start, letGo: () => link.type("node.restart()") };
}

/** Stops the program of the board at a link, which has to be the one that is named. */
export function standStill(link: BoardConsole, board: Board, options: StandingOptions): Promise<Standing> {
  return link instanceof ConsoleLink ? standEspruino(link, board, options) : standLua(link, board, options);
}
