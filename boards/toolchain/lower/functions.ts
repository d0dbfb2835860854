/**
 * Functions: parameters with defaults and patterns become plain ones, and constants at the start of the body; rest
 * parameters become one list, which callers pack. Every function type says `this: void`, without which Lua passes a self.
 */
import ts from "typescript";
import { bindings, boundAgain, parenthesised } from "./patterns";
import type { State } from "./state";
import { isFunction } from "./types";
import type { AnyFunction } from "./types";

/** The list of parameters in the declaration that has a rest parameter, or undefined. */
export function restOf(declaration: ts.Node | undefined): ts.ParameterDeclaration | undefined {
  const last = declaration !== undefined && isFunction(declaration) ? declaration.parameters.at(-1) : undefined;
  return last?.dotDotDotToken === undefined ? undefined : last;
}

const isPlain = (parameter: ts.ParameterDeclaration): boolean => ts.isIdentifier(parameter.name) && parameter.initializer === undefined;

/** The type that a parameter with a default takes, as text after its name; empty where the place gives it. */
function typeText(parameter: ts.ParameterDeclaration, state: State): string {
  if (parameter.type !== undefined) return `: ${state.fit(state.emit(parameter.type), 0, 0)}`;
  const owner = parameter.parent;
  const isGiven = (ts.isArrowFunction(owner) || ts.isFunctionExpression(owner)) && state.types.checker.getContextualType(owner) !== undefined;
  return isGiven ? "" : `: ${state.types.text(state.types.checker.getNonNullableType(state.types.checker.getTypeAtLocation(parameter.name)), parameter)}`;
}

/** What stands in the list of parameters, and at the start of the body. */
function lowerParameter(parameter: ts.ParameterDeclaration, state: State): { head: string; body: string } {
  const { name, initializer } = parameter;
  if (isPlain(parameter)) {
    const type = parameter.type === undefined ? "" : `: ${state.fit(state.emit(parameter.type), 0, 0)}`;
    return { head: `${state.raw(name)}${parameter.questionToken === undefined ? "" : "?"}${type}`, body: "" };
  }
  const given = state.fresh();
  const optional = initializer === undefined && parameter.questionToken === undefined ? "" : "?";
  const head = `${given}${optional}${typeText(parameter, state)}`;
  const keyword = boundAgain(name, state) ? "let" : "const";
  if (ts.isIdentifier(name)) {
    const type = parameter.type === undefined ? "" : typeText(parameter, state);
    return { head, body: `${keyword} ${name.text}${type} = ${given} ?? ${parenthesised(initializer!, state)};` };
  }
  // The whole default comes before the names, which keep their lines.
  const value = initializer === undefined ? given : `${given} ?? ${state.fit(parenthesised(initializer, state), 0, 0)}`;
  const from = initializer === undefined ? given : state.fresh();
  const type = parameter.type === undefined ? "" : typeText(parameter, state);
  const first = initializer === undefined ? [] : [`${from}${type} = ${value}`];
  const all = [...first, ...bindings(name, from, state, true)];
  return { head, body: all.length === 0 ? "" : `${keyword} ${all.join(", ")};` };
}

/** The function with its parameters as they are. */
function lowerBody(node: AnyFunction, state: State, prelude: () => string): string {
  const body = node.body!;
  // Temporaries of the defaults are the function's own, too.
  let first = "";
  const { text, temporaries } = state.inFunction(() => {
    first = prelude();
    return state.emit(body);
  });
  const start = `${temporaries.length === 0 ? "" : `let ${temporaries.join(", ")}; `}${first}`;
  if (ts.isBlock(body)) return start === "" ? text : `{ ${start}${text.slice(1)}`;
  // The parenthesis keeps an expression on a later line with its return.
  return start === "" ? text : `{ ${start}return (${text}); }`;
}

/** A method of an object literal gets a `this: void`, so that it is called like any function. */
function voidThis(node: AnyFunction): string {
  return ts.isMethodDeclaration(node) ? `this: void${node.parameters.length === 0 ? "" : ", "}` : "";
}

function copyWithBody(node: AnyFunction, state: State): string {
  const body = node.body!;
  if (ts.isMethodDeclaration(node)) {
    const open = state.source.text.indexOf("(", node.name.end) + 1;
    const rest = copyParts(node, open, state);
    return state.source.text.slice(state.start(node), open) + voidThis(node) + rest + lowerBody(node, state, () => "");
  }
  return copyParts(node, state.start(node), state) + lowerBody(node, state, () => "") + state.source.text.slice(body.end, node.end);
}

/** The text from `from` to the body, with what stands in it lowered. */
function copyParts(node: AnyFunction, from: number, state: State): string {
  let text = "";
  let position = from;
  const parts: ts.Node[] = [...node.parameters, ...(node.type === undefined ? [] : [node.type])];
  for (const part of parts) {
    text += state.source.text.slice(position, state.start(part)) + state.emit(part);
    position = part.end;
  }
  return text + state.source.text.slice(position, state.start(node.body!));
}

export function lowerFunction(node: ts.Node, state: State): string | undefined {
  if (!isFunction(node) || node.body === undefined) return undefined;
  const rest = restOf(node);
  if (rest !== undefined) checkRest(node, rest, state);
  if (node.parameters.every(isPlain) && rest === undefined) return copyWithBody(node, state);
  const type = node.type === undefined ? "" : `: ${state.fit(state.emit(node.type), 0, 0)}`;
  let heads: readonly string[] = [];
  const body = lowerBody(node, state, () => {
    const lowered = node.parameters.map((parameter) => lowerParameter(parameter, state));
    heads = lowered.map(({ head }) => head);
    return preludeOf(node, lowered.map((each) => each.body), state);
  });
  const before = state.source.text.slice(state.start(node), state.start(node.parameters[0]!));
  const start = before + (before.includes("(") ? "" : "(");
  return `${start}${voidThis(node)}${inOrder(heads).join(", ")})${type}${ts.isArrowFunction(node) ? " =>" : ""} ${body}`;
}

/** Optional parameters stand last; one before a required one takes undefined. */
function inOrder(heads: readonly string[]): string[] {
  const lastRequired = heads.findLastIndex((head) => !/^\w+\?/.test(head));
  const required = (head: string): string => head.replace(/^(\w+)\?$/, "$1").replace(/^(\w+)\?: (.*)$/, "$1: undefined | ($2)");
  return heads.map((head, index) => (index < lastRequired ? required(head) : head));
}

/** What stands at the start of the body, each parameter's on its own lines. */
function preludeOf(node: AnyFunction, bodies: readonly string[], state: State): string {
  let end = state.start(node.parameters[0]!);
  let prelude = "";
  node.parameters.forEach((parameter, index) => {
    const start = state.start(parameter);
    const body = bodies[index]!;
    prelude += state.gap(end, start) + state.fit(body === "" ? "" : `${body} `, start, parameter.end);
    end = parameter.end;
  });
  return prelude + state.gap(end, state.start(node.body!));
}

/** A function with a rest parameter is called by its name alone: its callers pack the list. */
function checkRest(node: AnyFunction, rest: ts.ParameterDeclaration, state: State): void {
  const isNamed = ts.isFunctionDeclaration(node) || (ts.isVariableDeclaration(node.parent) && node.parent.type === undefined && (ts.getCombinedNodeFlags(node.parent) & ts.NodeFlags.Const) !== 0);
  if (!isNamed) state.problem(rest, "rest-value", "A function with a rest parameter must be declared by name (function f(...) or const f = ...): take a list instead.");
}

/** Function types and method signatures: `this: void` in front, unless they have a `this`. */
export function lowerFunctionType(node: ts.Node, state: State): string | undefined {
  if (!ts.isFunctionTypeNode(node) && !ts.isMethodSignature(node) && !ts.isCallSignatureDeclaration(node)) return undefined;
  const first = node.parameters[0];
  for (const parameter of node.parameters) {
    if (parameter.dotDotDotToken !== undefined) state.problem(parameter, "rest-value", "A function type cannot have a rest parameter: take a list instead.");
  }
  if (first !== undefined && ts.isIdentifier(first.name) && first.name.text === "this") return undefined;
  const text = state.copy(node);
  const from = ts.isMethodSignature(node) ? node.name.end - state.start(node) : (node.typeParameters?.end ?? state.start(node)) - state.start(node);
  const open = text.indexOf("(", from) + 1;
  return `${text.slice(0, open)}this: void${first === undefined ? "" : ", "}${text.slice(open)}`;
}
