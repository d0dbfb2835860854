/**
 * Loads a file of somebody's own tests: TypeScript, compiled in memory, that may import "motet/hil", Node's modules and the packages
 * beside it.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { runInThisContext } from "node:vm";
import { build } from "esbuild";
import { SetupError } from "./faults";
import type { HilTest } from "./test";
import { capabilities } from "./capabilities";

const NAME_CHARS_MAX = 120;
const TESTS_MAX = 1000;

type Body = (require: NodeJS.Require, module: { exports: { default?: unknown } }) => void;

function problemOf(test: Partial<HilTest> | null): string | undefined {
  if (typeof test !== "object" || test === null || typeof test.run !== "function") return "is no test: write hilTest({ name, needs, app, run })";
  if (typeof test.name !== "string" || test.name.trim() === "" || test.name.length > NAME_CHARS_MAX) return `has no name of 1 to ${NAME_CHARS_MAX} characters`;
  const stray = (test.needs ?? []).find((need) => !Object.hasOwn(capabilities, need));
  return stray === undefined ? undefined : `needs "${String(stray)}", which nothing has: choose of ${Object.keys(capabilities).join(", ")}`;
}

/** An app beside the file; the name of an example is left as it is. */
function appOf(file: string, app: string): string {
  return app.startsWith(".") && !isAbsolute(app) ? join(dirname(file), app) : app;
}

async function compiled(root: string, path: string): Promise<string> {
  try {
    // What runs here has no importer of its own: import("…") becomes what loads the others, too.
    const supported = { "dynamic-import": false };
    const result = await build({ supported, entryPoints: [path], bundle: true, write: false, platform: "node", format: "cjs", target: "node20", packages: "external", alias: { "motet/hil": join(root, "sim", "hil", "test.ts") }, logLevel: "silent", sourcemap: "inline" });
    return result.outputFiles[0]!.text;
  } catch (cause) {
    throw new SetupError(`The tests cannot be compiled: ${(cause as Error).message}`, { cause });
  }
}

/** The tests of a file. Rejects with one sentence for a file that is absent, does not compile, or holds none. */
export async function loadTests(root: string, file: string): Promise<HilTest[]> {
  const path = resolve(file);
  if (!existsSync(path)) throw new SetupError(`There is no test file ${file}: give the path of a TypeScript file, or none for Motet's own suite.`);
  const module: { exports: { default?: unknown } } = { exports: {} };
  const body = runInThisContext(`(function (require, module, exports = module.exports) {${await compiled(root, path)}\n})`, { filename: path }) as Body;
  try {
    body(createRequire(path), module);
  } catch (cause) {
    throw new SetupError(`The tests of ${file} cannot be loaded: ${(cause as Error).message}.`, { cause });
  }
  const tests = module.exports.default as HilTest[];
  if (!Array.isArray(tests) || tests.length === 0 || tests.length > TESTS_MAX) throw new SetupError(`${file} has no tests: its default export is a list of hilTest({ … }).`);
  for (const [i, test] of tests.entries()) {
    const problem = problemOf(test);
    if (problem !== undefined) throw new SetupError(`Test ${i + 1} of ${file} ${problem}.`);
  }
  return tests.map((test) => (test.app === undefined ? test : { ...test, app: appOf(path, test.app) }));
}
