/** Literals and text: lists and objects with spreads, templates, and values that become text. */
import ts from "typescript";
import { listModule, numberModule, textModule } from "./methods";
import type { State } from "./state";
import { bare, isSimple } from "./types";

const { SyntaxKind, TypeFlags } = ts;

/** The text of a list with these elements, spreads lowered; `from` is where the source of the list begins. */
export function listText(elements: readonly ts.Expression[], from: number, state: State): string {
  const parts: string[] = [];
  let plain: string[] = [];
  let end = from;
  const flush = (): void => {
    if (plain.length > 0 || parts.length === 0) parts.push(`[${plain.join(", ")}]`);
    plain = [];
  };
  for (const element of elements) {
    const gap = state.gap(end, state.start(element));
    end = element.end;
    if (!ts.isSpreadElement(element)) {
      plain.push(gap + state.emit(element));
      continue;
    }
    flush();
    parts.push(gap + state.emit(spreadSource(element, state)));
  }
  if (plain.length > 0 || parts.length === 0) flush();
  return parts.reduce((target, items) => `${state.helper(listModule, "append")}(${target}, ${items})`);
}

function spreadSource(element: ts.SpreadElement, state: State): ts.Expression {
  if (!state.types.isList(element.expression)) state.problem(element, "spread", "Only a list can be spread here: for the bytes of a text write text.split(\"\").");
  return element.expression;
}

export function lowerList(node: ts.Node, state: State): string | undefined {
  const { elements } = node as ts.ArrayLiteralExpression;
  if (!elements.some(ts.isSpreadElement)) return undefined;
  // A list of known length keeps its type when it is written out.
  const isTuple = state.types.checker.isTupleType(state.types.of(node));
  if (isTuple && elements.every((element) => !ts.isSpreadElement(element) || (isSimple(element.expression) && state.types.tupleLength(element.expression) !== undefined))) {
    const all = elements.flatMap((element) => {
      if (!ts.isSpreadElement(element)) return [state.emit(element)];
      const count = state.types.tupleLength(element.expression)!;
      return Array.from({ length: count }, (_none, index) => `${state.emit(element.expression)}[${index}]`);
    });
    return `[${all.join(", ")}]`;
  }
  return listText(elements, state.start(node), state);
}

/** True for what is a whole number on every engine, so that its text is the engine's own. */
function isWhole(given: ts.Expression, state: State): boolean {
  const node = bare(given);
  if (ts.isNumericLiteral(node)) return /^\d+$/.test(node.text) && Number(node.text) <= 2147483647;
  if (ts.isPropertyAccessExpression(node)) return node.name.text === "length" || (state.types.of(node).flags & TypeFlags.EnumLike) !== 0;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const { expression, name } = node.expression;
  if (state.types.isGlobal(expression, "Math")) return ["ceil", "floor", "round", "trunc"].includes(name.text);
  return ["indexOf", "lastIndexOf", "findIndex"].includes(name.text);
}

const isOperand = (node: ts.Expression): boolean =>
  ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node) || ts.isCallExpression(node) || ts.isLiteralExpression(node) || ts.isParenthesizedExpression(node) || ts.isTemplateExpression(node) || ts.isNonNullExpression(node);

/** The text of a text: itself, in parentheses where a neighbour could tear it apart. */
function operand(node: ts.Expression, state: State): string {
  return isOperand(node) ? state.emit(node) : `(${state.emit(node)})`;
}

/** An expression whose value is the text of the node's value. */
export function asText(node: ts.Expression, state: State, canBeWhole = false): string {
  const type = state.types.of(node);
  const all = (flags: ts.TypeFlags): boolean => state.types.parts(type).every((part) => (part.flags & (flags | TypeFlags.Never)) !== 0);
  if (all(TypeFlags.StringLike)) return operand(node, state);
  if (all(TypeFlags.NumberLike)) {
    if (isWhole(node, state)) return canBeWhole ? operand(node, state) : `("" + ${operand(node, state)})`;
    return `${state.helper(numberModule, "numberText")}(${state.emit(node)})`;
  }
  if (all(TypeFlags.BooleanLike)) return `(${operand(node, state)} ? "true" : "false")`;
  if (!all(TypeFlags.StringLike | TypeFlags.NumberLike | TypeFlags.BooleanLike | TypeFlags.Undefined)) {
    state.problem(node, "text-of", "Only text, numbers and booleans have a text that is the same on every engine: write the field that you want to show.");
  }
  return `${state.helper(textModule, "textOf")}(${state.emit(node)})`;
}

export function lowerTemplate(node: ts.Node, state: State): string | undefined {
  if (ts.isNoSubstitutionTemplateLiteral(node)) return JSON.stringify(node.text);
  if (!ts.isTemplateExpression(node)) return undefined;
  const parts = node.head.text === "" ? [] : [JSON.stringify(node.head.text)];
  let end = node.head.end;
  node.templateSpans.forEach((span, index) => {
    const gap = state.gap(end, state.start(span.expression));
    const isFirst = parts.length === 0;
    const text = asText(span.expression, state, true);
    parts.push(...(isFirst && index === 0 && isWhole(span.expression, state) ? ['""'] : []), gap + text);
    if (span.literal.text !== "") parts.push(JSON.stringify(span.literal.text));
    end = span.expression.end;
  });
  return `(${parts.join(" + ")})`;
}

/** `+` and `+=` where one side is text: the other becomes text as JavaScript would make it. */
export function lowerPlus(node: ts.BinaryExpression, state: State): string | undefined {
  const isAssignment = node.operatorToken.kind === SyntaxKind.PlusEqualsToken;
  if (state.types.isText(node.left) && state.types.isText(node.right) && !state.types.mayBeUndefined(state.types.of(node.left)) && !state.types.mayBeUndefined(state.types.of(node.right))) return undefined;
  if (state.types.isNumber(node.left) && state.types.isNumber(node.right)) return undefined;
  const isText = (side: ts.Expression): boolean => state.types.parts(state.types.of(side)).every((part) => (part.flags & TypeFlags.StringLike) !== 0);
  if (!isText(node.left) && !isText(node.right)) {
    state.problem(node, "plus", "One side of + is text or number, and nothing says which: make it one of them first.");
    return undefined;
  }
  const gap = state.gap(node.left.end, state.start(node.right));
  const left = isAssignment ? state.emit(node.left) : asText(node.left, state, true);
  if (isAssignment && !isText(node.left)) state.problem(node, "plus", "Text is added to what is not text: make it text first.");
  return `${left} ${isAssignment ? "+=" : "+"} ${gap}${asText(node.right, state, true)}`;
}
