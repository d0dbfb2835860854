/**
 * Compiles a device for NodeMCU: TypeScript through typescript-to-lua, linked into one small file of Lua source, scanned for
 * what NodeMCU lacks.
 */
import type { BoardConstants, Image } from "../../../sim/engines/image";
import { shortenFields } from "./lua/fields";
import { link } from "./lua/link";
import { moduleSizes, sourceMap } from "./lua/map";
import { nameAll } from "./lua/names";
import { globalsOf } from "./lua/nodemcu";
import { optimise } from "./lua/optimise";
import { print } from "./lua/print";
import { translate } from "./lua/program";
import type { LuaVersion } from "./lua/target";
import { scanLua } from "./lua/scan";
import { CompileError } from "./problem";

/** A board as this compiler needs to know it. */
export interface LuaBuildBoard {
  readonly id: string;
  readonly constants: BoardConstants;
  readonly lua: LuaVersion;
}

const MAIN = "init.lua";

/**
 * The image of an entry. `root` is the folder of the framework, `entrySource` the text of the entry module, which may import
 * by absolute paths and runs when the board starts.
 *
 * Throws `CompileError`: file, line, rule and remedy of everything that cannot be.
 */
export function compileLua(root: string, entrySource: string, board: LuaBuildBoard, texts: ReadonlyMap<string, string> = new Map()): Promise<Image> {
  return Promise.resolve().then(() => compile(root, entrySource, board, texts));
}

function compile(root: string, entrySource: string, board: LuaBuildBoard, texts: ReadonlyMap<string, string>): Image {
  const translation = translate(root, entrySource, { lua: board.lua, constants: { ...board.constants } }, texts);
  const tops = optimise(link(translation));
  shortenFields(tops, translation.fields);
  const reserved = globalsOf(board.lua);
  const printed = print(tops, nameAll(tops, (name) => reserved.has(name)));
  const problems = scanLua(printed, board.lua, MAIN);
  if (problems.length > 0) throw new CompileError(problems);
  return {
    board: board.id,
    runtime: "lua",
    constants: board.constants,
    files: new Map([[MAIN, printed.text]]),
    main: MAIN,
    maps: new Map([[MAIN, sourceMap(printed, MAIN)]]),
    modules: moduleSizes(printed),
  };
}
