/**
 * Calls: methods of lists, text and numbers become calls of helpers, lists are packed for rest parameters, and spread
 * arguments are written out.
 */
import ts from "typescript";
import { lowerChain, lowerOpened, isWholeChain } from "./chains";
import { restOf } from "./functions";
import { asText, listText } from "./literals";
import { listMethods, listModule, mathMethods, numberModule, plainMath, textMethods, textModule } from "./methods";
import type { Method } from "./methods";
import type { State } from "./state";
import { isSimple } from "./types";

/** A call of a helper with lowered operands, line ends between them as in the source. */
function callHelper(state: State, module: string, name: string, operands: readonly ts.Node[], more: readonly string[] = [], types = ""): string {
  return `${state.helper(module, name)}${types}(${[state.list(operands), ...more].join(", ")})`;
}

const hasSpread = (args: readonly ts.Expression[]): boolean => args.some(ts.isSpreadElement);

function checkCount(node: ts.CallExpression, name: string, { least, most }: Pick<Method, "least" | "most">, state: State): boolean {
  const count = node.arguments.length;
  if (count >= least && count <= most && !hasSpread(node.arguments)) return true;
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  state.problem(node, "arguments", `${name}() takes ${wanted} argument${most === 1 ? "" : "s"} here: write them out.`);
  return false;
}

/** Type arguments that a call gives, after the type of the list's items, which the helper wants first. */
function typeArguments(node: ts.CallExpression, receiver: ts.Expression, state: State): string {
  const item = state.types.itemOf(receiver);
  if (node.typeArguments === undefined || item === undefined) return "";
  return `<${[state.types.text(item, node), ...node.typeArguments.map((type) => state.emit(type))].join(", ")}>`;
}

function lowerListMethod(node: ts.CallExpression, receiver: ts.Expression, name: string, state: State): string | undefined {
  const args = node.arguments;
  const method = listMethods.get(name);
  if (method !== undefined) {
    if (!checkCount(node, name, method, state)) return undefined;
    return callHelper(state, listModule, method.helper, [receiver, ...args], [], typeArguments(node, receiver, state));
  }
  const isStatement = ts.isExpressionStatement(node.parent);
  if (name === "push") {
    if (args.length === 1 && !hasSpread(args) && isStatement) return undefined;
    return `${state.helper(listModule, "pushAll")}(${state.emit(receiver)}, ${listText(args, args.pos, state)})`;
  }
  if (name === "unshift") return `${state.helper(listModule, "unshiftList")}(${state.emit(receiver)}, ${listText(args, args.pos, state)})`;
  if (name === "splice") return lowerSplice(node, receiver, state);
  if (name === "join") return lowerJoin(node, receiver, state);
  return undefined;
}

function lowerSplice(node: ts.CallExpression, receiver: ts.Expression, state: State): string | undefined {
  const [start, count, ...items] = node.arguments;
  if (start === undefined || hasSpread([start, ...(count === undefined ? [] : [count])])) {
    state.problem(node, "arguments", "splice() takes a start, a count and items here: write them out.");
    return undefined;
  }
  const operands = count === undefined ? `${state.list([receiver, start])}, undefined` : state.list([receiver, start, count]);
  return `${state.helper(listModule, "spliceList")}(${operands}, ${listText(items, count?.end ?? start.end, state)})`;
}

function lowerJoin(node: ts.CallExpression, receiver: ts.Expression, state: State): string | undefined {
  if (!checkCount(node, "join", { least: 0, most: 1 }, state)) return undefined;
  const separator = node.arguments[0] === undefined ? ['","'] : [];
  const item = state.types.itemOf(receiver);
  const isText = item !== undefined && state.types.parts(item).every((part) => (part.flags & ts.TypeFlags.StringLike) !== 0);
  if (!isText) return callHelper(state, textModule, "joinTexts", [receiver, ...node.arguments], separator);
  return separator.length === 0 ? undefined : `${state.emit(receiver)}.join(",")`;
}

/** True for a text written here that means itself when it replaces another. */
const isPlainReplacement = (node: ts.Expression | undefined): boolean => node !== undefined && ts.isStringLiteralLike(node) && !node.text.includes("$");

function lowerTextMethod(node: ts.CallExpression, receiver: ts.Expression, name: string, state: State): string | undefined {
  const method = textMethods.get(name);
  if (method === undefined || !checkCount(node, name, method, state)) return undefined;
  if (name === "replace" || name === "replaceAll") {
    const [wanted, by] = node.arguments;
    const isPlain = isPlainReplacement(by) && (name === "replace" || (wanted !== undefined && ts.isStringLiteralLike(wanted) && wanted.text !== ""));
    if (!isPlain) state.problem(node, "replacement", `${name}() takes literal texts without $ here: otherwise write text.split(wanted).join(replacement).`);
  }
  return callHelper(state, textModule, method.helper, [receiver, ...node.arguments]);
}

function lowerNumberMethod(node: ts.CallExpression, receiver: ts.Expression, name: string, state: State): string | undefined {
  const [digits] = node.arguments;
  if (name === "toString") {
    if (digits !== undefined) state.problem(digits, "arguments", "toString() writes decimal digits only: take its argument away.");
    return asText(receiver, state);
  }
  if (name !== "toFixed") return undefined;
  if (digits !== undefined && !(ts.isNumericLiteral(digits) && /^[0-9]$/.test(digits.text))) {
    state.problem(digits, "arguments", "toFixed() takes its digits as a number written here, 0 to 9.");
  }
  return callHelper(state, numberModule, "fixedText", [receiver], [digits === undefined ? "0" : state.emit(digits)]);
}

function lowerMath(node: ts.CallExpression, name: string, state: State): string | undefined {
  const args = node.arguments;
  const helper = mathMethods.get(name);
  if (helper !== undefined) return checkCount(node, name, { least: 1, most: 1 }, state) ? callHelper(state, numberModule, helper, args) : undefined;
  const many = plainMath.get(name);
  if (many === undefined) return undefined;
  if (many === "") return checkCount(node, name, { least: 1, most: 1 }, state) ? undefined : "0";
  if (args.length === 2 && !hasSpread(args)) return undefined;
  if (args.length === 0) state.problem(node, "arguments", `Math.${name}() needs a number.`);
  if (args.length === 1 && !hasSpread(args)) return state.emit(args[0]!);
  return `${state.helper(listModule, many)}(${listText(args, args.pos, state)})`;
}

/** Arguments with those for a rest parameter as one list, and tuples written out. */
function lowerArguments(node: ts.CallExpression, state: State): string | undefined {
  const declaration = state.types.checker.getResolvedSignature(node)?.declaration;
  const rest = restOf(declaration);
  const args = node.arguments;
  if (rest === undefined) return hasSpread(args) ? args.map((arg) => (ts.isSpreadElement(arg) ? spreadTuple(arg, state) : state.emit(arg))).join(", ") : undefined;
  const before = (declaration as ts.SignatureDeclaration).parameters.length - 1;
  const fixed = args.slice(0, before);
  const missing = before - fixed.length;
  if (hasSpread(fixed)) state.problem(node, "arguments", "Spread only into the rest parameter: write the other arguments out.");
  const filled = Array.from({ length: missing }, () => "undefined");
  return [...fixed.map((arg) => state.emit(arg)), ...filled, listText(args.slice(before), args[before - 1]?.end ?? args.pos, state)].join(", ");
}

/** `...pair` as `pair[0], pair[1]`. */
function spreadTuple(arg: ts.SpreadElement, state: State): string {
  const count = state.types.tupleLength(arg.expression);
  if (count === undefined || count === 0) {
    state.problem(arg, "spread", "Only a list of known length, a tuple, can be spread into these arguments: write them out.");
    return "undefined";
  }
  const isName = isSimple(arg.expression);
  const name = isName ? state.emit(arg.expression) : state.temporary();
  const first = isName ? name : `(${name} = ${state.emit(arg.expression)})`;
  return Array.from({ length: count }, (_none, index) => `${index === 0 ? first : name}[${index}]`).join(", ");
}

export function lowerCall(node: ts.Node, state: State): string | undefined {
  const call = node as ts.CallExpression;
  if (isWholeChain(call, state)) return lowerChain(call, state);
  const callee = call.expression;
  if (ts.isPropertyAccessExpression(callee)) {
    const { expression: receiver, name } = callee;
    if (state.types.isGlobal(receiver, "Math")) return lowerMath(call, name.text, state);
    if (state.types.isList(receiver)) return lowerListMethod(call, receiver, name.text, state);
    if (state.types.isText(receiver)) return lowerTextMethod(call, receiver, name.text, state);
    if (state.types.isNumber(receiver)) return lowerNumberMethod(call, receiver, name.text, state);
  }
  if (state.types.isGlobal(callee, "String") && call.arguments.length === 1) return asText(call.arguments[0]!, state);
  const args = lowerArguments(call, state);
  if (args !== undefined) return `${state.emit(callee)}${call.typeArguments === undefined ? "" : `<${state.list(call.typeArguments)}>`}(${args})`;
  return lowerOpened(call, state);
}
