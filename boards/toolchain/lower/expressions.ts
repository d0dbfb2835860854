/** Statements of one expression, assignments, operators, members and names. */
import ts from "typescript";
import { isWholeChain, lowerChain, lowerChainComparison, lowerChainStatement, lowerOpened } from "./chains";
import { lowerPlus } from "./literals";
import { numberModule, textModule } from "./methods";
import { lowerPatternAssignment, symbolOf } from "./patterns";
import type { State } from "./state";
import { isTableField } from "./tables";
import { bare, isSimple } from "./types";

const { SyntaxKind } = ts;

const logicalAssignments: ReadonlySet<ts.SyntaxKind> = new Set([SyntaxKind.QuestionQuestionEqualsToken, SyntaxKind.BarBarEqualsToken, SyntaxKind.AmpersandAmpersandEqualsToken]);

const isPattern = (node: ts.Expression): boolean => ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node);

/** A place that is read and then written: its text for the first time, which evaluates its parts, and for the second. */
function twice(target: ts.Expression, state: State): { first: string; again: string } {
  const node = bare(target);
  if (isSimple(node)) return { first: state.emit(node), again: state.emit(node) };
  const keep = (part: ts.Expression): { first: string; again: string } => {
    if (isSimple(part)) return { first: state.emit(part), again: state.emit(part) };
    const name = state.temporary();
    return { first: `(${name} = ${state.emit(part)})`, again: name };
  };
  if (ts.isPropertyAccessExpression(node)) {
    const base = keep(node.expression);
    return { first: `${base.first}.${node.name.text}`, again: `${base.again}.${node.name.text}` };
  }
  if (!ts.isElementAccessExpression(node)) return { first: state.emit(node), again: state.emit(node) };
  const base = keep(node.expression);
  const index = keep(node.argumentExpression);
  return { first: `${base.first}[${index.first}]`, again: `${base.again}[${index.again}]` };
}

/** `a ??= b` and the like: the test, and the assignment for when it holds. */
function lowerLogical(node: ts.BinaryExpression, isStatement: boolean, state: State): string {
  const { first, again } = twice(node.left, state);
  const assignment = `${again} = ${state.gap(node.left.end, state.start(node.right))}${state.emit(node.right)}`;
  const kind = node.operatorToken.kind;
  if (!isStatement) {
    const operator = kind === SyntaxKind.QuestionQuestionEqualsToken ? "??" : kind === SyntaxKind.BarBarEqualsToken ? "||" : "&&";
    return `(${first} ${operator} (${assignment}))`;
  }
  const test = kind === SyntaxKind.QuestionQuestionEqualsToken ? `${first} === undefined` : kind === SyntaxKind.BarBarEqualsToken ? `!${first}` : first;
  return `if (${test}) ${assignment};`;
}

/** True for a place where a statement has neighbours, so that nothing reads it as a part of another. */
const hasNeighbours = (node: ts.Node): boolean => ts.isBlock(node.parent) || ts.isSourceFile(node.parent) || ts.isCaseOrDefaultClause(node.parent);

export function lowerStatement(node: ts.Node, state: State): string | undefined {
  const expression = bare((node as ts.ExpressionStatement).expression);
  const enclosed = (text: string): string => (hasNeighbours(node) ? text : `{ ${text} }`);
  if (ts.isBinaryExpression(expression)) {
    const { operatorToken, left } = expression;
    if (logicalAssignments.has(operatorToken.kind)) return enclosed(lowerLogical(expression, true, state));
    if (operatorToken.kind === SyntaxKind.EqualsToken && isPattern(bare(left))) return enclosed(`${lowerPatternAssignment(expression, state)};`);
  }
  if (isWholeChain(expression, state)) return enclosed(lowerChainStatement(expression, state));
  return undefined;
}

export function lowerBinary(node: ts.Node, state: State): string | undefined {
  const binary = node as ts.BinaryExpression;
  const { left, right, operatorToken } = binary;
  switch (operatorToken.kind) {
    case SyntaxKind.PlusToken:
    case SyntaxKind.PlusEqualsToken:
      return lowerPlus(binary, state);
    case SyntaxKind.PercentToken:
      return `${state.helper(numberModule, "remainder")}(${state.list([left, right])})`;
    case SyntaxKind.PercentEqualsToken: {
      const { first, again } = twice(left, state);
      return lowerRemainderAssignment(first, again, binary, state);
    }
    case SyntaxKind.EqualsToken:
      if (!isPattern(bare(left))) return undefined;
      state.problem(node, "destructuring", "An assignment that takes a value apart stands alone: make it a statement.");
      return undefined;
    default:
      if (logicalAssignments.has(operatorToken.kind)) return lowerLogical(binary, false, state);
      return lowerChainComparison(binary, state);
  }
}

/** `place %= by`: the place is read before `by` is computed, as in JavaScript. */
function lowerRemainderAssignment(first: string, again: string, node: ts.BinaryExpression, state: State): string {
  const helper = state.helper(numberModule, "remainder");
  if (first === again) return `${again} = ${helper}(${first}, ${state.emit(node.right)})`;
  const value = state.temporary();
  return `(${value} = ${helper}(${first}, ${state.emit(node.right)}), ${again} = ${value})`;
}

export function lowerMember(node: ts.Node, state: State): string | undefined {
  const member = node as ts.PropertyAccessExpression;
  if (isWholeChain(member, state)) return lowerChain(member, state);
  if (state.types.isGlobal(member.expression, "Math") && member.name.text === "PI") return "3.141592653589793";
  const opened = lowerOpened(member, state);
  if (isTableField(member, state)) {
    const gap = state.gap(member.expression.end, state.start(member.name));
    return `${state.emit(member.expression)}${gap}[${JSON.stringify(member.name.text)}]`;
  }
  return opened;
}

export function lowerElement(node: ts.Node, state: State): string | undefined {
  const element = node as ts.ElementAccessExpression;
  if (isWholeChain(element, state)) return lowerChain(element, state);
  if (state.types.isText(element.expression)) return `${state.helper(textModule, "byteOf")}(${state.list([element.expression, element.argumentExpression])})`;
  return lowerOpened(element, state);
}

export function lowerName(node: ts.Node, state: State): string | undefined {
  if (state.renamed.size === 0) return undefined;
  const symbol = symbolOf(node as ts.Identifier, state.types.checker);
  return symbol === undefined ? undefined : state.renamed.get(symbol);
}

export function lowerShorthand(node: ts.Node, state: State): string | undefined {
  const { name } = node as ts.ShorthandPropertyAssignment;
  const text = state.emit(name);
  return text === name.text ? undefined : `${name.text}: ${text}`;
}

