/**
 * Writes out calls of functions that are one expression over their parameters, each used once and in order: a wrapper costs
 * four variables and one for each parameter for as long as the device runs, and a call each time.
 */
import type { CallExpression, Expression, FunctionDeclaration, Identifier, Node, Property, Statement } from "acorn";
import { ancestor, simple } from "acorn-walk";
import type { Edit, Part } from "./edits";
import { readGraph } from "./graph";
import type { FlatGraph } from "./graph";
import { rewriteEdits } from "./maps";
import type { Script } from "./maps";
import { parsed } from "./parsed";

/** A longer expression would cost more flash at its calls than it is worth. */
const EXPRESSION_CHARS_MAX = 40;

/** A parameter in the expression; `label` is what has to be written before its argument, as in `{ value }`. */
interface Place extends Node {
  readonly label: string;
}

interface Wrapper {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly expression: Expression;
  /** Where the parameters stand in the expression, in their order. */
  readonly places: readonly Place[];
}

/** A function's statements but for what checks left behind. */
function statements(node: FunctionDeclaration): Statement[] {
  return node.body.body.filter((each) => !(each.type === "IfStatement" && each.test.type === "Literal" && each.test.value === false && (each.alternate ?? undefined) === undefined));
}

function wrapperOf(code: string, node: FunctionDeclaration): Wrapper | undefined {
  const [only, more] = statements(node);
  const expression = only?.type === "ReturnStatement" ? only.argument : only?.type === "ExpressionStatement" && !("directive" in only && only.directive) ? only.expression : undefined;
  if (more !== undefined || expression === null || expression === undefined || expression.type !== "CallExpression" || expression.end - expression.start > EXPRESSION_CHARS_MAX) return undefined;
  const parameters = node.params.map((each) => (each as Identifier).name);
  const places: Place[] = [];
  let plain = true;
  ancestor(expression, {
    Identifier(each: Identifier, _state: unknown, ancestors: Node[]) {
      const around = ancestors.at(-2) as Property | undefined;
      if (parameters.includes(each.name)) places.push({ ...each, label: around?.type === "Property" && around.shorthand ? `${each.name}: ` : "" });
    },
    Function() {
      plain = false;
    },
    ThisExpression() {
      plain = false;
    },
  });
  places.sort((a, b) => a.start - b.start);
  const isInOrder = places.length === parameters.length && places.every((place, i) => code.slice(place.start, place.end) === parameters[i]);
  return plain && isInOrder ? { name: node.id.name, parameters, expression, places } : undefined;
}

function wrappers(code: string, graph: FlatGraph): Map<string, Wrapper> {
  const found = new Map<string, Wrapper>();
  for (const { name, node, isCold } of graph.functions.values()) {
    const wrapper = isCold || graph.values.has(name) ? undefined : wrapperOf(code, node);
    if (wrapper !== undefined) found.set(name, wrapper);
  }
  return found;
}

/** An argument as it can stand anywhere in an expression. */
function argumentParts(code: string, { type, start, end }: Node): Part[] {
  const isPlain = ["Identifier", "Literal", "CallExpression", "MemberExpression"].includes(type) && !/\d/.test(code[start]!);
  return isPlain ? [{ start, end }] : [{ start, end: start, text: "(" }, { start, end }, { start: end, end, text: ")" }];
}

function written(code: string, { expression, places }: Wrapper, call: CallExpression): Part[] {
  const parts: Part[] = [];
  let at = expression.start;
  places.forEach((place, i) => {
    parts.push({ start: at, end: place.start }, { start: place.start, end: place.start, text: place.label }, ...argumentParts(code, call.arguments[i]!));
    at = place.end;
  });
  return [...parts, { start: at, end: expression.end }];
}

/** One pass: calls whose arguments hold no other such call. */
function pass(code: string): Edit[] {
  const graph = readGraph(code);
  const known = wrappers(code, graph);
  const edits: Edit[] = [];
  const calls: CallExpression[] = [];
  const isCall = (node: CallExpression): boolean => {
    const wrapper = node.callee.type === "Identifier" ? known.get(node.callee.name) : undefined;
    return wrapper !== undefined && wrapper.parameters.length === node.arguments.length;
  };
  simple(parsed(code), {
    CallExpression(node) {
      if (isCall(node)) calls.push(node);
    },
  });
  for (const call of calls) {
    const wrapper = known.get((call.callee as Identifier).name)!;
    const own = graph.functions.get(wrapper.name)!.node;
    const holdsAnother = calls.some((other) => other !== call && other.start >= call.start && other.end <= call.end);
    const isOwn = call.start >= own.start && call.end <= own.end;
    if (!holdsAnother && !isOwn) edits.push({ start: call.start, end: call.end, text: written(code, wrapper, call) });
  }
  return edits;
}

export function inlineWrappers(script: Script): Script {
  let next = script;
  for (let edits = pass(next.code); edits.length > 0; edits = pass(next.code)) next = rewriteEdits(next, edits);
  return next;
}
