/**
 * What stays in memory, and what stands inside what. A resident function costs variables for as long as the device runs; one that
 * stands inside another costs them while that one runs, and its text in each that needs it (docs/MEMORY.md).
 */
import { charsOf, dominators, reach } from "./graph";
import type { FlatGraph } from "./graph";

/** What stands inside what: by the function around it, "" for none. */
export type Nesting = ReadonlyMap<string, readonly string[]>;

export interface Layout {
  readonly residents: ReadonlySet<string>;
  /** What stands inside residents, by their names. */
  readonly nested: ReadonlyMap<string, Nesting>;
  /** Cold functions, in the order of their numbers. */
  readonly overlays: readonly string[];
  /** What overlays need. What stands in none of them, several share. */
  readonly needed: Nesting;
}

/**
 * A function that stays in memory costs 4 variables, so it must save so many characters, about 840 after they are minified. Reckoned
 * for the MQTT device: 1,000 takes 28 variables more and leaves 47.2 KB in place of 50.5, 1,500 takes 16 more and leaves 48.6.
 */
const RESIDENT_CHARS = 2000;

/**
 * A longer cold function does not stand inside another, for which all that it needs would be read as well. Of the MQTT device, with 150
 * characters: 51.2 KB and 754 variables at the peak; with 600, 50.5 and 793; with no limit, 50.4 and 917.
 */
const INNER_CHARS = 600;

/** What functions need beside themselves, residents and overlays left out. */
function helpersOf(graph: FlatGraph, names: readonly string[], isApart: (name: string) => boolean): Set<string> {
  const found = reach(graph, names, isApart);
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

/**
 * The cold functions that are read by themselves: those that what stays in memory calls, those that are handed around, those that
 * several others call, and long ones. Each of the rest is called by one of them alone, and stands inside it.
 */
function overlaysOf(graph: FlatGraph, cold: readonly string[], residents: ReadonlySet<string>): string[] {
  const isCold = (name: string): boolean => graph.functions.get(name)!.isCold;
  const warm = reach(graph, residents, isCold);
  const called = new Set([...graph.usedByRest, ...[...warm].flatMap((name) => [...graph.functions.get(name)!.uses])]);
  const entries = cold.filter((name) => called.has(name) || graph.values.has(name));
  const owners = dominators(graph, reach(graph, entries, (name) => residents.has(name)), new Set(entries));
  return cold.filter((name) => !owners.has(name) || graph.functions.get(name)!.mark === "rare" || charsOf(graph, [name]) > INNER_CHARS);
}

export function layOut(graph: FlatGraph): Layout {
  const isCold = (name: string): boolean => graph.functions.get(name)!.isCold;
  // A callback that only dead code hands around is none.
  const everything = reach(graph, graph.usedByRest, () => false);
  const residents = new Set([...graph.values, ...graph.usedByRest].filter((name) => !isCold(name) && everything.has(name)));
  for (const name of reach(graph, residents, isCold)) if (graph.functions.get(name)!.mark === "apart") residents.add(name);
  const candidates = [...reach(graph, residents, isCold)].filter((name) => !residents.has(name));
  const overlays = overlaysOf(graph, [...graph.functions.keys()].filter((name) => everything.has(name) && isCold(name)), residents);
  const inside = (names: readonly string[]): Set<string> => helpersOf(graph, names, (name) => residents.has(name) || overlays.includes(name));
  const everyOverlay = charsOf(graph, overlays);
  improve(residents, candidates, () => {
    const ofResidents = [...residents].reduce((sum, name) => sum + charsOf(graph, [name, ...inside([name])]) + RESIDENT_CHARS, 0);
    return ofResidents + everyOverlay + charsOf(graph, inside(overlays));
  });
  const nested = new Map([...residents].map((name) => [name, nest(graph, [name], inside([name]))]));
  return { residents, nested, overlays, needed: nest(graph, overlays, inside(overlays)) };
}
