/**
 * Optional chains: `a?.b.c` asks once whether `a` is there. What is not a plain name is put into a temporary first. The
 * dialect has no null, so that absent is undefined.
 */
import ts from "typescript";
import type { State } from "./state";
import { bare, isSimple } from "./types";
import { isTableField } from "./tables";

type Link = ts.PropertyAccessExpression | ts.ElementAccessExpression | ts.CallExpression;

/** A chain taken apart: the text that says whether its base is there, and the text of the rest when it is. */
interface Opened {
  readonly absent: string;
  readonly present: string;
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

/** A chain of names alone, as it reads when all of it is there; undefined for anything that runs code or looks up a key. */
function plainPath(given: ts.Expression, state: State): string | undefined {
  const node = bare(given);
  if (ts.isIdentifier(node)) return state.emit(node);
  if (!ts.isPropertyAccessExpression(node) || isTableField(node, state)) return undefined;
  const base = plainPath(node.expression, state);
  return base === undefined ? undefined : `${base}.${node.name.text}`;
}

/** What a chain of names asks for, from left to right. */
function questions(given: ts.Expression, state: State): string[] {
  const node = bare(given);
  if (!ts.isPropertyAccessExpression(node)) return [];
  const own = node.questionDotToken === undefined ? [] : [plainPath(node.expression, state)!];
  return [...questions(node.expression, state), ...own];
}

function open(node: ts.OptionalChain, state: State): Opened {
  const link = lastQuestion(node);
  const base = link.expression;
  const path = plainPath(base, state);
  const name = path ?? state.temporary();
  const asked = path === undefined ? [`(${name} = ${state.emit(base)})`] : [...questions(base, state), path];
  // Plain names are written on one line in the question, and on their own lines in the rest.
  const gap = path === undefined ? "" : state.gap(state.start(base), base.end);
  return {
    absent: asked.map((each) => `${each} === undefined`).join(" || "),
    present: asked.map((each) => `${each} !== undefined`).join(" && "),
    rest: () => {
      state.given.set(base, name + gap);
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
  const { absent, rest } = open(node as ts.OptionalChain, state);
  return `(${absent} ? undefined : ${rest()})`;
}

/** The chain as a statement: its value is used nowhere. */
export function lowerChainStatement(node: ts.Node, state: State): string {
  const { present, rest } = open(node as ts.OptionalChain, state);
  return `if (${present}) ${rest()};`;
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
  const { absent, present, rest } = open(left as ts.OptionalChain, state);
  // Absent equals undefined and nothing else.
  const test = isEqual === isUndefined ? `${absent} ||` : `${present} &&`;
  return `(${test} ${rest()} ${isEqual ? "===" : "!=="} ${state.emit(node.right)})`;
}

/** A link whose base is known to be there, without its question mark. */
export function lowerOpened(node: ts.Node, state: State): string | undefined {
  if (!state.opened.has(node)) return undefined;
  if (ts.isPropertyAccessExpression(node)) return `${state.emit(node.expression)}${state.gap(node.expression.end, state.start(node.name))}.${node.name.text}`;
  if (ts.isElementAccessExpression(node)) return `${state.emit(node.expression)}[${state.gap(node.expression.end, state.start(node.argumentExpression))}${state.emit(node.argumentExpression)}]`;
  const call = node as ts.CallExpression;
  const first = call.arguments[0];
  const gap = first === undefined ? "" : state.gap(call.expression.end, state.start(first));
  return `${state.emit(call.expression)}(${gap}${state.list(call.arguments)})`;
}
