/**
 * What apps do with text in the wider dialect: the build lowers `text.slice(1)` to `sliceText(text, 1)`, and so on. Each does
 * what JavaScript's own method does; case and blanks are those of ASCII, since text on a device is UTF-8 bytes.
 */
import { at, chr, sub } from "./intrinsics";
import { place } from "./app-support-list";
import { numberText } from "./app-support-number";

/** A value that has a text. */
type Plain = string | number | boolean | undefined;

/** The text of a value, as JavaScript's templates show it. */
export function textOf(value: Plain): string {
  if (value === undefined) return "undefined";
  if (value === true) return "true";
  if (value === false) return "false";
  return typeof value === "number" ? numberText(value) : value;
}

/** The texts of a list's items, with `separator` between them. */
export function joinTexts(list: readonly (string | number | boolean)[], separator: string): string {
  let text = "";
  for (let i = 0; i < list.length; i += 1) text += (i === 0 ? "" : separator) + textOf(list[i]);
  return text;
}

/** True when `wanted` stands in `text` at index `i`, which is 0 or more. */
function standsAt(text: string, wanted: string, i: number): boolean {
  return i + wanted.length <= text.length && sub(text, i, i + wanted.length) === wanted;
}

/** The index of the first `wanted` from `from` on, or -1. */
export function placeInText(text: string, wanted: string, from?: number): number {
  const first = from !== undefined && from < 0 ? 0 : place(from, text.length, 0);
  for (let i = first; i + wanted.length <= text.length; i += 1) {
    if (standsAt(text, wanted, i)) return i;
  }
  return -1;
}

export function lastPlaceInText(text: string, wanted: string): number {
  for (let i = text.length - wanted.length; i >= 0; i -= 1) {
    if (standsAt(text, wanted, i)) return i;
  }
  return -1;
}

export function hasText(text: string, wanted: string): boolean {
  return placeInText(text, wanted) >= 0;
}

export function startsWithText(text: string, wanted: string): boolean {
  return standsAt(text, wanted, 0);
}

export function endsWithText(text: string, wanted: string): boolean {
  return wanted.length <= text.length && standsAt(text, wanted, text.length - wanted.length);
}

export function sliceText(text: string, start?: number, end?: number): string {
  const first = place(start, text.length, 0);
  const last = place(end, text.length, text.length);
  return first < last ? sub(text, first, last) : "";
}

/** JavaScript's substring: negative is 0, and the smaller of the two comes first. */
export function substringText(text: string, start: number, end?: number): string {
  const a = start > 0 ? place(start, text.length, 0) : 0;
  const b = end === undefined ? text.length : end > 0 ? place(end, text.length, 0) : 0;
  return sub(text, Math.min(a, b), Math.max(a, b));
}

/** The one-byte text at `index`, or undefined outside. */
export function byteOf(text: string, index: number): string | undefined {
  return index >= 0 && index < text.length && Math.floor(index) === index ? sub(text, Math.floor(index), Math.floor(index) + 1) : undefined;
}

/** The same, counted from the end when negative. */
export function byteAt(text: string, index: number): string | undefined {
  return byteOf(text, index < 0 ? text.length + index : index);
}

/** The one-byte text at `index`, or the empty one outside. */
export function charOf(text: string, index: number): string {
  return byteOf(text, index) ?? "";
}

/** The byte at `index`; not a number outside. */
export function codeOf(text: string, index: number): number {
  const nothing = 0;
  return index >= 0 && index < text.length ? at(text, Math.floor(index)) : nothing / nothing;
}

/** The bytes of a text, each as a text. */
export function bytesOf(text: string): string[] {
  const bytes: string[] = [];
  for (let i = 0; i < text.length; i += 1) bytes.push(sub(text, i, i + 1));
  return bytes;
}

export function splitText(text: string, separator: string): string[] {
  if (separator === "") return bytesOf(text);
  const parts: string[] = [];
  let start = 0;
  let found = placeInText(text, separator);
  while (found >= 0) {
    parts.push(sub(text, start, found));
    start = found + separator.length;
    found = placeInText(text, separator, start);
  }
  parts.push(sub(text, start, text.length));
  return parts;
}

export function repeatText(text: string, count: number): string {
  let all = "";
  for (let i = 1; i <= count; i += 1) all += text;
  return all;
}

/** What stands in front of `text`, or behind it, to make it `length` bytes long. */
function padding(text: string, length: number, filler: string): string {
  let all = "";
  while (filler.length > 0 && all.length < length - text.length) all += filler;
  return sub(all, 0, Math.max(Math.min(length - text.length, all.length), 0));
}

export function padStartText(text: string, length: number, filler?: string): string {
  return padding(text, Math.floor(length), filler ?? " ") + text;
}

export function padEndText(text: string, length: number, filler?: string): string {
  return text + padding(text, Math.floor(length), filler ?? " ");
}

function isBlank(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

export function trimStartText(text: string): string {
  let start = 0;
  while (start < text.length && isBlank(at(text, start))) start += 1;
  return sub(text, start, text.length);
}

export function trimEndText(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(at(text, end - 1))) end -= 1;
  return sub(text, 0, end);
}

export function trimText(text: string): string {
  return trimEndText(trimStartText(text));
}

/** The text with the letters from `first` on, 26 of them, moved by `by`. */
function shiftLetters(text: string, first: number, by: number): string {
  let all = "";
  for (let i = 0; i < text.length; i += 1) {
    const byte = at(text, i);
    all += byte >= first && byte < first + 26 ? chr(byte + by) : sub(text, i, i + 1);
  }
  return all;
}

export function upperText(text: string): string {
  return shiftLetters(text, 97, -32);
}

export function lowerText(text: string): string {
  return shiftLetters(text, 65, 32);
}

/** The text with the first `wanted` replaced; `by` is taken as it is. */
export function replaceText(text: string, wanted: string, by: string): string {
  const found = placeInText(text, wanted);
  return found < 0 ? text : sub(text, 0, found) + by + sub(text, found + wanted.length, text.length);
}

/** The text with every `wanted` replaced, which is not empty; `by` is taken as it is. */
export function replaceAllText(text: string, wanted: string, by: string): string {
  const parts = splitText(text, wanted);
  return parts.join(by);
}
