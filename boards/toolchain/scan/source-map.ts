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
      if (numbers.length < 4) return [];
      source += numbers[1]!;
      line += numbers[2]!;
      sourceColumn += numbers[3]!;
      return [{ column, source, line, sourceColumn }];
    });
  });
}

/** Answers where a place of the emitted code (line from 1, column from 0) came from, or undefined where the map has nothing. */
export function readSourceMap(json: string): (line: number, column: number) => Place | undefined {
  const map = JSON.parse(json) as { sources: string[]; sourceRoot?: string; mappings: string };
  const lines = readLines(map.mappings);
  return (line, column) => {
    const segments = lines[line - 1] ?? [];
    const found = segments.findLast((segment) => segment.column <= column) ?? segments[0];
    const file = found === undefined ? undefined : map.sources[found.source];
    if (found === undefined || file === undefined) return undefined;
    return { file: (map.sourceRoot ?? "") + file, line: found.line + 1, column: found.sourceColumn + 1 };
  };
}
