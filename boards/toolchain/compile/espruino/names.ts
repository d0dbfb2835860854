/**
 * Which names a minifier may shorten. Fields of the project's own structs are private to an image; the names of the language
 * and of the engine are not. Protocol keys are never field names in device code (they stand in strings), so the rule needs
 * no list of them: reserved is what the engine's and the language's declarations name, and nothing else.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "acorn";
import type { Literal, Node } from "acorn";
import { simple } from "acorn-walk";
import ts from "typescript";
import { sharedSource } from "../sources";

/** The loader of overlays, as the script calls it. */
export const loaderName = "$";

/** What reads the text of an overlay, or of a function that overlays share. */
export const pieceName = "$$";

/** What makes a callback that calls an overlay. */
export const callbackName = "_";

const shortChars = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The names of the functions that overlays share. A minifier gives them to nothing else, so that they say what these functions are. */
export function sharedName(number: number): string {
  return `$${number < shortChars.length ? shortChars[number] : `_${number}`}`;
}

/** All short ones of them: however few functions there are, no variable may pass for one. */
export const sharedNames: readonly string[] = [...shortChars].map((_char, number) => sharedName(number));

export function isShared(name: string): boolean {
  return /^\$([0-9a-zA-Z]|_\d+)$/.test(name);
}

/** What a function was called with, where it has no parameters of its own. */
export const passedName = "$_";

/** The array that holds the fields of one of each that are whole numbers. */
export const numbersName = "N";

/**
 * Names that a minifier may not give, neither to variables nor to properties: words that Espruino reads as its own (behind a dot
 * as well, as in `reading.in`), and the loader's.
 */
export const reservedWords: readonly string[] = [
  "as", "do", "if", "in", "is", "of", "for", "get", "let", "new", "set", "try", "var", "case", "else", "enum", "eval", "from", "null", "this", "true", "void", "with",
  "E", loaderName, pieceName, callbackName, passedName, numbersName,
];

/** Names of fields that a module writes in quotes: records are looked up by them. The bundler takes the quotes away. */
export function quotedNames(code: string): string[] {
  // Behind such a name stand a colon, a bracket, or a method's parameters: most modules have none, and need not be read.
  if (!/["']\s*[:(\]]/.test(code)) return [];
  const names: string[] = [];
  const note = (key: Node): void => {
    if (key.type === "Literal" && typeof (key as Literal).value === "string") names.push((key as Literal).value as string);
  };
  simple(parse(code, { ecmaVersion: 2022, sourceType: "module" }), {
    Property: ({ key }) => note(key),
    MemberExpression: ({ property, computed }) => (computed ? note(property) : undefined),
  });
  return names;
}

/** Every name that a declaration file declares: members, functions, constants. */
function declaredNames(path: string): string[] {
  const source = sharedSource(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022);
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const declares = ts.isTypeElement(node) || ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node);
    if (declares && node.name !== undefined && (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name))) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...names];
}

/** The property names of an Espruino image that stay as they are. */
export function reservedProperties(root: string): string[] {
  return [...declaredNames(join(root, "firmware", "lib", "index.d.ts")), ...declaredNames(join(root, "hal", "espruino", "espruino.d.ts"))];
}
