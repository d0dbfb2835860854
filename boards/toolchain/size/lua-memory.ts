/**
 * What a NodeMCU device keeps in memory at rest: connected, subscribed, its log empty. Its code is in the Lua Flash Store and
 * takes none; what stays is a place for every variable of the program in Lua's table of globals, a closure for every function,
 * and what the device has made since (timers, sockets, declarations, records).
 *
 * The sizes are those of Lua's own structs. A measurement on a desk's interpreter holds the formula to account, with the sizes
 * of that one (test/shape/measured-lua.test.ts); a board's are those of a 32-bit processor.
 */
import { parse } from "luaparse";
import type { LuaNode } from "luaparse";
import type { Image } from "../../../sim/engines/image";
import { luaBuildOf } from "../compile/lua/lfs";

/** Bytes of what Lua makes. */
export interface LuaSizes {
  /** A place in a table for a name and its value. */
  readonly node: number;
  /** A function of the program, with the one variable from around it that Lua 5.3 gives to each. */
  readonly closure: number;
  /** What the framework keeps while it runs. */
  readonly running: number;
  /** What an app and its drivers keep for each byte of their code. */
  readonly perAppByte: number;
}

/**
 * A board. ESP8266: Lua 5.1, a value is packed into 12 bytes, a place is that, the key's 12 and a pointer. ESP32: Lua 5.3 with
 * 32-bit numbers, a value is 8 bytes and a key with its link 12. What a device keeps is mostly pointers and values, so a bit
 * more than half of what it takes where both are twice as large.
 */
const BOARD_SHARE = 0.6;

/** 64-bit interpreters, which the figures were found on. */
export const deskSizes: Readonly<Record<"5.1" | "5.3", LuaSizes>> = {
  "5.1": { node: 40, closure: 40, running: 6650, perAppByte: 0.65 },
  "5.3": { node: 32, closure: 40, running: 6050, perAppByte: 0.65 },
};

const board = (desk: LuaSizes, node: number, closure: number): LuaSizes => ({ node, closure, running: Math.round(desk.running * BOARD_SHARE), perAppByte: desk.perAppByte * BOARD_SHARE });
export const boardSizes: Readonly<Record<"5.1" | "5.3", LuaSizes>> = {
  "5.1": board(deskSizes["5.1"], 28, 20),
  "5.3": board(deskSizes["5.3"], 20, 20),
};

/** Globals that are there before the program: Lua's own and the modules of the firmware, on a desk. On a board they are in flash. */
const OTHERS = 45;

const isNode = (value: unknown): value is LuaNode => typeof value === "object" && value !== null && "type" in value;

interface Counts {
  readonly globals: number;
  readonly functions: number;
}

/** The variables that the program gives values to, and the functions at its top. */
export function countLua(text: string): Counts {
  const globals = new Set<unknown>();
  const note = (target: unknown): void => {
    if (isNode(target) && target.type === "Identifier" && target["isLocal"] === false) globals.add(target["name"]);
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    if (!isNode(value)) return;
    if (value.type === "FunctionDeclaration") note(value["identifier"]);
    if (value.type === "AssignmentStatement") (value["variables"] as unknown[]).forEach(note);
    for (const [name, member] of Object.entries(value)) if (name !== "range" && name !== "globals") walk(member);
  };
  const chunk = parse(text, { luaVersion: "5.3", scope: true, ranges: false, comments: false, encodingMode: "pseudo-latin1" });
  walk(chunk);
  const functions = (chunk["body"] as LuaNode[]).filter(({ type }) => type === "FunctionDeclaration").length;
  return { globals: globals.size, functions };
}

/** Bytes at rest. `others`: globals beside the program's own, and the places that stood for them before it ran. */
function atRest(image: Image, appBytes: number, sizes: LuaSizes, others: number): number {
  const { globals, functions } = countLua(luaBuildOf(image)?.program ?? image.files.get(image.main) ?? "");
  const places = (count: number): number => (count === 0 ? 0 : 2 ** Math.ceil(Math.log2(count)));
  return Math.round((places(globals + others) - places(others)) * sizes.node + functions * sizes.closure + sizes.running + appBytes * sizes.perAppByte);
}

/** The Lua of the image's chip. */
export function luaOf({ constants }: Image): "5.1" | "5.3" {
  return constants.chip === "esp8266" ? "5.1" : "5.3";
}

/** On the board. */
export function luaMemoryOnBoard(image: Image, appBytes: number): number {
  return atRest(image, appBytes, boardSizes[luaOf(image)], 0);
}

/** On a 64-bit desk, as it is measured. */
export function luaMemoryOnDesk(image: Image, appBytes: number): number {
  return atRest(image, appBytes, deskSizes[luaOf(image)], OTHERS);
}
