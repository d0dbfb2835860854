/** What an app takes of the framework, as far as a build depends on it: read off the imports and the words of its files. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import type { Uses } from "./entry";

/** What only an app takes that watches. */
const watching: ReadonlySet<string> = new Set(["defineWatcher", "watch", "isWatching"]);
const sources = "motet/watch/";
/** How a measure says that its readings stay in memory. */
const memory = /\bdurability\b/;

/** What one file imports: modules, and names of the framework. */
function importsOf(path: string, text: string): { readonly modules: string[]; readonly names: string[] } {
  const modules: string[] = [];
  const names: string[] = [];
  for (const statement of ts.createSourceFile(path, text, ts.ScriptTarget.ES2022).statements) {
    const isExport = ts.isExportDeclaration(statement);
    if ((!ts.isImportDeclaration(statement) && !isExport) || statement.moduleSpecifier === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    modules.push(statement.moduleSpecifier.text);
    const bindings = isExport ? statement.exportClause : statement.importClause?.namedBindings;
    if (statement.moduleSpecifier.text !== "motet" || bindings === undefined || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) continue;
    for (const { propertyName, name } of bindings.elements) names.push((propertyName ?? name).text);
  }
  return { modules, names };
}

/** The app's file that a specifier names from a folder. */
function fileOf(folder: string, specifier: string): string | undefined {
  const path = join(folder, specifier);
  return [path, `${path}.ts`, join(path, "index.ts")].find((candidate) => candidate.endsWith(".ts") && existsSync(candidate));
}

/** `app` is the path of the app's module; the files that it imports by relative paths are its own. */
export function usesOf(app: string): Uses {
  const names = new Set<string>();
  const platforms = new Set<string>();
  const files = new Set([app.endsWith(".ts") ? app : `${app}.ts`]);
  let inMemory = false;
  for (const path of files) {
    const text = readFileSync(path, "utf8");
    const found = importsOf(path, text);
    inMemory ||= memory.test(text);
    for (const name of found.names) names.add(name);
    for (const specifier of found.modules) {
      const file = specifier.startsWith(".") ? fileOf(dirname(path), specifier) : undefined;
      if (file !== undefined) files.add(file);
      if (specifier.startsWith(sources)) platforms.add(specifier.slice(sources.length));
    }
  }
  return { watches: platforms.size > 0 || [...watching].some((name) => names.has(name)), onlyWatches: names.has("defineWatcher"), platforms: [...platforms].sort(), inMemory };
}
