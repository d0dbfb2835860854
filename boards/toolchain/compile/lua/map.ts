/** From printed Lua back to TypeScript: the source map, the size of each module, and the place of an offset. */
import type { ModuleSize } from "../../../../sim/engines/image";
import type { Printed } from "./print";
import type { Place } from "./tree";
import type { Mark } from "./writer";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A number as a source map writes it: base64 digits of five bits, sign last, least significant first. */
function digits(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let text = "";
  do {
    const digit = rest % 32;
    rest = Math.floor(rest / 32);
    text += DIGITS[rest > 0 ? digit + 32 : digit]!;
  } while (rest > 0);
  return text;
}

/** Offsets at which lines begin. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

/** The source map (version 3, JSON) of a printed file. Sources are paths from the root. */
export function sourceMap({ text, marks }: Printed, file: string): string {
  const starts = lineStarts(text);
  const sources: string[] = [];
  const lines: string[] = [];
  let at = { source: 0, line: 0, column: 0 };
  let next = 0;
  for (let line = 0; line < starts.length; line += 1) {
    const end = starts[line + 1] ?? text.length;
    const segments: string[] = [];
    let column = 0;
    for (let mark = marks[next]; mark !== undefined && mark.offset < end; next += 1, mark = marks[next]) {
      let source = sources.indexOf(mark.at.module);
      if (source < 0) source = sources.push(mark.at.module) - 1;
      const place = mark.offset - starts[line]!;
      segments.push(digits(place - column) + digits(source - at.source) + digits(mark.at.line - at.line) + digits(mark.at.column - at.column));
      column = place;
      at = { source, line: mark.at.line, column: mark.at.column };
    }
    lines.push(segments.join(","));
  }
  return JSON.stringify({ version: 3, file, sources, names: [], mappings: lines.join(";") });
}

/** Bytes by module, largest first; together they are the whole file. */
export function moduleSizes({ text, marks }: Printed): ModuleSize[] {
  const sizes = new Map<string, number>();
  marks.forEach((mark, i) => {
    const start = i === 0 ? 0 : mark.offset;
    const end = marks[i + 1]?.offset ?? text.length;
    sizes.set(mark.at.module, (sizes.get(mark.at.module) ?? 0) + end - start);
  });
  return [...sizes].map(([path, bytes]) => ({ path, bytes })).sort((a, b) => b.bytes - a.bytes);
}

/** The place that the text at an offset comes from. */
export function placeOf(marks: readonly Mark[], offset: number): Place | undefined {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (marks[middle]!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  return marks[low - 1]?.at;
}
