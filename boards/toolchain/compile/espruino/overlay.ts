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
import type { CallExpression, FunctionDeclaration, Identifier, Node, Property } from "acorn";
import { ancestor } from "acorn-walk";
import { editedParts, newText, textOf } from "./edits";
import type { Edit, Part } from "./edits";
import { dominators, isCallee, isReference, readGraph, reach } from "./graph";
import type { FlatFunction, FlatGraph } from "./graph";

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
  /** Names of the overlays' functions by their number. */
  readonly overlays: readonly string[];
}

interface Plan {
  readonly graph: FlatGraph;
  /** Functions that stay in memory. */
  readonly resident: ReadonlySet<string>;
  /** Functions that stand inside a resident one, and exist only while it runs: by the function around them. */
  readonly nested: ReadonlyMap<string, readonly string[]>;
  /** Cold functions that something reaches, in the order of their numbers. */
  readonly overlays: readonly string[];
}

/** By the function around them. */
function byOwner(owners: ReadonlyMap<string, string>): Map<string, string[]> {
  const nested = new Map<string, string[]>();
  for (const [name, owner] of owners) nested.set(owner, [...(nested.get(owner) ?? []), name]);
  return nested;
}

function plan(graph: FlatGraph): Plan {
  const cold = (name: string): boolean => graph.functions.get(name)!.isCold;
  // A callback that only dead code hands around is none.
  const everything = reach(graph, graph.usedByRest, () => false);
  const callbacks = [...graph.values].filter((name) => !cold(name) && everything.has(name));
  const roots = new Set([...callbacks, ...[...graph.usedByRest].filter((name) => !cold(name))]);
  const hot = reach(graph, roots, cold);
  const shared = [...hot].filter((name) => isShared(graph, hot, everything, name));
  const kept = new Set([...roots, ...shared]);
  let owners = dominators(graph, hot, kept);
  // Each that stays changes what only one other leads to.
  for (let large = largeFunction(graph, owners); large !== undefined; large = largeFunction(graph, owners)) owners = dominators(graph, hot, kept.add(large));
  const nested = byOwner(owners);
  const resident = new Set([...hot].filter((name) => !owners.has(name)));
  shareOut(graph, { hot, roots: kept, owners, nested, resident });
  return { graph, resident, nested, overlays: [...everything].filter(cold) };
}

/** A function that is larger than this, with what stands inside it, is not put inside another: passing over text takes time. */
const NESTED_CHARS_MAX = 9000;

/** A nested function that should not be, and that holds none of the kind. */
function largeFunction(graph: FlatGraph, owners: ReadonlyMap<string, string>): string | undefined {
  const nested = byOwner(owners);
  let found: string | undefined;
  const measure = (name: string): number => {
    const { start, end } = graph.functions.get(name)!.node;
    const size = (nested.get(name) ?? []).reduce((sum, inner) => sum + measure(inner), end - start);
    if (size > NESTED_CHARS_MAX && owners.has(name)) found ??= name;
    return size;
  };
  for (const name of nested.keys()) if (!owners.has(name)) measure(name);
  return found;
}

/** More than this, with what it needs, is not copied into overlays. */
const SHARED_CHARS_MIN = 1500;

/** True for a hot function that cold ones call, and that is too large to be copied into their overlays. */
function isShared(graph: FlatGraph, hot: ReadonlySet<string>, everything: ReadonlySet<string>, name: string): boolean {
  const isCalledCold = [...everything].some((caller) => !hot.has(caller) && graph.functions.get(caller)!.uses.has(name));
  if (!isCalledCold) return false;
  const size = [...reach(graph, [name], (each) => !hot.has(each))].reduce((sum, each) => sum + graph.functions.get(each)!.node.end - graph.functions.get(each)!.node.start, 0);
  return size > SHARED_CHARS_MIN;
}

/** A function of at most so many characters is worth a copy in flash for the variables that it saves. */
const COPY_CHARS_MAX = 650;
/** Copies of one function. */
const COPIES_MAX = 6;

interface Layout {
  readonly hot: ReadonlySet<string>;
  readonly roots: ReadonlySet<string>;
  readonly owners: ReadonlyMap<string, string>;
  readonly nested: Map<string, string[]>;
  readonly resident: Set<string>;
}

/** Small functions that a few resident ones share are copied into each of them, and stay no longer themselves. */
function shareOut(graph: FlatGraph, { hot, roots, owners, nested, resident }: Layout): void {
  const homes = new Map<string, ReadonlySet<string>>();
  const top = (name: string): string => (owners.has(name) ? top(owners.get(name)!) : name);
  const callersOf = (name: string): string[] => [...hot].filter((other) => other !== name && graph.functions.get(other)!.uses.has(name));
  const homesOf = (name: string): ReadonlySet<string> => homes.get(top(name)) ?? new Set([top(name)]);
  for (let changed = true; changed; ) {
    changed = false;
    for (const name of resident) {
      const { node } = graph.functions.get(name)!;
      const wanted = new Set(callersOf(name).flatMap((caller) => [...homesOf(caller)]));
      if (roots.has(name) || wanted.has(name) || wanted.size > COPIES_MAX || node.end - node.start > COPY_CHARS_MAX) continue;
      homes.set(name, wanted);
      for (const home of wanted) nested.set(home, [name, ...(nested.get(home) ?? [])]);
      resident.delete(name);
      changed = true;
    }
  }
}

/** The functions that an overlay brings along: neither resident nor overlays themselves, those that others need first. */
function helpers({ graph, resident }: Plan, name: string): FlatFunction[] {
  const ordered: FlatFunction[] = [];
  const seen = new Set([name]);
  const visit = (each: string): void => {
    for (const next of graph.functions.get(each)!.uses) {
      const helper = graph.functions.get(next)!;
      if (seen.has(next) || resident.has(next) || helper.isCold) continue;
      seen.add(next);
      visit(next);
      ordered.push(helper);
    }
  };
  visit(name);
  return ordered;
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
function leaks({ graph, resident }: Plan, members: readonly FlatFunction[]): Leak[] {
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
      if (inside.has(name) && graph.values.has(name) && !resident.has(name) && !graph.functions.get(name)!.isCold) found.push({ offset: member.node.start, message: `The cold function ${member.name} hands out ${name}: mark ${name} as cold, too.` });
    }
  }
  return found;
}

export function splitScript(code: string): Split {
  const graph = readGraph(code);
  const planned = plan(graph);
  const numbers = new Map(planned.overlays.map((name, i) => [name, i]));
  const parts: Part[] = [];
  const problems: Leak[] = [];
  const nodeOf = (name: string): FunctionDeclaration => graph.functions.get(name)!.node;
  const copy = (node: Node, edits: readonly Edit[], start = node.start, end = node.end): void => {
    parts.push(...editedParts(edits, start, end), newText("\n"));
  };
  const copyNested = (name: string): void => {
    const node = nodeOf(name);
    copy(node, [], node.start, node.body.start + 1);
    (planned.nested.get(name) ?? []).forEach(copyNested);
    copy(node, redirections(node, numbers), node.body.start + 1);
  };
  for (const each of graph.functions.values()) if (planned.resident.has(each.name)) copyNested(each.name);
  for (const name of planned.overlays) {
    const entry = graph.functions.get(name)!;
    const { start, end, params, body } = entry.node;
    const inside = helpers(planned, name);
    problems.push(...leaks(planned, [entry, ...inside]));
    const parameters = params.map((each) => code.slice(each.start, each.end)).join(", ");
    parts.push({ start, end, text: `${overlayTable}[${numbers.get(name)}]=function(${parameters}){\n` });
    for (const { node } of inside) copy(node, redirections(node, numbers));
    const directive = body.body[0]!;
    copy(body, redirections(entry.node, numbers), directive.end, body.end - 1);
    parts.push({ start: end - 1, end, text: "};\n" });
  }
  // Values at the top may call functions, and Espruino hoists none.
  for (const node of graph.rest) copy(node, redirections(node, numbers));
  return { code: textOf(code, parts), parts, problems, overlays: planned.overlays };
}

/** Turns calls of cold functions in a piece of the script into calls through the table. */
function redirections(own: Node, numbers: ReadonlyMap<string, number>): Edit[] {
  const edits: Edit[] = [];
  ancestor(own, {
    Identifier(node: Identifier, _state: unknown, ancestors: Node[]) {
      const parent = ancestors.at(-2);
      const number = isReference(node, parent) ? numbers.get(node.name) : undefined;
      if (number === undefined) return;
      const table = isCallee(node, parent) ? overlayTable : callbackTable;
      // A shorthand property has one node for its name and its value.
      const name = parent?.type === "Property" && (parent as Property).shorthand ? `${node.name}: ` : "";
      edits.push({ start: node.start, end: node.end, text: `${name}${table}[${number}]` });
    },
  });
  return edits;
}
