/** The functions of a flat script, who refers to whom, and how they are marked. */
import type { CallExpression, FunctionDeclaration, Identifier, MemberExpression, Node, Program, Property, Statement } from "acorn";
import { ancestor, simple } from "acorn-walk";
import { directives } from "../specialise/nodes";
import type { Mark } from "../specialise/nodes";
import { parsed } from "./parsed";

export interface FlatFunction {
  readonly name: string;
  readonly node: FunctionDeclaration;
  readonly mark: Mark | undefined;
  readonly isCold: boolean;
  /** Functions of the script that its body names. */
  readonly uses: ReadonlySet<string>;
}

export interface FlatGraph {
  readonly program: Program;
  readonly functions: ReadonlyMap<string, FlatFunction>;
  /** Functions that are handed around as values, anywhere: callbacks. */
  readonly values: ReadonlySet<string>;
  /** Everything at the top that is no function. */
  readonly rest: readonly Statement[];
  /** Functions that the rest names. */
  readonly usedByRest: ReadonlySet<string>;
}

/** True for a name that is called. */
export function isCallee(node: Node, parent: Node | undefined): boolean {
  return parent?.type === "CallExpression" && (parent as CallExpression).callee === node;
}

/** True for a name that stands for a variable, not for a property or a declaration. */
export function isReference(node: Identifier, parent: Node | undefined): boolean {
  if (parent?.type === "FunctionDeclaration") return false;
  if (parent?.type === "MemberExpression") return (parent as MemberExpression).computed || (parent as MemberExpression).object === node;
  if (parent?.type === "Property") return (parent as Property).value === node;
  return true;
}

/** The names that a function declares: parameters, and variables and functions anywhere in it but in functions of its own. */
function localNames(node: Node): Set<string> {
  const names = new Set<string>();
  const add = (pattern: Node): void => {
    if (pattern.type === "Identifier") names.add((pattern as Identifier).name);
  };
  simple(node, {
    VariableDeclarator: ({ id }) => add(id),
    Function: (inner) => {
      inner.params.forEach(add);
      if (inner !== node && inner.id !== null && inner.id !== undefined) add(inner.id);
    },
  });
  return names;
}

/** Names of functions in a piece of the script, and which of them are used as values. */
function references(root: Node, names: ReadonlySet<string>, values: Set<string>): Set<string> {
  const used = new Set<string>();
  const locals = root.type === "FunctionDeclaration" ? localNames(root) : new Set<string>();
  ancestor(root, {
    Identifier(node: Identifier, _state: unknown, ancestors: Node[]) {
      const parent = ancestors.at(-2);
      if (!names.has(node.name) || locals.has(node.name) || !isReference(node, parent)) return;
      used.add(node.name);
      if (!isCallee(node, parent)) values.add(node.name);
    },
  });
  return used;
}

function markOf(node: FunctionDeclaration): Mark | undefined {
  const first = node.body.body[0];
  return first?.type === "ExpressionStatement" && "directive" in first ? directives.find((mark) => first.directive === mark) : undefined;
}

/** What was read of the trees that are kept. */
const graphs = new WeakMap<Program, FlatGraph>();

/** Reads a flat script: functions at the top, and statements. */
export function readGraph(code: string): FlatGraph {
  const program = parsed(code);
  const graph = graphs.get(program) ?? graphOf(program);
  graphs.set(program, graph);
  return graph;
}

function graphOf(program: Program): FlatGraph {
  const declarations = program.body.filter((node): node is FunctionDeclaration => node.type === "FunctionDeclaration");
  const names = new Set(declarations.map(({ id }) => id.name));
  const values = new Set<string>();
  const functions = new Map<string, FlatFunction>();
  for (const node of declarations) {
    const mark = markOf(node);
    functions.set(node.id.name, { name: node.id.name, node, mark, isCold: mark === "cold" || mark === "rare", uses: references(node, names, values) });
  }
  const rest = program.body.filter((node): node is Statement => node.type !== "FunctionDeclaration");
  const usedByRest = new Set<string>();
  for (const node of rest) for (const name of references(node, names, values)) usedByRest.add(name);
  return { program, functions, values, rest, usedByRest };
}

/** Everything reachable from the roots without entering a function that `stops` holds; the roots themselves are entered. */
export function reach(graph: FlatGraph, roots: Iterable<string>, stops: (name: string) => boolean): Set<string> {
  const found = new Set<string>();
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    for (const next of graph.functions.get(name)!.uses) if (!stops(next) && !found.has(next)) waiting.push(next);
  }
  return found;
}

/**
 * For each function that only one other leads to, however it is called, that other: the function without which it cannot be
 * reached from the roots (its immediate dominator in the graph of calls).
 */
export function dominators(graph: FlatGraph, members: ReadonlySet<string>, roots: ReadonlySet<string>): Map<string, string> {
  const callers = new Map<string, string[]>([...members].map((name) => [name, []]));
  for (const name of members) for (const used of graph.functions.get(name)!.uses) if (used !== name) callers.get(used)?.push(name);
  const above = new Map<string, ReadonlySet<string>>([...roots].map((name) => [name, new Set([name])]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const name of members) {
      if (roots.has(name)) continue;
      const known = callers.get(name)!.flatMap((caller) => above.get(caller) ?? []);
      if (known.length === 0) continue;
      const common = new Set([...known[0]!].filter((each) => known.every((set) => set.has(each))).concat(name));
      if (above.get(name)?.size === common.size) continue;
      above.set(name, common);
      changed = true;
    }
  }
  const result = new Map<string, string>();
  for (const [name, set] of above) {
    // Of those above a function, the immediate one has all the others above itself.
    const immediate = [...set].filter((each) => each !== name).sort((a, b) => above.get(b)!.size - above.get(a)!.size)[0];
    if (immediate !== undefined) result.set(name, immediate);
  }
  return result;
}

/** Characters of functions. */
export function charsOf(graph: FlatGraph, names: Iterable<string>): number {
  let sum = 0;
  for (const name of names) {
    const { start, end } = graph.functions.get(name)!.node;
    sum += end - start;
  }
  return sum;
}
