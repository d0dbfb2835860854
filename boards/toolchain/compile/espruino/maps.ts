/** Source maps: by line, composed, cut to a piece, and counted by module. Positions in maps are from 0. */
import remapping from "@jridgewell/remapping";

/** A decoded map: for each line its segments, [column, source, line, column]. */
interface DecodedMap {
  readonly sources: readonly (string | null)[];
  readonly mappings: readonly (readonly (readonly number[])[])[];
}

function decode(map: string): DecodedMap {
  return remapping(map, () => null, { decodedMappings: true }) as unknown as DecodedMap;
}

function encode(sources: readonly (string | null)[], mappings: readonly (readonly (readonly number[])[])[]): string {
  return remapping({ version: 3, names: [], sources: [...sources], mappings: mappings as never }, () => null).toString();
}

/** The map of a script whose lines come from lines of another: for each line the line and column there, or -1. */
export function lineMap(lines: readonly (readonly [number, number])[]): string {
  return encode(["script"], lines.map(([line, column]) => (line < 0 ? [] : [[0, 0, line, column]])));
}

/** From the last script to the first sources, through both. */
export function compose(last: string, first: string): string {
  let isFirst = true;
  return remapping(last, () => {
    const map = isFirst ? first : null;
    isFirst = false;
    return map;
  }).toString();
}

/** A piece of a script of one line: the characters from `start` up to `end`, after which `shift` others stand in front. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly shift: number;
}

/** The map of a script that is made of pieces of another, both of one line. */
export function cutMap(map: string, pieces: readonly Piece[]): string {
  const { sources, mappings } = decode(map);
  const line = mappings[0] ?? [];
  const segments = pieces.flatMap(({ start, end, shift }) => line.filter(([column]) => column! >= start && column! < end).map(([column, ...rest]) => [column! - start + shift, ...rest]));
  return encode(sources, [segments]);
}

/** How many characters of a script of one line come from each source; "" for those from none. */
export function countBySource(map: string, length: number): Map<string, number> {
  const { sources, mappings } = decode(map);
  const segments = mappings[0] ?? [];
  const counts = new Map<string, number>();
  let source = "";
  let from = 0;
  for (const [column, index] of [...segments, [length]]) {
    counts.set(source, (counts.get(source) ?? 0) + column! - from);
    source = index === undefined ? "" : (sources[index] ?? "");
    from = column!;
  }
  return counts;
}
