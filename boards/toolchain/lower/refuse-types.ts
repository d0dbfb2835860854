/** What apps may not use, as far as types decide it: truth of numbers, order of texts, undefined in lists, members that engines lack. */
import ts from "typescript";
import { listMethods, mathMethods, numberMethods, plainMath, specialListMethods, textMethods } from "./methods";
import { bare, isFunction } from "./types";
import type { Types } from "./types";

const { SyntaxKind, TypeFlags } = ts;

export type Report = (node: ts.Node, rule: string, message: string) => void;

/** Names of other environments, and what a device has instead. */
const globals: ReadonlyMap<string, string> = new Map([
  ...["setTimeout", "setInterval", "clearTimeout", "clearInterval", "setImmediate", "queueMicrotask"].map((name): [string, string] => [name, "use every(), or after() and cancel() of thing.board.clock"]),
  ["Date", "use thing.board.clock"],
  ["JSON", "report() a value, and declare commands with their types"],
  ["console", "report() what you want to see"],
  ["Promise", "take a callback"],
  ...["Map", "Set", "WeakMap", "WeakSet", "Object", "Reflect", "Proxy", "Symbol"].map((name): [string, string] => [name, "keep a Record, or a list of structs"]),
  ...["Uint8Array", "ArrayBuffer", "DataView", "Buffer"].map((name): [string, string] => [name, "bytes are text, one char a byte"]),
  ...["parseInt", "parseFloat", "Number", "isNaN", "NaN", "Infinity"].map((name): [string, string] => [name, "values that may be none are undefined, and numbers come as commands of type number"]),
  ...["RegExp", "encodeURIComponent", "decodeURIComponent"].map((name): [string, string] => [name, "use the methods of text"]),
  ...["Error", "Function", "eval", "require", "process", "globalThis", "fetch", "Array", "Boolean", "BigInt"].map((name): [string, string] => [name, "write it with lists, structs and functions"]),
]);

/** An expression as a condition: only what is true and false in the same way on every engine. */
function checkTruth(given: ts.Expression, types: Types, report: Report): void {
  const node = bare(given);
  if (ts.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.ExclamationToken) return;
  if (ts.isBinaryExpression(node) && (node.operatorToken.kind === SyntaxKind.AmpersandAmpersandToken || node.operatorToken.kind === SyntaxKind.BarBarToken)) {
    checkTruth(node.right, types, report);
    return;
  }
  const bad = TypeFlags.NumberLike | TypeFlags.StringLike | TypeFlags.Any | TypeFlags.Unknown | TypeFlags.BigIntLike;
  if (types.has(types.of(node), bad)) report(node, "truth", "0 and \"\" are true in Lua: compare, as in n !== 0, text !== \"\" or x !== undefined, or write ?? for a default.");
}

function conditionOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isIfStatement(node) || ts.isWhileStatement(node) || ts.isDoStatement(node)) return node.expression;
  if (ts.isForStatement(node) || ts.isConditionalExpression(node)) return node.condition;
  if (ts.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.ExclamationToken) return node.operand;
  if (!ts.isBinaryExpression(node)) return undefined;
  const logical = [SyntaxKind.AmpersandAmpersandToken, SyntaxKind.BarBarToken, SyntaxKind.AmpersandAmpersandEqualsToken, SyntaxKind.BarBarEqualsToken];
  return logical.includes(node.operatorToken.kind) ? node.left : undefined;
}

const orders: readonly ts.SyntaxKind[] = [SyntaxKind.LessThanToken, SyntaxKind.GreaterThanToken, SyntaxKind.LessThanEqualsToken, SyntaxKind.GreaterThanEqualsToken];

/** Lists that hold undefined, wherever they are made or declared. */
function checkItems(node: ts.Node, types: Types, report: Report): void {
  const isList = ts.isArrayLiteralExpression(node) || ts.isArrayTypeNode(node) || ts.isTupleTypeNode(node) || (ts.isCallExpression(node) && types.isListType(types.of(node)));
  if (!isList) return;
  const item = types.itemOf(node);
  if (item !== undefined && types.mayBeUndefined(item)) report(node, "undefined-in-list", "A list cannot hold undefined: Lua ends it there; filter it out, or keep a value that means none.");
}

function checkElement(node: ts.ElementAccessExpression, types: Types, report: Report): void {
  if (types.isText(node.expression) || types.isList(node.expression)) return;
  if (!types.isText(node.argumentExpression)) {
    report(node, "number-key", "Only lists are read by a number: use a text as the key of a record.");
    return;
  }
  const isOpen = types.present(node.expression).every((part) => types.checker.getIndexInfoOfType(part, ts.IndexKind.String) !== undefined);
  if (!isOpen && !ts.isStringLiteralLike(node.argumentExpression)) {
    report(node, "key-of", "A field looked up by name needs a Record<string, ...> as the type of its object: fields of structs have shorter names on a device.");
  }
}

/** A struct handed on as a table: its fields have shorter names on a device than the texts that would look them up. */
function checkTable(node: ts.Node, types: Types, report: Report): void {
  if (!ts.isIdentifier(node) && !ts.isPropertyAccessExpression(node) && !ts.isCallExpression(node)) return;
  if (ts.isIdentifier(node) && ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) return;
  const wanted = types.checker.getContextualType(node);
  if (wanted === undefined || !types.isTable(wanted)) return;
  const isStruct = types.present(node).some((part) => (part.flags & TypeFlags.Object) !== 0 && types.checker.getIndexInfoOfType(part, ts.IndexKind.String) === undefined);
  if (isStruct) report(node, "table-from-struct", "A struct cannot become a record later: declare it as Record<string, ...> where it is made.");
}

export function typeProblems(node: ts.Node, types: Types, report: Report): void {
  const condition = conditionOf(node);
  if (condition !== undefined) checkTruth(condition, types, report);
  checkItems(node, types, report);
  checkTable(node, types, report);
  if (ts.isElementAccessExpression(node)) checkElement(node, types, report);
  if (!ts.isBinaryExpression(node)) return;
  if (orders.includes(node.operatorToken.kind) && [node.left, node.right].some((side) => types.has(types.of(side), TypeFlags.StringLike))) {
    report(node, "text-order", "Texts are compared by === only: their order differs between the engines.");
  }
  const { left } = node;
  const isAssignment = node.operatorToken.kind >= SyntaxKind.FirstAssignment && node.operatorToken.kind <= SyntaxKind.LastAssignment;
  if (isAssignment && ts.isPropertyAccessExpression(left) && left.name.text === "length" && types.isList(left.expression)) {
    report(node, "list-length", "A list's length cannot be set: pop items, or begin a new list.");
  }
}

/** What to write in place of some members. */
const remedies: ReadonlyMap<string, string> = new Map([
  ["entries", "use forEach((item, index) => ...), or a for loop that counts"],
  ["pow", "multiply"],
  ["random", "apps have none; count, or take the time of thing.board.clock"],
  ["codePointAt", "use charCodeAt, texts are bytes"],
  ["match", "use includes, startsWith, indexOf or split"],
  ["substr", "use slice"],
]);

/** What a receiver may be asked for. */
function membersOf(node: ts.PropertyAccessExpression, types: Types): { name: string; has: (member: string) => boolean } | undefined {
  const receiver = node.expression;
  if (types.isGlobal(receiver, "Math")) return { name: "Math", has: (member) => member === "PI" || mathMethods.has(member) || plainMath.has(member) };
  if (types.isList(receiver)) return { name: "A list", has: (member) => member === "length" || listMethods.has(member) || specialListMethods.has(member) };
  if (types.isText(receiver)) return { name: "A text", has: (member) => member === "length" || textMethods.has(member) };
  if (types.isNumber(receiver)) return { name: "A number", has: (member) => numberMethods.has(member) };
  return undefined;
}

export function memberProblem(node: ts.PropertyAccessExpression, types: Types, report: Report): void {
  const members = membersOf(node, types);
  const name = node.name.text;
  if (members === undefined) return;
  if (!members.has(name)) {
    report(node.name, "member", `${members.name} has no ${name} that is the same on every engine: ${remedies.get(name) ?? "write a loop or a function"}.`);
  } else if (name !== "length" && name !== "PI" && !(ts.isCallExpression(node.parent) && node.parent.expression === node)) {
    report(node.name, "method-value", `${name} can only be called: write (x) => list.${name}(x) to pass it on.`);
  }
}

/** Names of other environments, functions with rest parameters used as values, and names used before they are there. */
export function orderProblem(node: ts.Identifier, types: Types, report: Report): void {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return;
  if (ts.isTypeNode(parent) || ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return;
  const symbol = ts.isShorthandPropertyAssignment(parent) ? types.checker.getShorthandAssignmentValueSymbol(parent) : types.checker.getSymbolAtLocation(node);
  const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const declaration = (isAlias ? types.checker.getAliasedSymbol(symbol) : symbol)?.valueDeclaration;
  if (declaration === undefined || declaration.getSourceFile().isDeclarationFile) {
    const remedy = globals.get(node.text);
    const isDeclared = symbol?.declarations?.some((each) => !each.getSourceFile().isDeclarationFile) ?? false;
    if (remedy !== undefined && !isDeclared && !isMemberName(node)) report(node, "global", `${node.text} is not on every engine: ${remedy}.`);
    return;
  }
  checkRestValue(node, declaration, report);
  checkOrder(node, declaration, report);
}

const isMemberName = (node: ts.Identifier): boolean => ts.isPropertySignature(node.parent) || ts.isMethodSignature(node.parent) || ts.isBindingElement(node.parent);

function checkOrder(node: ts.Identifier, declaration: ts.Declaration, report: Report): void {
  const isValue = ts.isFunctionDeclaration(declaration) || ts.isVariableDeclaration(declaration);
  if (!isValue || declaration.getSourceFile() !== node.getSourceFile() || node.getStart() >= declaration.getStart()) return;
  report(node, "before-declaration", `${node.text} is used before its declaration, and Espruino does not hoist: move the declaration up.`);
}

/** A function with a rest parameter takes a list on a device; whoever calls it must be seen to. */
function checkRestValue(node: ts.Identifier, declaration: ts.Declaration, report: Report): void {
  const made = ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined ? bare(declaration.initializer) : declaration;
  if (!isFunction(made) || made.parameters.at(-1)?.dotDotDotToken === undefined) return;
  const isCalled = ts.isCallExpression(node.parent) && node.parent.expression === node;
  const isOwnName = node.parent === declaration;
  if (!isCalled && !isOwnName) report(node, "rest-value", `${node.text} has a rest parameter and can only be called by its name: take a list to pass it on.`);
}
