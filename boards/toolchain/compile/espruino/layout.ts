/**
 * What stays in memory, and what stands inside what. A resident function costs variables for as long as the device runs; one that
 * stands inside another costs them while that one runs, and its text in each that needs it (docs/MEMORY.md).
 */
import { charsOf, dominators, reach } from "./graph";
import type { FlatGraph } from "./graph";
import { groupOverlays } from "./groups";
import type { Group } from "./groups";

/** What stands inside a resident or a file of overlays: by the function around it, "" for the file. */
export type Nesting = ReadonlyMap<string, readonly string[]>;

export interface Layout {
  readonly residents: ReadonlySet<string>;
  readonly groups: readonly Group[];
  /** What stands inside residents, by their names. */
  readonly nested: ReadonlyMap<string, Nesting>;
}

/**
 * A function that stays in memory costs 4 variables, so it must save so many characters, about 840 after they are minified. Reckoned
 * for the MQTT device: 1,000 takes 28 variables more and leaves 47.2 KB in place of 50.5, 1,500 takes 16 more and leaves 48.6.
 */
const RESIDENT_CHARS = 2000;

/** What functions need beside themselves, residents and overlays left out. */
function helpersOf(graph: FlatGraph, names: readonly string[], residents: ReadonlySet<string>): Set<string> {
  const found = reach(graph, names, (name) => residents.has(name) || graph.functions.get(name)!.isCold);
  for (const name of names) found.delete(name);
  return found;
}

/** Helpers, each inside the innermost function without which none of the roots leads to it. */
export function nest(graph: FlatGraph, roots: readonly string[], helpers: ReadonlySet<string>): Nesting {
  const owners = dominators(graph, new Set([...roots, ...helpers]), new Set(roots));
  const nested = new Map<string, string[]>();
  for (const name of helpers) {
    const owner = owners.get(name) ?? "";
    nested.set(owner, [...(nested.get(owner) ?? []), name]);
  }
  return nested;
}

/** Adds to the residents, or takes from them, what lowers the cost most, until nothing does. */
function improve(residents: Set<string>, candidates: readonly string[], costOf: () => number): void {
  const toggle = (name: string): boolean => residents.delete(name) || residents.add(name).has(name);
  for (let least = costOf(), best: string | undefined = ""; best !== undefined; ) {
    best = undefined;
    for (const name of candidates) {
      toggle(name);
      const cost = costOf();
      toggle(name);
      if (cost >= least) continue;
      least = cost;
      best = name;
    }
    if (best !== undefined) toggle(best);
  }
}

export function layOut(graph: FlatGraph): Layout {
  const isCold = (name: string): boolean => graph.functions.get(name)!.isCold;
  // A callback that only dead code hands around is none.
  const everything = reach(graph, graph.usedByRest, () => false);
  const overlays = [...everything].filter(isCold);
  const residents = new Set([...graph.values, ...graph.usedByRest].filter((name) => !isCold(name) && everything.has(name)));
  for (const name of reach(graph, residents, isCold)) if (graph.functions.get(name)!.mark === "apart") residents.add(name);
  const candidates = [...reach(graph, residents, isCold)].filter((name) => !residents.has(name));
  const inside = (names: readonly string[]): Set<string> => helpersOf(graph, names, residents);
  const group = (): Group[] => groupOverlays(graph, overlays, (name) => inside([name]));
  const groups = group();
  improve(residents, candidates, () => {
    const ofResidents = [...residents].reduce((sum, name) => sum + charsOf(graph, [name, ...inside([name])]) + RESIDENT_CHARS, 0);
    return groups.reduce((sum, { members }) => sum + charsOf(graph, inside(members)), ofResidents);
  });
  return { residents, groups: group(), nested: new Map([...residents].map((name) => [name, nest(graph, [name], inside([name]))])) };
}
