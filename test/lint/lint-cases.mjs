/**
 * Lints pieces of code as if they stood in the project: reads `[{"path": "firmware/a.ts", "code": "..."}]` from standard
 * input, puts them into a temporary tree with the project's own compiler settings, runs the project's own ESLint
 * configuration over it, and writes `{"firmware/a.ts": ["rule: message", ...]}`. One process for all cases, because
 * types are looked up in one program.
 */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { text } from "node:stream/consumers";
import { ESLint } from "eslint";
import { configFor } from "../../eslint.config.js";

const project = join(import.meta.dirname, "../..");
const cases = JSON.parse(await text(process.stdin));
const tree = realpathSync(mkdtempSync(join(tmpdir(), "motet-lint-")));
try {
  mkdirSync(join(tree, "firmware/apps"), { recursive: true });
  for (const path of ["tsconfig.json", "firmware/tsconfig.json", "firmware/apps/tsconfig.json", "firmware/lib", "firmware/base/globals.d.ts"]) {
    cpSync(join(project, path), join(tree, path), { recursive: true });
  }
  symlinkSync(join(project, "node_modules"), join(tree, "node_modules"));
  for (const { path, code } of cases) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), code);
  }
  const linter = new ESLint({ cwd: tree, overrideConfigFile: true, baseConfig: configFor(tree) });
  const results = await linter.lintFiles(["."]);
  const found = results.map((result) => [
    relative(tree, result.filePath).split(sep).join("/"),
    result.messages.map((message) => `${message.ruleId}: ${message.message}`),
  ]);
  console.log(JSON.stringify(Object.fromEntries(found)));
} finally {
  rmSync(tree, { recursive: true });
}
