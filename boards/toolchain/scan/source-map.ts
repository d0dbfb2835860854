/** Reads a source map (version 3): from a place in emitted code to the place in the source that it came from. */

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

interface Segment {
  readonly column: number;
  /** -1 for text that comes from nowhere. */
  readonly source: number;
  readonly line: number;
  readonly sourceColumn: number;
}

/** The numbers of one segment: base 64, five bits a digit, the lowest bit the sign. */
function decode(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let scale = 1;
  for (const char of text) {
    const digit = digits.indexOf(char);
    value += (digit % 32) * scale;
    if (digit >= 32) {
      scale *= 32;
      continue;
    }
    numbers.push(value % 2 === 0 ? value / 2 : -(value - 1) / 2);
    value = 0;
    scale = 1;
  }
  return numbers;
}

function readLines(mappings: string): Segment[][] {
  let source = 0;
  let line = 0;
  let sourceColumn = 0;
  return mappings.split(";").map((text) => {
    let column = 0;
    return text.split(",").flatMap((segment) => {
      const numbers = decode(segment);
      if (numbers.length === 0) return [];
      column += numbers[0]!;
      // Text from nowhere ends what stands before it.
      if (numbers.length < 4) return [{ column, source: -1, line: 0, sourceColumn: 0 }];
      source += numbers[1]!;
      line += numbers[2]!;
      sourceColumn += numbers[3]!;
      return [{ column, source, line, sourceColumn }];
    });
  });
}

/** A source map that was read. */
export interface SourceMap {
  /** How many lines the emitted code has. */
  readonly lines: number;
  /** Where a place of the emitted code (line from 1, column from 0) came from, or undefined where the map has nothing. */
  at(line: number, column: number): Place | undefined;
  /** All that a line of the emitted code came from, each line of a source once, in the order of the columns. */
  of(line: number): readonly Place[];
}

export function openSourceMap(json: string): SourceMap {
  const map = JSON.parse(json) as { sources: string[]; sourceRoot?: string; mappings: string };
  const lines = readLines(map.mappings);
  const placeOf = (found: Segment | undefined): Place | undefined => {
    const file = found === undefined ? undefined : map.sources[found.source];
    if (found === undefined || file === undefined) return undefined;
    return { file: (map.sourceRoot ?? "") + file, line: found.line + 1, column: found.sourceColumn + 1 };
  };
  return {
    lines: lines.length,
    at: (line, column) => {
      const segments = lines[line - 1] ?? [];
      return placeOf(segments.findLast((segment) => segment.column <= column) ?? segments[0]);
    },
    of: (line) => {
      const places = (lines[line - 1] ?? []).flatMap((segment) => placeOf(segment) ?? []);
      return places.filter((place, i) => places.findIndex((each) => each.file === place.file && each.line === place.line) === i);
    },
  };
}

/** Answers where a place of the emitted code (line from 1, column from 0) came from, or undefined where the map has nothing. */
export function readSourceMap(json: string): SourceMap["at"] {
  return openSourceMap(json).at;
}
