/**
 * Compiles for Espruino: the whole program as one flat ES2015 script, minified and tokenised, with source maps.
 */
import type { BoardConstants, Image, ModuleSize } from "../../../sim/engines/image";
import { bundleModules } from "./espruino/bundle";
import { cutScript } from "./espruino/cut";
import { imageFiles } from "./espruino/files";
import { inlineWrappers } from "./espruino/inline";
import { breakLines } from "./espruino/lines";
import { lineAndColumn, rewrite } from "./espruino/maps";
import type { Script } from "./espruino/maps";
import { minifyEspruino } from "./espruino/minify";
import { quotedNames, reservedProperties } from "./espruino/names";
import { splitScript } from "./espruino/overlay";
import type { Leak } from "./espruino/overlay";
import { emitModules } from "./espruino/program";
import { tokenise, tokenisePieces } from "./espruino/tokenise";
import { unfold } from "./espruino/unfold";
import { scanEspruino } from "../scan/espruino";
import { readSourceMap } from "../scan/source-map";
import { CompileError } from "./problem";
import type { Problem } from "./problem";

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

function leakProblem({ code, map }: Script, { offset, message }: Leak): Problem {
  const place = readSourceMap(map)(...lineAndColumn(code, offset));
  return { file: place?.file ?? "entry.ts", line: place?.line ?? 1, column: place?.column ?? 1, rule: "overlay", message };
}

/**
 * Compiles an entry, given as source text; `texts` are files from memory, as a lowered app is. Throws `CompileError` for mistakes
 * in the program, and for what Espruino would refuse or misread in the result.
 */
export async function compileEspruino(root: string, entry: string, board: EspruinoTarget, texts: ReadonlyMap<string, string> = new Map()): Promise<Image> {
  const modules = emitModules(root, entry, texts);
  const flat = await bundleModules(root, modules, defines(board.constants));
  const quoted = [...modules.values()].flatMap(({ text }) => quotedNames(text));
  const written = inlineWrappers(flat);
  const split = splitScript(written.code);
  if (split.problems.length > 0) throw new CompileError(split.problems.map((leak) => leakProblem(written, leak)));
  const small = await minifyEspruino(unfold(rewrite(written, split.parts)), [...reservedProperties(root), ...quoted]);
  const { app, cold } = cutScript(small);
  const scripts = { app: breakLines(app), ...(cold === undefined ? {} : { cold: breakLines(cold) }) };
  const refused = Object.entries(scripts).flatMap(([file, { code, map }]) => scanEspruino(code, { map, file }));
  if (refused.length > 0) throw new CompileError(refused);
  const { files, main, maps, sizes } = imageFiles({ app: tokenise(scripts.app), ...(scripts.cold === undefined ? {} : { cold: tokenisePieces(scripts.cold) }) });
  return { board: board.id, runtime: "espruino", constants: board.constants, files, main, maps, modules: moduleSizes(sizes) };
}
