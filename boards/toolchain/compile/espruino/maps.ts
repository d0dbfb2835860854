/** Source maps that stay exact while a script is taken apart and put together. Positions in maps are from 0. */
import remapping from "@jridgewell/remapping";
import { editedParts, textOf } from "./edits";
import type { Edit, Part } from "./edits";

/** A script with its way back to the sources. */
export interface Script {
  readonly code: string;
  /** Source map, version 3, JSON. */
  readonly map: string;
}

/** [column] for text from nowhere, or [column, source, line, column]. */
type Segment = readonly number[];

/** A decoded map: for each line its segments. */
interface DecodedMap {
  readonly sources: readonly (string | null)[];
  readonly mappings: readonly (readonly Segment[])[];
}

function decode(map: string | EncodedFrom): DecodedMap {
  return remapping(map, () => null, { decodedMappings: true }) as unknown as DecodedMap;
}

/** A map in the form that the decoder takes besides text. */
interface EncodedFrom {
  readonly version: 3;
  names: string[];
  sources: (string | null)[];
  mappings: never;
}

/** A script whose map is written out when somebody asks for it: most are changed again first. */
class Rewritten implements Script {
  private written: string | undefined;

  constructor(readonly code: string, private readonly from: EncodedFrom) {}

  get map(): string {
    this.written ??= remapping(this.from, () => null).toString();
    return this.written;
  }

  /** The same map, decoded. */
  decoded(): DecodedMap {
    return decode(this.from);
  }
}

function decodedOf(script: Script): DecodedMap {
  return script instanceof Rewritten ? script.decoded() : decode(script.map);
}

/** Offsets at which lines begin. */
function lineStarts(code: string): number[] {
  const starts = [0];
  for (let i = code.indexOf("\n"); i >= 0; i = code.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

/** The last place in a sorted list at which `isBefore` holds, or -1. */
function lastBefore<T>(list: readonly T[], isBefore: (each: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isBefore(list[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The segments of a map by the offset in the script at which they begin, in order. */
function byOffset(code: string, { mappings }: DecodedMap): { offset: number; to: Segment }[] {
  const starts = lineStarts(code);
  return mappings.flatMap((line, i) => line.map(([column, ...to]) => ({ offset: starts[i]! + column!, to })));
}

interface Known {
  readonly sources: DecodedMap["sources"];
  readonly segments: readonly { readonly offset: number; readonly to: Segment }[];
}

/** Many files are cut from one script, whose map is decoded once. */
const decodedScripts = new WeakMap<Script, Known>();

function knownOf(script: Script): Known {
  let known = decodedScripts.get(script);
  if (known === undefined) {
    const decoded = decodedOf(script);
    known = { sources: decoded.sources, segments: byOffset(script.code, decoded) };
    decodedScripts.set(script, known);
  }
  return known;
}

/** The script that the parts make, and its map: each piece leads to where it came from, new text to where its piece began. */
export function rewrite(script: Script, parts: readonly Part[]): Script {
  const { code } = script;
  const { sources, segments: known } = knownOf(script);
  const text = textOf(code, parts);
  const starts = lineStarts(text);
  const mappings: Segment[][] = starts.map(() => []);
  const add = (offset: number, to: Segment): void => {
    const line = lastBefore(starts, (start) => start <= offset);
    mappings[line]!.push([offset - starts[line]!, ...to]);
  };
  let at = 0;
  for (const { start, end, text: fresh } of parts) {
    const length = fresh?.length ?? end - start;
    if (length === 0) continue;
    let next = lastBefore(known, ({ offset }) => offset <= start);
    // A segment goes on to the next one, not over the end of its line.
    const first = start < 0 ? undefined : known[next];
    add(at, first === undefined || code.slice(first.offset, start).includes("\n") ? [] : first.to);
    for (next += 1; fresh === undefined && next < known.length && known[next]!.offset < end; next += 1) add(at + known[next]!.offset - start, known[next]!.to);
    at += length;
  }
  return new Rewritten(text, { version: 3, names: [], sources: [...sources], mappings: mappings as never });
}

/** The line, from 1, and the column of an offset. */
export function lineAndColumn(code: string, offset: number): [number, number] {
  const start = code.lastIndexOf("\n", offset - 1) + 1;
  return [code.slice(0, start).split("\n").length, offset - start];
}

/** The script with edits that do not overlap. */
export function rewriteEdits(script: Script, edits: readonly Edit[]): Script {
  return edits.length === 0 ? script : rewrite(script, editedParts(edits, 0, script.code.length));
}

/** How many characters of a script come from each source; "" for those from none. A line's end belongs to what stands before it. */
export function countBySource(script: Script): Map<string, number> {
  const { code } = script;
  const { sources, segments } = knownOf(script);
  const counts = new Map<string, number>();
  let source = "";
  let from = 0;
  for (const { offset, to } of [...segments, { offset: code.length, to: [] }]) {
    counts.set(source, (counts.get(source) ?? 0) + offset - from);
    source = to.length === 0 ? "" : (sources[to[0]!] ?? "");
    from = offset;
  }
  return counts;
}
