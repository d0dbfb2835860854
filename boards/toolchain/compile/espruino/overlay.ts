/**
 * Splits a flat script into what stays in memory and overlays: functions that stand in flash, are read by one small loader
 * when they are called, and leave nothing behind. A function resident in memory costs four variables and one for each
 * parameter for ever; a cold one costs its reading at each call (docs/MEMORY.md).
 *
 * Cold are the functions whose documentation says `@cold`. Each becomes an overlay with those functions inside that only
 * overlays need. A cold function that is handed around becomes a callback made on the spot, which lives as long as it is kept.
 *
 * Refused: an overlay that hands out a function of its own, because what keeps it keeps all of the overlay.
 */
import type { CallExpression, Identifier, Node, Property } from "acorn";
import { ancestor } from "acorn-walk";
import { editedParts, newText, textOf } from "./edits";
import type { Edit, Part } from "./edits";
import { isCallee, isReference, readGraph } from "./graph";
import type { FlatFunction, FlatGraph } from "./graph";
import { layOut, nest } from "./layout";
import type { Nesting } from "./layout";

/** The names under which overlays, and callbacks that call them, stand in the script until they are cut out of it. */
export const overlayTable = "OVERLAY$";
export const callbackTable = "CALLBACK$";

/** What would keep an overlay alive, and where in the script it stands. */
export interface Leak {
  readonly offset: number;
  readonly message: string;
}

export interface Split {
  readonly code: string;
  /** Where `code` comes from. */
  readonly parts: readonly Part[];
  readonly problems: readonly Leak[];
  /** Names of the overlays by their file, in the order of their numbers. */
  readonly overlays: readonly (readonly string[])[];
}

/** True for a function that is handed to one of the script's own, which calls it and does nothing else with it. */
function isOnlyCalled(graph: FlatGraph, node: Node, parent: Node | undefined): boolean {
  if (parent?.type !== "CallExpression") return false;
  const { callee, arguments: passed } = parent as CallExpression;
  const taker = callee.type === "Identifier" ? graph.functions.get(callee.name) : undefined;
  const parameter = taker?.node.params[passed.indexOf(node as never)];
  if (taker === undefined || parameter?.type !== "Identifier") return false;
  let only = true;
  ancestor(taker.node.body, {
    Identifier(each: Identifier, _state: unknown, ancestors: Node[]) {
      if (each.name === parameter.name && isReference(each, ancestors.at(-2)) && !isCallee(each, ancestors.at(-2))) only = false;
    },
  });
  return only;
}

/** Where a function that lives in an overlay is used as a value: it would keep the overlay alive. */
function leaks(graph: FlatGraph, residents: ReadonlySet<string>, members: readonly FlatFunction[]): Leak[] {
  const inside = new Set(members.map(({ name }) => name));
  const found: Leak[] = [];
  for (const member of members) {
    ancestor(member.node.body, {
      Function(node: Node, _state: unknown, ancestors: Node[]) {
        const parent = ancestors.at(-2);
        if (!isCallee(node, parent) && !isOnlyCalled(graph, node, parent)) found.push({ offset: node.start, message: `The cold function ${member.name} makes a function that outlives its call: hand over a function of the module's top, and keep what it needs in the struct.` });
      },
    });
    for (const name of member.uses) {
      if (inside.has(name) && graph.values.has(name) && !residents.has(name) && !graph.functions.get(name)!.isCold) found.push({ offset: member.node.start, message: `The cold function ${member.name} hands out ${name}: mark ${name} as cold, too.` });
    }
  }
  return found;
}

/** The names in the order of the script. */
function inOrder(graph: FlatGraph, names: readonly string[]): string[] {
  const startOf = (name: string): number => graph.functions.get(name)!.node.start;
  return [...names].sort((one, other) => startOf(one) - startOf(other));
}

export function splitScript(code: string): Split {
  const graph = readGraph(code);
  const { residents, groups, nested } = layOut(graph);
  // An overlay's place in its file, and the file: see the loader in cut.ts.
  const numbers = new Map(groups.flatMap(({ members }, file) => members.map((name, i) => [name, i * groups.length + file] as const)));
  const apart = new Set([...residents].filter((name) => graph.functions.get(name)!.mark === "apart"));
  const parts: Part[] = [];
  const copy = (node: Node, edits: readonly Edit[], start = node.start, end = node.end): void => {
    parts.push(...editedParts(edits, start, end), newText("\n"));
  };
  /** A function with what stands inside it; members of its own file, `near`, are called directly. */
  const copyNested = (name: string, inside: Nesting, near: readonly string[] = []): void => {
    const { node, mark } = graph.functions.get(name)!;
    copy(node, [], node.start, node.body.start + 1);
    for (const inner of inOrder(graph, inside.get(name) ?? [])) copyNested(inner, inside, near);
    copy(node, redirections(node, numbers, near, apart), mark !== undefined ? node.body.body[0]!.end : node.body.start + 1);
  };
  for (const name of inOrder(graph, [...residents])) copyNested(name, nested.get(name)!);
  for (const [file, { members, helpers }] of groups.entries()) {
    const inside = nest(graph, members, helpers);
    parts.push(newText(`${overlayTable}[${file}]=function(place){\n`));
    for (const name of inOrder(graph, [...(inside.get("") ?? []), ...members])) copyNested(name, inside, members);
    parts.push(newText(`return ${members.length === 1 ? members[0]! : `[${members.join()}][place]`};\n};\n`));
  }
  // Values at the top may call functions, and Espruino hoists none.
  for (const node of graph.rest) copy(node, redirections(node, numbers, [], apart));
  const problems = groups.flatMap(({ members, helpers }) => leaks(graph, residents, [...helpers, ...members].map((name) => graph.functions.get(name)!)));
  return { code: textOf(code, parts), parts, problems, overlays: groups.map(({ members }) => members) };
}

/**
 * Turns calls of cold functions in a piece of the script into calls through the table, but for calls of those that are `near`. Calls of
 * those that stand `apart` get the remark that the minifier must leave them so.
 */
function redirections(own: Node, numbers: ReadonlyMap<string, number>, near: readonly string[], apart: ReadonlySet<string>): Edit[] {
  const edits: Edit[] = [];
  ancestor(own, {
    Identifier(node: Identifier, _state: unknown, ancestors: Node[]) {
      const parent = ancestors.at(-2);
      if (isCallee(node, parent) && apart.has(node.name)) edits.push({ start: node.start, end: node.start, text: "/*@__NOINLINE__*/" });
      const number = isReference(node, parent) ? numbers.get(node.name) : undefined;
      if (number === undefined || (isCallee(node, parent) && near.includes(node.name))) return;
      const table = isCallee(node, parent) ? overlayTable : callbackTable;
      // A shorthand property has one node for its name and its value.
      const name = parent?.type === "Property" && (parent as Property).shorthand ? `${node.name}: ` : "";
      edits.push({ start: node.start, end: node.end, text: `${name}${table}[${number}]` });
    },
  });
  return edits;
}
