/**
 * Compiles for Espruino: the whole program as one flat ES2015 script, minified, with source maps.
 */
import type { BoardConstants, Image, ModuleSize } from "../../../sim/engines/image";
import { bundleModules } from "./espruino/bundle";
import { cutScript } from "./espruino/cut";
import { inlineWrappers } from "./espruino/inline";
import { compose, lineMap } from "./espruino/maps";
import { minifyEspruino } from "./espruino/minify";
import { reservedProperties } from "./espruino/names";
import { splitScript } from "./espruino/overlay";
import { emitModules } from "./espruino/program";
import { scanEspruino } from "../scan/espruino";
import { CompileError } from "./problem";

export interface EspruinoTarget {
  readonly id: string;
  readonly constants: BoardConstants;
}

/** The literals that the build puts in place of `BOARD`'s members and of the checks' switch. */
function defines(constants: BoardConstants): Record<string, string> {
  const members = Object.entries(constants).map(([name, value]) => [`BOARD.${name}`, JSON.stringify(value)]);
  return { ...Object.fromEntries(members), MOTET_CHECKED: "false" };
}

/** Sizes in falling order; what stands between modules goes by a name of its own. */
function moduleSizes(sizes: ReadonlyMap<string, number>): ModuleSize[] {
  const named = [...sizes].map(([source, bytes]) => ({ path: source === "" ? "(joints)" : source, bytes }));
  return named.filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
}

/**
 * Compiles an entry, given as source text; `texts` are files from memory, as a lowered app is. Throws `CompileError` for mistakes
 * in the program, and for what Espruino would refuse or misread in the result.
 */
export async function compileEspruino(root: string, entry: string, board: EspruinoTarget, texts: ReadonlyMap<string, string> = new Map()): Promise<Image> {
  const flat = await bundleModules(root, emitModules(root, entry, texts), defines(board.constants));
  const split = splitScript(inlineWrappers(flat.code));
  if (split.problems.length > 0) throw new CompileError(split.problems.map((message) => ({ file: "entry", line: 1, column: 1, rule: "overlay", message })));
  const small = await minifyEspruino(split.code, compose(lineMap(split.lines), flat.map), reservedProperties(root));
  const { files, main, maps, sizes } = cutScript(small.code, small.map);
  const refused = [...maps].flatMap(([name, map]) => scanEspruino(files.get(name)!, { map, file: name }));
  if (refused.length > 0) throw new CompileError(refused);
  return { board: board.id, runtime: "espruino", constants: board.constants, files, main, maps, modules: moduleSizes(sizes) };
}
