/**
 * Loops: a variable that a function in the body keeps gets a copy for each turn, patterns move into the body, and `do` becomes
 * `while`, which no minifier can strip of braces that Espruino needs.
 */
import ts from "typescript";
import { textModule } from "./methods";
import { bindings, boundAgain, namesIn, symbolOf } from "./patterns";
import type { State } from "./state";
import { bare, isAssigned, isFunction } from "./types";

/** The names among `symbols` that a function inside `node` uses. */
function capturedIn(node: ts.Node, symbols: ReadonlySet<ts.Symbol>, state: State): Set<ts.Symbol> {
  const captured = new Set<ts.Symbol>();
  const visit = (each: ts.Node, inside: boolean): void => {
    if (ts.isIdentifier(each) && inside) {
      const symbol = symbolOf(each, state.types.checker);
      if (symbol !== undefined && symbols.has(symbol)) captured.add(symbol);
    }
    ts.forEachChild(each, (child) => visit(child, inside || isFunction(each)));
  };
  visit(node, false);
  return captured;
}

function isAssignedIn(node: ts.Node, symbols: ReadonlySet<ts.Symbol>, state: State): boolean {
  let found = false;
  const visit = (each: ts.Node): void => {
    if (ts.isIdentifier(each) && isAssigned(each)) {
      const symbol = symbolOf(each, state.types.checker);
      found ||= symbol !== undefined && symbols.has(symbol);
    }
    ts.forEachChild(each, visit);
  };
  visit(node);
  return found;
}

/** The body as a block that begins with `prelude`. */
function bodyWith(body: ts.Statement, prelude: string, state: State): string {
  const text = state.emit(body);
  return ts.isBlock(body) ? `{ ${prelude}${text.slice(1)}` : `{ ${prelude}${text} }`;
}

function declared(list: ts.VariableDeclarationList, state: State): Map<ts.Symbol, ts.Identifier> {
  const names = list.declarations.flatMap(({ name }) => namesIn(name));
  return new Map(names.flatMap((name) => {
    const symbol = state.types.checker.getSymbolAtLocation(name);
    return symbol === undefined ? [] : [[symbol, name] as const];
  }));
}

export function lowerFor(node: ts.Node, state: State): string | undefined {
  const loop = node as ts.ForStatement;
  const list = loop.initializer;
  if (list === undefined || !ts.isVariableDeclarationList(list)) return undefined;
  const names = declared(list, state);
  const captured = capturedIn(loop.statement, new Set(names.keys()), state);
  for (const part of [list, loop.condition, loop.incrementor]) {
    if (part !== undefined && capturedIn(part, new Set(names.keys()), state).size > 0) {
      state.problem(part, "loop-capture", "A function in the head of a loop keeps the loop's variable: make it in the body, from a copy.");
    }
  }
  if (captured.size === 0) return undefined;
  if (isAssignedIn(loop.statement, captured, state)) {
    state.problem(loop, "loop-assign", "A function keeps this loop's variable and the body changes it: use a while loop with a copy in its body.");
  }
  const copies = [...captured].map((symbol) => `${names.get(symbol)!.text} = ${state.fresh()}`);
  [...captured].forEach((symbol, index) => state.renamed.set(symbol, copies[index]!.split(" = ")[1]!));
  const { source } = state;
  let head = "";
  let position = state.start(loop);
  for (const part of [list, loop.condition, loop.incrementor]) {
    if (part === undefined) continue;
    head += source.text.slice(position, state.start(part)) + state.emit(part);
    position = part.end;
  }
  head += source.text.slice(position, state.start(loop.statement));
  for (const symbol of captured) state.renamed.delete(symbol);
  return head + bodyWith(loop.statement, `const ${copies.join(", ")};`, state);
}

export function lowerForOf(node: ts.Node, state: State): string | undefined {
  const loop = node as ts.ForOfStatement;
  const { initializer, expression } = loop;
  const isText = state.types.isText(expression);
  if (!isText && !state.types.isList(expression)) {
    state.problem(expression, "for-of", "for-of goes over lists and text only: make a list first.");
  }
  const source = isText ? `${state.helper(textModule, "bytesOf")}(${state.emit(expression)})` : state.emit(expression);
  const head = (variable: string): string => `for (const ${variable} of ${state.gap(state.start(loop), state.start(expression))}${source}) ${state.gap(expression.end, state.start(loop.statement))}`;
  const item = state.fresh();
  if (!ts.isVariableDeclarationList(initializer)) {
    const target = bare(initializer);
    const isPattern = ts.isArrayLiteralExpression(target) || ts.isObjectLiteralExpression(target);
    if (isPattern) state.problem(initializer, "for-of", "Declare what the loop takes apart: for (const { a } of list).");
    return head(item) + bodyWith(loop.statement, `${state.emit(initializer)} = ${item};`, state);
  }
  const { name } = initializer.declarations[0]!;
  const isCaptured = capturedIn(loop.statement, new Set(declared(initializer, state).keys()), state).size > 0;
  if (ts.isIdentifier(name) && !isCaptured && !isText) return undefined;
  const keyword = boundAgain(name, state) ? "let" : "const";
  if (ts.isIdentifier(name) && !isCaptured) {
    return `for (${keyword} ${name.text} of ${source}) ${state.gap(expression.end, state.start(loop.statement))}${state.emit(loop.statement)}`;
  }
  const parts = ts.isIdentifier(name) ? [`${name.text} = ${item}`] : bindings(name, item, state);
  return head(item) + bodyWith(loop.statement, parts.length === 0 ? "" : `${keyword} ${parts.join(", ")};`, state);
}

/** True when the body goes on with this very loop. */
function hasContinue(node: ts.Node): boolean {
  if (ts.isContinueStatement(node)) return true;
  if (ts.isIterationStatement(node, false) || isFunction(node)) return false;
  return ts.forEachChild(node, hasContinue) ?? false;
}

export function lowerDo(node: ts.Node, state: State): string {
  const loop = node as ts.DoStatement;
  const body = state.emit(loop.statement);
  const ahead = state.gap(state.start(loop), state.start(loop.statement));
  if (!hasContinue(loop.statement)) {
    const gap = state.gap(loop.statement.end, state.start(loop.expression));
    return `while (true) { ${ahead}${body} ${gap}if (!(${state.emit(loop.expression)})) break; }`;
  }
  // To go on means to ask the question, which therefore stands in front; the first turn does not ask.
  const first = state.fresh();
  return `for (let ${first} = true; ${first} || (${state.fit(state.emit(loop.expression), 0, 0)}); ) { ${ahead}${first} = false; ${body} }`;
}
