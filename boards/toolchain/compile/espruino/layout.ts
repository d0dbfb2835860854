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

/** What some roots need, at what cost, and where the search for it ended. */
interface Reached {
  readonly chars: number;
  readonly names: ReadonlySet<string>;
  /** Residents and overlays that these name. */
  readonly ends: ReadonlySet<string>;
}

/** What a layout costs, for residents that change one by one: only what a change touches is reckoned anew. */
class Cost {
  private readonly ofResidents = new Map<string, Reached>();
  private ofOverlays: Reached;

  constructor(private readonly graph: FlatGraph, private readonly residents: Set<string>, private readonly overlays: ReadonlySet<string>) {
    for (const name of residents) this.ofResidents.set(name, this.reached([name]));
    this.ofOverlays = this.reached(overlays);
  }

  private reached(roots: Iterable<string>): Reached {
    const ends = new Set<string>();
    const names = reach(this.graph, roots, (name) => {
      const isEnd = this.residents.has(name) || this.overlays.has(name);
      if (isEnd) ends.add(name);
      return isEnd;
    });
    return { chars: charsOf(this.graph, names), names, ends };
  }

  private toggle(name: string): void {
    if (!this.residents.delete(name)) this.residents.add(name);
  }

  /** The characters of it all, with a name changed that stays in memory or does not. */
  with(name: string): number {
    const touched = ({ names, ends }: Reached): boolean => names.has(name) || ends.has(name);
    this.toggle(name);
    let sum = (touched(this.ofOverlays) ? this.reached(this.overlays) : this.ofOverlays).chars;
    for (const each of this.residents) {
      const known = this.ofResidents.get(each);
      sum += (known === undefined || touched(known) ? this.reached([each]) : known).chars + RESIDENT_CHARS;
    }
    this.toggle(name);
    return sum;
  }

  /** The characters of it all. */
  now(): number {
    return [...this.ofResidents.values()].reduce((sum, { chars }) => sum + chars + RESIDENT_CHARS, this.ofOverlays.chars);
  }

  change(name: string): void {
    this.toggle(name);
    this.ofResidents.clear();
    for (const each of this.residents) this.ofResidents.set(each, this.reached([each]));
    this.ofOverlays = this.reached(this.overlays);
  }
}

/** Adds to the residents, or takes from them, what lowers the cost most, until nothing does. */
function improve(cost: Cost, candidates: readonly string[]): void {
  for (let least = cost.now(), best: string | undefined = ""; best !== undefined; ) {
    best = undefined;
    for (const name of candidates) {
      const changed = cost.with(name);
      if (changed >= least) continue;
      least = changed;
      best = name;
    }
    if (best !== undefined) cost.change(best);
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
  for (const name of everything) if (graph.functions.get(name)!.mark === "apart") residents.add(name);
  const candidates = [...reach(graph, residents, isCold)].filter((name) => !residents.has(name));
  const overlays = overlaysOf(graph, [...graph.functions.keys()].filter((name) => everything.has(name) && isCold(name)), residents);
  const inside = (names: readonly string[]): Set<string> => helpersOf(graph, names, (name) => residents.has(name) || overlays.includes(name));
  improve(new Cost(graph, residents, new Set(overlays)), candidates);
  const nested = new Map([...residents].map((name) => [name, nest(graph, [name], inside([name]))]));
  return { residents, nested, overlays, needed: nest(graph, overlays, inside(overlays)) };
}
