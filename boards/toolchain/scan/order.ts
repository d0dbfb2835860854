/**
 * Rules about when a name is there: Espruino does not hoist, and gives all turns of a loop one variable. What a function uses
 * counts where the function is called, as far as calls by name show it.
 */
import type { AnyNode } from "acorn";
import { childrenOf, isFunction } from "./tree";
import type { Find } from "./tree";

interface Binding {
  readonly name: string;
  readonly scope: Scope;
  /** Where its declaration has run. */
  readonly readyAt: number;
  readonly isLoopHead: boolean;
  /** The function that it always is, if it is one. */
  readonly code: AnyNode | undefined;
}

interface Scope {
  readonly parent: Scope | undefined;
  /** The function (or script) whose code this is. */
  readonly owner: AnyNode;
  readonly node: AnyNode;
  readonly names: Map<string, Binding>;
}

interface Use {
  readonly node: AnyNode & { readonly type: "Identifier" };
  readonly scope: Scope;
  readonly isCall: boolean;
}

function bind(scope: Scope, id: AnyNode, readyAt: number, isLoopHead = false, code?: AnyNode): void {
  if (id.type === "Identifier") scope.names.set(id.name, { name: id.name, scope, readyAt, isLoopHead, code });
}

/** Declares what a block's own statements declare. */
function declareStatements(scope: Scope, statements: readonly AnyNode[]): void {
  for (const statement of statements) {
    if (statement.type === "FunctionDeclaration" || statement.type === "ClassDeclaration") {
      bind(scope, statement.id as AnyNode, statement.end, false, statement.type === "FunctionDeclaration" ? statement : undefined);
    }
    if (statement.type !== "VariableDeclaration") continue;
    for (const { id, init, end } of statement.declarations) {
      bind(scope, id as AnyNode, end, false, statement.kind === "const" && isFunction(init as AnyNode | undefined) ? (init as AnyNode) : undefined);
    }
  }
}

function scopeFor(node: AnyNode, parent: Scope): Scope {
  const inner: Scope = { parent, owner: isFunction(node) ? node : parent.owner, node, names: new Map() };
  if (node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression") {
    if (node.type === "FunctionExpression" && node.id !== null && node.id !== undefined) bind(inner, node.id, node.start);
    for (const parameter of node.params) bind(inner, parameter as AnyNode, node.start);
    if (node.body.type === "BlockStatement") declareStatements(inner, node.body.body);
  } else if (node.type === "BlockStatement") {
    declareStatements(inner, node.body);
  } else if (node.type === "SwitchStatement") {
    declareStatements(inner, node.cases.flatMap((each) => each.consequent));
  } else if (node.type === "CatchClause" && node.param !== null && node.param !== undefined) {
    bind(inner, node.param as AnyNode, node.start);
  } else if (node.type === "ForStatement" || node.type === "ForOfStatement" || node.type === "ForInStatement") {
    const head = node.type === "ForStatement" ? node.init : node.left;
    if (head?.type === "VariableDeclaration") for (const { id, end } of head.declarations) bind(inner, id as AnyNode, end, head.kind !== "var");
  }
  return inner;
}

const opensScope = (node: AnyNode, parent: AnyNode | undefined): boolean =>
  isFunction(node) || (node.type === "BlockStatement" && !isFunction(parent)) || node.type === "SwitchStatement" || node.type === "CatchClause" || node.type === "ForStatement" || node.type === "ForOfStatement" || node.type === "ForInStatement";

function isUse(node: AnyNode, parent: AnyNode | undefined): node is AnyNode & { type: "Identifier" } {
  if (node.type !== "Identifier" || parent === undefined) return false;
  if (parent.type === "MemberExpression") return parent.computed || parent.object === node;
  if (parent.type === "Property") return parent.value === node;
  if (parent.type === "VariableDeclarator") return parent.init === node;
  if (parent.type === "ClassDeclaration" || parent.type === "ClassExpression") return parent.superClass === node;
  if (parent.type === "MethodDefinition" || parent.type === "CatchClause" || parent.type === "LabeledStatement" || parent.type === "BreakStatement" || parent.type === "ContinueStatement") return false;
  return !isFunction(parent) || (parent.type === "ArrowFunctionExpression" && parent.body === node);
}

function resolve(name: string, scope: Scope): Binding | undefined {
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) {
    const found = each.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

export interface Names {
  readonly uses: readonly Use[];
  /** True when nothing in the script declares the name anywhere. */
  isGlobal(name: string): boolean;
}

export function readNames(program: AnyNode & { type: "Program" }): Names {
  const uses: Use[] = [];
  const declared = new Set<string>();
  const top: Scope = { parent: undefined, owner: program, node: program, names: new Map() };
  declareStatements(top, program.body as AnyNode[]);
  const visit = (node: AnyNode, parent: AnyNode | undefined, scope: Scope): void => {
    const inner = parent !== undefined && opensScope(node, parent) ? scopeFor(node, scope) : scope;
    for (const name of inner.names.keys()) declared.add(name);
    if (isUse(node, parent)) uses.push({ node, scope: inner, isCall: parent?.type === "CallExpression" && parent.callee === node });
    // What a switch asks for is computed outside the block of its cases.
    for (const child of childrenOf(node)) visit(child, node, node.type === "SwitchStatement" && child === node.discriminant ? scope : inner);
  };
  visit(program, undefined, top);
  return { uses, isGlobal: (name) => !declared.has(name) };
}

/** The function that a scope's code belongs to, when that function runs where it stands: `(function(){...})()`. */
function runsAt(owner: AnyNode, immediate: ReadonlySet<AnyNode>): boolean {
  return immediate.has(owner);
}

/** What is used before it is there, and loop variables that functions keep. */
export function orderRules(program: AnyNode & { type: "Program" }, names: Names, immediate: ReadonlySet<AnyNode>, find: Find): void {
  const byOwner = new Map<AnyNode, Use[]>();
  for (const use of names.uses) {
    const own = byOwner.get(use.scope.owner);
    if (own === undefined) byOwner.set(use.scope.owner, [use]);
    else own.push(use);
  }
  for (const use of names.uses) {
    const binding = resolve(use.node.name, use.scope);
    if (binding === undefined) continue;
    if (binding.isLoopHead && use.scope.owner !== binding.scope.owner) {
      find(use.node, "loop-capture", "All turns of a loop share its variable, which this function keeps: copy it in the body.");
    }
    if (!sameRun(use.scope, binding.scope, immediate)) continue;
    if (use.node.start < binding.readyAt && !(isFunction(binding.code) && within(use.node, binding.code!))) {
      find(use.node, "before-declaration", "It is used before its declaration has run, and nothing is hoisted: declare it before.");
    } else if (use.isCall && binding.code !== undefined) {
      const late = needs(binding.code, byOwner, new Set()).find((needed) => needed.readyAt > use.node.start && sameRun(use.scope, needed.scope, immediate));
      if (late !== undefined) find(use.node, "before-declaration", "This call needs what is declared only further on: call it later, or declare that before.");
    }
  }
}

const within = (node: AnyNode, outer: AnyNode): boolean => node.start >= outer.start && node.end <= outer.end;

/** True when the code of `inner` runs as part of the code that `outer` stands in, in the order of the text. */
function sameRun(inner: Scope, outer: Scope, immediate: ReadonlySet<AnyNode>): boolean {
  let scope: Scope | undefined = inner;
  while (scope !== undefined && scope.owner !== outer.owner) {
    if (!runsAt(scope.owner, immediate)) return false;
    const { owner }: Scope = scope;
    while (scope !== undefined && scope.owner === owner) scope = scope.parent;
  }
  return scope !== undefined;
}

/** Everything from outside that a function uses when it is called, through the functions that it calls by name. */
function needs(code: AnyNode, byOwner: ReadonlyMap<AnyNode, readonly Use[]>, seen: Set<AnyNode>): Binding[] {
  if (seen.has(code)) return [];
  seen.add(code);
  return (byOwner.get(code) ?? []).flatMap((use) => {
    const binding = resolve(use.node.name, use.scope);
    if (binding === undefined) return [];
    const inner = use.isCall && binding.code !== undefined ? needs(binding.code, byOwner, seen) : [];
    return within(binding.scope.node, code) ? inner : [binding, ...inner];
  });
}
