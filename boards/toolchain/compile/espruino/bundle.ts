/**
 * The emitted modules as one flat script: names that clash are told apart, what nothing uses is left out, and the fields of
 * singletons, which no module owns, are declared as variables of the script.
 */
import { dirname, join } from "node:path";
import { parse } from "acorn";
import type { Node, Program } from "acorn";
import { full } from "acorn-walk";
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import { newText } from "./edits";
import { rewrite } from "./maps";
import type { Script } from "./maps";
import { entryFile } from "./program";
import type { Modules } from "./program";

/** The engine's own modules are none of the bundler's business: it sees a function of this name, of the same length. */
const hiddenRequire = "requir$";

/** Serves the emitted modules from memory. */
function fromMemory(root: string, modules: Modules): Plugin {
  const aliases: readonly (readonly [RegExp, string])[] = [
    [/^motet$/, join(root, "firmware", "index.ts")],
    [/^motet\/drivers\/(.*)$/, join(root, "firmware", "drivers", "$1.ts")],
    [/^motet\/watch\/(.*)$/, join(root, "firmware", "platform", "$1", "watch.ts")],
  ];
  return {
    name: "modules",
    setup(bundler) {
      bundler.onResolve({ filter: /.*/ }, ({ path, importer }) => {
        const alias = aliases.find(([pattern]) => pattern.test(path));
        const full = alias !== undefined ? path.replace(alias[0], alias[1]) : path.startsWith(".") ? join(dirname(importer), path) : path;
        const found = [full, `${full}.ts`, join(full, "index.ts")].find((candidate) => modules.has(candidate));
        return found === undefined ? { errors: [{ text: `There is no module ${path}.` }] } : { path: found, sideEffects: found === entryFile(root) };
      });
      bundler.onLoad({ filter: /.*/ }, ({ path }) => {
        const { text, map } = modules.get(path)!;
        return { contents: `${text.replace(/\brequire\(/g, `${hiddenRequire}(`)}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}`, loader: "js" };
      });
    },
  };
}

/** Fields of singletons that statements use and nothing declares. */
function freeFields(statements: readonly Node[]): string[] {
  const used = new Set<string>();
  const declared = new Set<string>();
  const note = (node: Node): void => {
    const named = node as { type: string; name?: string; id?: { name?: string } | null };
    if (named.type === "Identifier" && /^[A-Z][A-Za-z0-9]*\$/.test(named.name ?? "")) used.add(named.name!);
    if ((named.type === "FunctionDeclaration" || named.type === "VariableDeclarator") && named.id?.name !== undefined) declared.add(named.id.name);
  };
  for (const statement of statements) full(statement, note);
  return [...used].filter((name) => !declared.has(name));
}

/**
 * A text of the same length without what Espruino cannot take: the bundler writes `var` for what modules declare, which is not
 * hoisted, and the names that the entry exports, which nothing imports.
 */
function asScript(code: string, { body }: Program): string {
  let text = code;
  for (const node of body) {
    if (node.type === "VariableDeclaration" && node.kind === "var") text = `${text.slice(0, node.start)}let${text.slice(node.start + 3)}`;
    if (node.type === "ExportNamedDeclaration") text = text.slice(0, node.start) + text.slice(node.start, node.end).replace(/[^\n]/g, " ") + text.slice(node.end);
  }
  return text;
}

export async function bundleModules(root: string, modules: Modules, define: Record<string, string>): Promise<Script> {
  const bundled = await build({
    absWorkingDir: root,
    entryPoints: [entryFile(root)],
    plugins: [fromMemory(root, modules)],
    bundle: true,
    write: false,
    outfile: "image.js",
    format: "esm",
    target: "es2015",
    // Espruino reads ??, and lowering it costs a variable for each use.
    supported: { "nullish-coalescing": true },
    define,
    logLevel: "silent",
    sourcemap: "external",
  });
  const text = (end: string): string => bundled.outputFiles.find(({ path }) => path.endsWith(end))!.text;
  const program = parse(text(".js"), { ecmaVersion: 2022, sourceType: "module" });
  const code = asScript(text(".js"), program).replaceAll(`${hiddenRequire}(`, "require(");
  const fields = freeFields(program.body.filter(({ type }) => type !== "ExportNamedDeclaration"));
  const script = { code, map: text(".map") };
  return fields.length === 0 ? script : rewrite(script, [newText(`let ${fields.join(",")};`), { start: 0, end: code.length }]);
}
