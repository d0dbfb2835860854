/** The index of a file of pieces: its first statement, a text that says where each piece begins and where the last one ends. */
import type { Edit } from "./edits";

/** Offsets stand in it as so many digits each, counted from here, so that they all have as many. */
export const OFFSET_DIGITS = 5;
export const OFFSET_BASE = 10000;
const OFFSET_MAX = 99999 - OFFSET_BASE;

const digitsOf = (offsets: readonly number[]): string => offsets.map((offset) => offset + OFFSET_BASE).join("");

/** The index of pieces of those lengths, which stand behind it. */
export function indexText(lengths: readonly number[]): string {
  let at = `"";`.length + OFFSET_DIGITS * (lengths.length + 1);
  const offsets = [at, ...lengths.map((length) => (at += length))];
  if (at > OFFSET_MAX) throw new Error(`The rarely run part of the program takes ${at} characters, and ${OFFSET_MAX} are the most: leave out what is not needed.`);
  return `"${digitsOf(offsets)}";`;
}

/** The edit that makes the index of a file right for what other edits, behind it, leave of its pieces. */
export function movedIndex(code: string, edits: readonly Edit[]): Edit {
  const digits = /^"(\d+)"/.exec(code)![1]!;
  const offsets = digits.match(new RegExp(`\\d{${OFFSET_DIGITS}}`, "g"))!.map((each) => Number(each) - OFFSET_BASE);
  const moved = offsets.map((offset) => edits.reduce((sum, { start, end, text }) => (end <= offset ? sum + text.length - (end - start) : sum), offset));
  return { start: 1, end: 1 + digits.length, text: digitsOf(moved) };
}
