/**
 * Writes functions that stand inside another, and are called there once, out where they are called: Espruino reads the text of such a
 * function once to pass it and once more to run it, at each level, and makes a scope for each call. What is written out is a block.
 */
import type { CallExpression, ConditionalExpression, FunctionDeclaration, Identifier, Node, Statement } from "acorn";
import { ancestor } from "acorn-walk";
import { newText } from "./edits";
import type { Edit } from "./edits";
import { isCallee, isReference } from "./graph";
import { rewriteEdits } from "./maps";
import type { Script } from "./maps";
import { isShared } from "./names";
import { parsed } from "./parsed";
import { alwaysGives, Body, holds, isFunction } from "./unfold-body";
import type { Fate } from "./unfold-body";

/** A function that is called once, and the statement whose evaluation begins with that call. */
interface Site {
  readonly own: FunctionDeclaration;
  readonly call: CallExpression;
  readonly statement: Statement;
  /** The statement stands in a list, so that others may stand beside it. */
  readonly isListed: boolean;
  /** What the statement returns, where the call begins one side of it. */
  readonly choice?: ConditionalExpression;
}

/** Whether the child is what the parent evaluates first. */
function comesFirst(child: Node, parent: Node, functions: ReadonlySet<string>): boolean {
  const { type } = parent;
  const of = parent as unknown as Record<string, unknown>;
  if (type === "BinaryExpression" || type === "LogicalExpression") return of["left"] === child;
  if (type === "UnaryExpression") return of["operator"] !== "delete" && of["operator"] !== "typeof";
  if (type === "MemberExpression") return of["object"] === child;
  if (type === "ConditionalExpression") return of["test"] === child;
  if (type === "AssignmentExpression") return of["right"] === child && of["operator"] === "=" && (of["left"] as Node).type === "Identifier";
  if (type === "CallExpression") return (of["arguments"] as Node[])[0] === child && (of["callee"] as Node).type === "Identifier" && functions.has((of["callee"] as Identifier).name);
  return false;
}

/** The statement that begins with the call, given what stands around it. */
function statementOf(ancestors: readonly Node[], functions: ReadonlySet<string>): Pick<Site, "statement" | "isListed" | "choice"> | undefined {
  let at = ancestors.length - 1;
  while (at > 0 && comesFirst(ancestors[at]!, ancestors[at - 1]!, functions)) at -= 1;
  const first = ancestors[at]!;
  let holder = ancestors[at - 1]!;
  if (holder.type === "ConditionalExpression" && ancestors[at - 2]!.type === "ReturnStatement") {
    return { statement: ancestors[at - 2] as Statement, isListed: ancestors[at - 3]!.type === "BlockStatement", choice: holder as ConditionalExpression };
  }
  if (holder.type === "VariableDeclarator") {
    const declaration = ancestors[at - 2] as unknown as { declarations: Node[] };
    if (declaration.declarations[0] !== holder) return undefined;
    at -= 1;
    holder = ancestors[at - 1]!;
  } else {
    const of = holder as unknown as Record<string, unknown>;
    const isStart = holder.type === "ExpressionStatement" || ((holder.type === "ReturnStatement" || holder.type === "ThrowStatement") && of["argument"] === first) || (holder.type === "IfStatement" && of["test"] === first);
    if (!isStart) return undefined;
  }
  const around = ancestors[at - 2]!;
  if (around.type === "SwitchCase" || around.type.startsWith("For")) return undefined;
  return { statement: holder as Statement, isListed: around.type === "BlockStatement" };
}

/** Functions inside others, called once, of whose caller a statement begins with that call. */
function sites(code: string): Site[] {
  const program = parsed(code);
  const declared: { own: FunctionDeclaration; around: Node }[] = [];
  const names = new Set<string>();
  ancestor(program, {
    FunctionDeclaration(own, _state, ancestors: Node[]) {
      const around = ancestors.slice(0, -1).findLast(isFunction);
      const [, top] = ancestors;
      names.add(own.id!.name);
      const isResident = top !== own && top?.type === "FunctionDeclaration" && !isShared((top as FunctionDeclaration).id.name);
      if (around !== undefined && isResident) declared.push({ own: own as FunctionDeclaration, around });
    },
  });
  const named = new Map<string, Node[][]>();
  ancestor(program, {
    Identifier(node: Identifier, _state: unknown, ancestors: Node[]) {
      if (names.has(node.name) && isReference(node, ancestors.at(-2))) named.set(node.name, [...(named.get(node.name) ?? []), [...ancestors]]);
    },
  });
  return declared.flatMap(({ own, around }) => {
    const found = (named.get(own.id.name) ?? []).filter((each) => each.includes(around));
    const [only] = found;
    const call = only?.at(-2);
    if (only === undefined || found.length > 1 || !isCallee(only.at(-1)!, call) || only.includes(own)) return [];
    const isPlain = own.params.every(({ type }) => type === "Identifier") && (call as CallExpression).arguments.length <= own.params.length;
    // A closure would keep all of the caller; and what belongs to each call is another's in the caller.
    const isOfItsCall = holds(own.body, (node) => ["ThisExpression", "FunctionExpression", "ArrowFunctionExpression"].includes(node.type) || (node as Identifier).name === "arguments");
    const place = isPlain && !isOfItsCall ? statementOf(only.slice(0, -1), names) : undefined;
    return place === undefined ? [] : [{ own, call: call as CallExpression, ...place }];
  });
}

function fateOf({ call, statement }: Site, suffix: string): Fate {
  if (statement.type === "ReturnStatement" && statement.argument === call) return { kind: "returned" };
  if (statement.type === "ExpressionStatement" && statement.expression === call) return { kind: "dropped" };
  return { kind: "kept", name: `result${suffix}` };
}

/** A choice that is returned, as two statements of which each returns. */
function chosen({ start, end }: Statement, { test, consequent, alternate }: ConditionalExpression): Edit {
  return { start, end, text: [newText("{if("), test, newText(")return "), consequent, newText(";return "), alternate, newText(";}")] };
}

/** The edits that write one call out; undefined where that cannot be. */
function editsFor(code: string, site: Site, suffix: string): Edit[] | undefined {
  const { own, call, statement, isListed, choice } = site;
  if (choice !== undefined) return [chosen(statement, choice)];
  const fate = fateOf(site, suffix);
  if (fate.kind === "kept" && (!alwaysGives(own) || (!isListed && statement.type === "VariableDeclaration"))) return undefined;
  const block = new Body(code, own, call, suffix, fate).block();
  if (block === undefined) return undefined;
  // What stands inside it refers to nothing of it.
  const inner = own.body.body.filter(({ type }) => type === "FunctionDeclaration");
  const declaration: Edit = { start: own.start, end: own.end, text: inner.flatMap(({ start, end }) => [{ start, end }, newText("\n")]) };
  if (fate.kind !== "kept") return [declaration, { start: statement.start, end: statement.end, text: block }];
  return [
    declaration,
    { start: statement.start, end: statement.start, text: [newText(`${isListed ? "" : "{"}let ${fate.name};`), ...block] },
    { start: call.start, end: call.end, text: fate.name },
    ...(isListed ? [] : [{ start: statement.end, end: statement.end, text: "}" }]),
  ];
}

/** One pass: functions that hold nothing else that is written out in it. */
function pass(code: string, first: number): Edit[] {
  const edits: Edit[] = [];
  const taken: { start: number; end: number }[] = [];
  const isFree = ({ start, end }: { start: number; end: number }): boolean => !taken.some((each) => each.start <= end && each.end >= start);
  const all = sites(code).sort((a, b) => a.own.end - a.own.start - (b.own.end - b.own.start));
  for (const [i, site] of all.entries()) {
    if (!isFree(site.own) || !isFree(site.statement)) continue;
    const more = editsFor(code, site, `$${first + i}`);
    if (more === undefined) continue;
    edits.push(...more);
    taken.push(site.own, site.statement);
  }
  return edits;
}

/** `script` is split already: what stands inside what is decided. */
export function unfold(script: Script): Script {
  let next = script;
  // No name of the script ends in such a number.
  let first = 1 + [...script.code.matchAll(/\$(\d+)/g)].reduce((most, [, number]) => Math.max(most, Number(number)), 0);
  for (let edits = pass(next.code, first); edits.length > 0; edits = pass(next.code, first)) {
    next = rewriteEdits(next, edits);
    first += edits.length;
  }
  return next;
}
