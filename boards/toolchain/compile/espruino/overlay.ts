/**
 * Splits a flat script into what stays in memory and overlays: functions that stand in flash, are read by one small loader
 * when they are called, and leave nothing behind. A function resident in memory costs four variables and one for each
 * parameter for ever; a cold one costs its reading at each call (docs/MEMORY.md).
 *
 * Cold are the functions whose documentation says `@cold`. Each becomes an overlay, with those functions inside that only it
 * needs; what several overlays need stands once beside them, and is read with each. A cold function that is handed around becomes a callback made on the spot, which lives as long as it is kept.
 *
 * Refused: an overlay that hands out a function of its own, because what keeps it keeps all of the overlay.
 */
import type { CallExpression, FunctionDeclaration, Identifier, Node, Property } from "acorn";
import { ancestor } from "acorn-walk";
import { editedParts, newText, textOf } from "./edits";
import type { Edit, Part } from "./edits";
import { isCallee, isReference, readGraph } from "./graph";
import type { FlatFunction, FlatGraph } from "./graph";
import { layOut } from "./layout";
import type { Nesting } from "./layout";
import { sharedName } from "./names";

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
  /** Names of the overlays, in the order of their numbers. */
  readonly overlays: readonly string[];
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
  const { residents, nested, overlays, needed } = layOut(graph);
  const numbers = new Map(overlays.map((name, number) => [name, number]));
  const shared = new Map(inOrder(graph, needed.get("") ?? []).map((name, number) => [name, sharedName(number)]));
  const apart = new Set([...residents].filter((name) => graph.functions.get(name)!.mark === "apart"));
  const parts: Part[] = [];
  const copy = (node: Node, edits: readonly Edit[], start = node.start, end = node.end): void => {
    parts.push(...editedParts(edits, start, end), newText("\n"));
  };
  /** A function with what stands inside it. */
  const copyNested = (name: string, inside: Nesting, renamed: ReadonlyMap<string, string>): void => {
    const { node, mark } = graph.functions.get(name)!;
    const edits = redirections(node, numbers, apart, renamed);
    copy(node, edits, node.start, node.body.start + 1);
    for (const inner of inOrder(graph, inside.get(name) ?? [])) copyNested(inner, inside, renamed);
    copy(node, edits, mark !== undefined ? node.body.body[0]!.end : node.body.start + 1);
  };
  const none = new Map<string, string>();
  for (const name of inOrder(graph, [...residents])) copyNested(name, nested.get(name)!, none);
  for (const name of shared.keys()) copyNested(name, needed, shared);
  for (const [name, number] of numbers) {
    parts.push(newText(`${overlayTable}[${number}]=`));
    copyNested(name, needed, shared);
    parts.push(newText(";\n"));
  }
  // Values at the top may call functions, and Espruino hoists none.
  for (const node of graph.rest) copy(node, redirections(node, numbers, apart, none));
  const members = [...overlays, ...[...needed.values()].flat()].map((name) => graph.functions.get(name)!);
  return { code: textOf(code, parts), parts, problems: leaks(graph, residents, members), overlays };
}

/**
 * Turns calls of cold functions in a piece of the script into calls through the table, and gives functions their new names. Calls of
 * those that stand `apart` get the remark that the minifier must leave them so.
 */
function redirections(own: Node, numbers: ReadonlyMap<string, number>, apart: ReadonlySet<string>, renamed: ReadonlyMap<string, string>): Edit[] {
  const edits: Edit[] = [];
  const declared = own.type === "FunctionDeclaration" ? (own as FunctionDeclaration).id : undefined;
  const fresh = declared === undefined ? undefined : renamed.get(declared.name);
  if (declared !== undefined && fresh !== undefined) edits.push({ start: declared.start, end: declared.end, text: fresh });
  ancestor(own, {
    Identifier(node: Identifier, _state: unknown, ancestors: Node[]) {
      const parent = ancestors.at(-2);
      if (isCallee(node, parent) && apart.has(node.name)) edits.push({ start: node.start, end: node.start, text: "/*@__NOINLINE__*/" });
      const number = numbers.get(node.name);
      const table = isCallee(node, parent) ? overlayTable : callbackTable;
      const text = number === undefined ? renamed.get(node.name) : `${table}[${number}]`;
      if (text === undefined || !isReference(node, parent)) return;
      // A shorthand property has one node for its name and its value.
      const name = parent?.type === "Property" && (parent as Property).shorthand ? `${node.name}: ` : "";
      edits.push({ start: node.start, end: node.end, text: `${name}${text}` });
    },
  });
  return edits;
}
