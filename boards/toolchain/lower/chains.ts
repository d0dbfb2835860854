/**
 * Optional chains: `a?.b.c` asks once whether `a` is there. What is not a plain name is put into a temporary first. The
 * dialect has no null, so that absent is undefined.
 */
import ts from "typescript";
import type { State } from "./state";
import { bare, isSimple } from "./types";

type Link = ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression;

/** A chain taken apart: the text that gives its base, once, and the text of the rest when the base is there. */
interface Opened {
  readonly base: string;
  /** Makes the text of the whole, for after the base was found to be there. */
  rest(): string;
}

/** True for the whole of an optional chain whose question is still open, false for its inner parts. */
export function isWholeChain(node: ts.Node, state: State): boolean {
  if (!ts.isOptionalChain(node) || state.answered.has(node)) return false;
  const { parent } = node;
  return !(ts.isOptionalChain(parent) && parent.expression === node && !isOpenLink(parent));
}

/** A link that begins a new question: what stands before it is a value of its own. */
function isOpenLink(node: ts.Node): boolean {
  return (node as { questionDotToken?: ts.Node }).questionDotToken !== undefined;
}

/** The last `?.` of a chain: what follows it runs only when what stands before it is there. */
function lastQuestion(node: ts.OptionalChain): Link {
  let link: ts.Expression = node;
  while (!isOpenLink(link)) link = (link as Link).expression;
  return link as Link;
}

function open(node: ts.OptionalChain, state: State): Opened {
  const link = lastQuestion(node);
  const base = link.expression;
  const text = state.emit(base);
  const isName = isSimple(base) && text === state.raw(base);
  const name = isName ? text : state.temporary();
  return {
    base: isName ? text : `(${name} = ${text})`,
    rest: () => {
      // The base stands already in the text, with its line ends.
      state.given.set(base, name);
      state.opened.add(link);
      const rest = state.emitOpened(node);
      state.opened.delete(link);
      state.given.delete(base);
      return rest;
    },
  };
}

/** The chain as a value. */
export function lowerChain(node: ts.Node, state: State): string {
  const { base, rest } = open(node as ts.OptionalChain, state);
  return `(${base} === undefined ? undefined : ${rest()})`;
}

/** The chain as a statement: its value is used nowhere. */
export function lowerChainStatement(node: ts.Node, state: State): string {
  const { base, rest } = open(node as ts.OptionalChain, state);
  return `if (${base} !== undefined) ${rest()};`;
}

/** `a?.b === x` as a condition that also tells the compiler that `a` is there. */
export function lowerChainComparison(node: ts.BinaryExpression, state: State): string | undefined {
  const isEqual = node.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken;
  if (!isEqual && node.operatorToken.kind !== ts.SyntaxKind.ExclamationEqualsEqualsToken) return undefined;
  const left = bare(node.left);
  if (!isWholeChain(left, state) || !isSimple(node.right)) return undefined;
  const right = bare(node.right);
  const isUndefined = ts.isIdentifier(right) && right.text === "undefined";
  if (!isUndefined && state.types.mayBeUndefined(state.types.of(node.right))) return undefined;
  const { base, rest } = open(left as ts.OptionalChain, state);
  const operator = isEqual ? "===" : "!==";
  // Absent equals undefined and nothing else.
  const isTrueWhenAbsent = isEqual === isUndefined;
  const test = `${base} ${isTrueWhenAbsent ? "=== undefined ||" : "!== undefined &&"}`;
  return `(${test} ${rest()} ${operator} ${state.emit(node.right)})`;
}

/** A link whose base is known to be there, without its question mark. */
export function lowerOpened(node: ts.Node, state: State): string | undefined {
  if (!state.opened.has(node)) return undefined;
  if (ts.isPropertyAccessExpression(node)) return `${state.emit(node.expression)}${state.gap(node.expression.end, state.start(node.name))}.${node.name.text}`;
  if (ts.isElementAccessExpression(node)) return `${state.emit(node.expression)}[${state.emit(node.argumentExpression)}]`;
  const call = node as ts.CallExpression;
  return `${state.emit(call.expression)}(${state.list(call.arguments)})`;
}
