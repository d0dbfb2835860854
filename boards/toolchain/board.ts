/**
 * What a board is: boards/<id>/board.json, read and checked. Every fact about a board stands there and nowhere else; this
 * file knows only how the facts must fit together.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardConstants } from "../../sim/engines/image";
import { pinContradiction } from "./pins/table";
import type { BoardPins } from "./pins/table";
import { mismatch } from "./schema";

export interface MemoryBudget {
  /** The runtime's own unit: variables of Espruino, bytes of Lua. */
  readonly unit: "jsvars" | "bytes";
  /** What the runtime has. */
  readonly total: number;
  /** The most that a device may take at rest. */
  readonly used: number;
}

/** A piece of the flash chip. */
export interface FlashSpan {
  readonly address: number;
  readonly bytes: number;
}

/** How a computer reaches the board. */
export interface BoardLink {
  /** Speed of the console. */
  readonly baud: number;
  /** The TCP port of a console that the runtime opens by itself. */
  readonly telnetPort?: number;
  readonly reset: "dtr-rts" | "none";
  /** The bridges to USB that boards of this kind have; hexadecimal numbers. */
  readonly usb: readonly { readonly vid: string; readonly pid: string; readonly name: string }[];
}

/** The runtime's own image. */
export interface RuntimeImage {
  readonly page: string;
  readonly name: string;
  readonly baud: number;
  readonly parts: readonly { readonly file: string; readonly offset: number }[];
}

export interface Board {
  /** `<chip>-espruino` or `<chip>-lua`, or with the board's name between them. */
  readonly id: string;
  readonly title: string;
  readonly runtime: "espruino" | "lua";
  /** What is on the board; `constants.chip` is the one whose adapter it takes. */
  readonly chip: BoardConstants["chip"] | "esp32c3" | "esp32s3";
  /** What the runtime calls itself. */
  readonly answers?: readonly string[];
  /** The dialect of a board that runs Lua. */
  readonly lua?: "5.1" | "5.3";
  readonly constants: BoardConstants;
  readonly budgets: {
    /** The most bytes that all files of a device may take in the board's file system. */
    readonly flashBytes: number;
    readonly memory: MemoryBudget;
  };
  readonly flash: { readonly bytes: number; readonly taken: readonly (FlashSpan & { readonly by: string })[] };
  readonly pins: BoardPins;
  readonly link: BoardLink;
  readonly image?: RuntimeImage;
  readonly notes?: readonly string[];
}

/** A board that is absent or badly described; the message is one sentence that says what to do. */
export class BoardError extends Error {}

/** The ids of all boards, sorted. `root` is the folder of the framework. */
export function boardIds(root: string): string[] {
  return readdirSync(join(root, "boards")).filter((name) => existsSync(join(root, "boards", name, "board.json"))).sort();
}

/** The areas of a device in raw flash, by name. */
export function areaSpans({ blockBytes, recordsAddress, recordsBlocks, logAddress, logBlocks }: BoardConstants): readonly (FlashSpan & { readonly name: string })[] {
  return [
    { name: "records", address: recordsAddress, bytes: recordsBlocks * blockBytes },
    { name: "log", address: logAddress, bytes: logBlocks * blockBytes },
  ];
}

function overlap(one: FlashSpan, other: FlashSpan): boolean {
  return one.address < other.address + other.bytes && other.address < one.address + one.bytes;
}

/** What is wrong with where the areas lie. */
function areaContradiction({ constants, flash }: Board): string | undefined {
  const { blockBytes, recordsAddress, logAddress } = constants;
  if (constants.flash === "files") return recordsAddress === 0 && logAddress === 0 ? undefined : "areas in files have the address 0";
  if (recordsAddress % blockBytes !== 0 || logAddress % blockBytes !== 0) return "an area does not begin at an erase block";
  const areas = areaSpans(constants);
  if (overlap(areas[0]!, areas[1]!)) return "the areas overlap";
  for (const { name, ...span } of areas) {
    if (span.address + span.bytes > flash.bytes) return `the area "${name}" ends behind the flash`;
    const taken = flash.taken.find((each) => overlap(each, span));
    if (taken !== undefined) return `the area "${name}" lies in what is taken by ${taken.by}`;
  }
  return undefined;
}

/** Rules between the facts, which a schema cannot say. */
function contradiction(board: Board, id: string): string | undefined {
  const { constants } = board;
  if (board.id !== id) return `its id is "${board.id}"`;
  if (!id.startsWith(`${board.chip}-`) || !id.endsWith(`-${board.runtime}`)) return `its id does not begin with its chip, "${board.chip}-", and end with its runtime, "-${board.runtime}"`;
  if (!board.chip.startsWith(constants.chip)) return "its chip differs from constants.chip";
  if ((board.runtime === "lua") !== (board.lua !== undefined)) return 'a board has "lua" if it runs Lua, and only then';
  if ((board.runtime === "espruino") !== (board.budgets.memory.unit === "jsvars")) return "memory is counted in jsvars on Espruino and in bytes on Lua";
  if (board.budgets.memory.used > board.budgets.memory.total) return "budgets.memory.used is above budgets.memory.total";
  return areaContradiction(board) ?? pinContradiction(board);
}

/** Loads a board. Throws BoardError for one that is not there or whose facts do not fit. */
export function loadBoard(root: string, id: string): Board {
  const path = join(root, "boards", id, "board.json");
  if (!/^[a-z0-9-]+$/.test(id) || !existsSync(path)) {
    throw new BoardError(`There is no board "${id}": choose ${boardIds(root).join(", ").replace(/, ([^,]*)$/, " or $1")}.`);
  }
  const described = parse(path, `boards/${id}/board.json`);
  const schema = parse(join(root, "boards", "board.schema.json"), "boards/board.schema.json");
  const wrong = mismatch(schema as Parameters<typeof mismatch>[0], described as Parameters<typeof mismatch>[1], "it") ?? contradiction(described as Board, id);
  if (wrong !== undefined) throw new BoardError(`boards/${id}/board.json does not describe a board: ${wrong}.`);
  return described as Board;
}

function parse(path: string, name: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new BoardError(`${name} cannot be read as JSON: ${(cause as Error).message}.`, { cause });
  }
}
