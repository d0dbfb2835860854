/**
 * Compiles for Espruino: the whole program as one flat ES2015 script, minified, with source maps.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { build } from "esbuild";
import type { BoardConstants, Image } from "../../../sim/engines/image";
import { minifyEspruino } from "./espruino/minify";
import { reservedProperties } from "./espruino/names";

export interface EspruinoTarget {
  readonly id: string;
  readonly constants: BoardConstants;
}

/** The literals that the build puts in place of `BOARD`'s members and of the checks' switch. */
function defines(constants: BoardConstants): Record<string, string> {
  const members = Object.entries(constants).map(([name, value]) => [`BOARD.${name}`, JSON.stringify(value)]);
  return { ...Object.fromEntries(members), MOTET_CHECKED: "false" };
}

/** The name that content has in the board's file system: any change gives another, so that an old file is never run for it. */
function hashedName(prefix: string, content: string): string {
  return `${prefix}.${createHash("sha256").update(content, "latin1").digest("hex").slice(0, 8)}`;
}

/** Compiles an entry, given as source text. Throws with the compiler's own messages when it has mistakes. */
export async function compileEspruino(root: string, entry: string, board: EspruinoTarget): Promise<Image> {
  const bundled = await build({
    stdin: { contents: entry, resolveDir: root, sourcefile: "entry.ts", loader: "ts" },
    bundle: true,
    write: false,
    outfile: "image.js",
    format: "esm",
    target: "es2015",
    // Espruino reads ??, and lowering it costs a variable for each use.
    supported: { "nullish-coalescing": true },
    alias: { "motet/drivers": join(root, "firmware", "drivers"), motet: join(root, "firmware", "index.ts") },
    define: defines(board.constants),
    logLevel: "silent",
    sourcemap: "external",
  });
  const [map, code] = [bundled.outputFiles.find(({ path }) => path.endsWith(".map"))!.text, bundled.outputFiles.find(({ path }) => path.endsWith(".js"))!.text];
  const small = await minifyEspruino(code, map, reservedProperties(root));
  const app = hashedName("app", small.code);
  const main = ".bootcde";
  return {
    board: board.id,
    runtime: "espruino",
    constants: board.constants,
    files: new Map([
      [main, `eval(require("Storage").read("${app}"))`],
      [app, small.code],
    ]),
    main,
    maps: new Map([[app, small.map]]),
    modules: [],
  };
}
