/** Changes to a text, by offset, as parts that say where each piece of the new text comes from. */

/** A piece of the old text from `start` up to `end`; or, with a text, new text that stands for that piece. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly text?: string;
}

export interface Edit {
  readonly start: number;
  readonly end: number;
  /** What stands in place of the piece: new text, or parts. */
  readonly text: string | readonly Part[];
}

/** Text that stands for nothing of the old. */
export function newText(text: string): Part {
  return { start: -1, end: -1, text };
}

/** The parts of what is between `from` and `to`, with those edits applied that lie there. Edits do not overlap. */
export function editedParts(edits: readonly Edit[], from: number, to: number): Part[] {
  const parts: Part[] = [];
  let at = from;
  const inside = edits.filter(({ start, end }) => start >= from && end <= to);
  for (const { start, end, text } of inside.sort((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push({ start: at, end: start }, ...(typeof text === "string" ? [{ start, end, text }] : text));
    at = end;
  }
  return [...parts, { start: at, end: to }];
}

export function textOf(code: string, parts: readonly Part[]): string {
  return parts.map(({ start, end, text }) => text ?? code.slice(start, end)).join("");
}

/** Applies edits that do not overlap. */
export function applyEdits(code: string, edits: readonly Edit[]): string {
  return textOf(code, editedParts(edits, 0, code.length));
}
