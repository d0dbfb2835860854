/**
 * Which overlays share a file. Each overlay brings its helpers along; in one file they stand once, and overlays call each other
 * directly. Reading a file takes time and its functions take variables while one of them runs, so a file has limits.
 */
import { charsOf } from "./graph";
import type { FlatGraph } from "./graph";

/** The overlays of a file, in the order of their places, and the helpers that they need. */
export interface Group {
  readonly members: readonly string[];
  readonly helpers: ReadonlySet<string>;
}

/**
 * Characters and functions of a file; after they are minified, 12,000 characters are 4 to 5 KB. Measured on the MQTT device before
 * residents were chosen anew: files of one overlay each 64.9 KB, of 6,000 characters 56.8, of 12,000 53.7, of 25,000 53.0.
 */
const GROUP_CHARS_MAX = 12000;
const GROUP_FUNCTIONS_MAX = 40;
/** What a file takes beside its text: its header in the file system, and the function around its own. */
const FILE_CHARS = 160;

interface Candidate extends Group {
  readonly inside: ReadonlySet<string>;
  readonly chars: number;
}

/** The two whose union saves most within the limits. */
function bestPair(groups: readonly Candidate[], union: (one: Candidate, other: Candidate) => Candidate): { readonly one: Candidate; readonly other: Candidate; readonly both: Candidate } | undefined {
  let best: ReturnType<typeof bestPair>;
  let most = 0;
  for (const [i, one] of groups.entries()) {
    for (const other of groups.slice(i + 1)) {
      const both = union(one, other);
      const saved = one.chars + other.chars + FILE_CHARS - both.chars;
      if (both.chars > GROUP_CHARS_MAX || both.inside.size > GROUP_FUNCTIONS_MAX || saved <= most) continue;
      best = { one, other, both };
      most = saved;
    }
  }
  return best;
}

/** Puts together the two groups that save most, again and again. `helpersOf` are those of one overlay. */
export function groupOverlays(graph: FlatGraph, overlays: readonly string[], helpersOf: (name: string) => ReadonlySet<string>): Group[] {
  const candidate = (members: readonly string[], helpers: ReadonlySet<string>): Candidate => {
    const inside = new Set([...members, ...helpers]);
    return { members, helpers, inside, chars: charsOf(graph, inside) };
  };
  const union = (one: Candidate, other: Candidate): Candidate => candidate([...one.members, ...other.members], new Set([...one.helpers, ...other.helpers]));
  let groups = overlays.map((name) => candidate([name], helpersOf(name)));
  for (let best = bestPair(groups, union); best !== undefined; best = bestPair(groups, union)) {
    const { one, other, both } = best;
    groups = groups.filter((each) => each !== other).map((each) => (each === one ? both : each));
  }
  return groups;
}
