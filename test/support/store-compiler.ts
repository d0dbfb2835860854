/** A script in place of NodeMCU's `luac.cross`: it makes what the emulated firmware takes for the image of a store. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** `-f -o OUT IN`, as its own compiler is called. */
const COMPILER = `#!/usr/bin/env node
const { readFileSync, writeFileSync } = require("node:fs");
const [, , flag, , out, source] = process.argv;
if (flag !== "-f") process.exit(1);
const text = readFileSync(source, "latin1");
writeFileSync(out, "LFS " + source.slice(0, -4) + " " + text.length + "\\n" + text, "latin1");
`;

/** Writes it into a folder; its path. */
export function storeCompiler(folder: string): string {
  const path = join(folder, "luac.cross");
  writeFileSync(path, COMPILER);
  chmodSync(path, 0o755);
  return path;
}
