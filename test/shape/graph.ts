/**
 * The source as a graph: which file imports which. Read from the text alone, so that a made-up tree can be judged like the
 * real one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Folders that hold source. */
export const sourceFolders = ["firmware", "hal", "sim", "boards", "cli", "test"];

/** Path from the project's root, to text. */
export type Tree = ReadonlyMap<string, string>;

export interface Import {
  readonly from: string;
  /** The specifier as written. */
  readonly specifier: string;
  /** The file that it names, or undefined for a package or a built-in module of Node. */
  readonly to: string | undefined;
  /** True if nothing of it is left at run time. */
  readonly isType: boolean;
}

/** All source files of the project. */
export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.name === "node_modules") continue;
      if (entry.isDirectory()) visit(path);
      else if (/\.(ts|mjs|js)$/.test(entry.name)) tree.set(path, readFileSync(join(root, path), "utf8"));
    }
  };
  for (const folder of sourceFolders) visit(folder);
  return tree;
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** The file that a specifier in `from` names. */
function resolveImport(tree: Tree, from: string, specifier: string): string | undefined {
  if (specifier === "motet") return "firmware/index.ts";
  if (specifier === "motet/world") return "sim/lab/index.ts";
  if (specifier.startsWith("motet/drivers/")) return `firmware/drivers/${specifier.slice(14)}.ts`;
  if (specifier.startsWith("motet/watch/")) return `firmware/platform/${specifier.slice(12)}/watch.ts`;
  if (!specifier.startsWith(".")) return undefined;
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  const path = parts.join("/");
  return [path, `${path}.ts`, `${path}/index.ts`].find((candidate) => tree.has(candidate)) ?? path;
}

/** True for an import or export that names types alone. */
function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  const named = clause.namedBindings;
  const allTypes = named !== undefined && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
  return clause.isTypeOnly || (clause.name === undefined && allTypes);
}

/** Calls that name a module by a literal, besides import(). */
const loaders = new Set(["require", "requireActual", "mock", "unmock"]);

function specifiersOf(path: string, text: string): { specifier: string; isType: boolean }[] {
  const found: { specifier: string; isType: boolean }[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier !== undefined) {
      found.push({ specifier: (node.moduleSpecifier as ts.StringLiteral).text, isType: isTypeOnly(node) });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      found.push({ specifier: node.argument.literal.text, isType: true });
    } else if (ts.isCallExpression(node)) {
      const callee = node.expression;
      const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) ? callee.text : "";
      const given = node.arguments[0];
      const loads = callee.kind === ts.SyntaxKind.ImportKeyword || loaders.has(name);
      if (loads && given !== undefined && ts.isStringLiteral(given)) found.push({ specifier: given.text, isType: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  return found;
}

/** Every import of the tree. */
export function importsOf(tree: Tree): Import[] {
  return [...tree].flatMap(([from, text]) =>
    specifiersOf(from, text).map(({ specifier, isType }) => ({ from, specifier, isType, to: resolveImport(tree, from, specifier) })),
  );
}
