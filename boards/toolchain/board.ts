/**
 * What a board is: boards/<id>/board.json, read and checked. Every fact about a board stands there and nowhere else; this
 * file knows only how the facts must fit together.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardConstants } from "../../sim/engines/image";
import { mismatch } from "./schema";

export interface MemoryBudget {
  /** The runtime's own unit: variables of Espruino, bytes of Lua. */
  readonly unit: "jsvars" | "bytes";
  /** What the runtime has. */
  readonly total: number;
  /** The most that a device may take at rest. */
  readonly used: number;
}

export interface Board {
  /** `<chip>-espruino` or `<chip>-lua`. */
  readonly id: string;
  readonly title: string;
  readonly runtime: "espruino" | "lua";
  readonly chip: BoardConstants["chip"];
  /** The dialect of a board that runs Lua. */
  readonly lua?: "5.1" | "5.3";
  readonly constants: BoardConstants;
  readonly budgets: {
    /** The most bytes that all files of a device may take in the board's file system. */
    readonly flashBytes: number;
    readonly memory: MemoryBudget;
  };
}

/** A board that is absent or badly described; the message is one sentence that says what to do. */
export class BoardError extends Error {}

/** The ids of all boards, sorted. `root` is the folder of the framework. */
export function boardIds(root: string): string[] {
  return readdirSync(join(root, "boards")).filter((name) => existsSync(join(root, "boards", name, "board.json"))).sort();
}

/** Rules between the facts, which a schema cannot say. */
function contradiction(board: Board, id: string): string | undefined {
  const { constants } = board;
  const { blockBytes, recordsAddress, recordsBlocks, logAddress, logBlocks } = constants;
  if (board.id !== id) return `its id is "${board.id}"`;
  if (board.chip !== constants.chip) return "its chip differs from constants.chip";
  if ((board.runtime === "lua") !== (board.lua !== undefined)) return 'a board has "lua" if it runs Lua, and only then';
  if ((board.runtime === "espruino") !== (board.budgets.memory.unit === "jsvars")) return "memory is counted in jsvars on Espruino and in bytes on Lua";
  if (board.budgets.memory.used > board.budgets.memory.total) return "budgets.memory.used is above budgets.memory.total";
  if (constants.flash === "files") return recordsAddress === 0 && logAddress === 0 ? undefined : "areas in files have the address 0";
  if (recordsAddress % blockBytes !== 0 || logAddress % blockBytes !== 0) return "an area does not begin at an erase block";
  const apart = recordsAddress + recordsBlocks * blockBytes <= logAddress || logAddress + logBlocks * blockBytes <= recordsAddress;
  return apart ? undefined : "the areas overlap";
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
