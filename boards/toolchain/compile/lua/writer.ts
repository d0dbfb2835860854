/**
 * Text as Lua reads it: tokens with a blank only where two would run together, string literals, and the places that the
 * pieces of the text come from.
 */
import type { Place } from "./tree";

/** From this offset on, up to the next mark, the text comes from that place. */
export interface Mark {
  readonly offset: number;
  readonly at: Place;
}

const keywords = new Set("and break do else elseif end false for function goto if in local nil not or repeat return then true until while".split(" "));

/** A string literal: bytes that Lua source cannot hold as they are become decimal escapes. */
export function quote(value: string): string {
  const double = value.split('"').length;
  const mark = double > value.split("'").length ? "'" : '"';
  let text = "";
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    const char = value[i]!;
    if (char === mark || char === "\\") text += `\\${char}`;
    else if (char === "\n") text += "\\n";
    else if (char === "\r") text += "\\r";
    else if (char === "\t") text += "\\t";
    else if (code < 32 || code > 126) text += `\\${/[0-9]/.test(value[i + 1] ?? "") ? String(code).padStart(3, "0") : code}`;
    else text += char;
  }
  return mark + text + mark;
}

export const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !keywords.has(text);

/** Collects tokens. */
export class Writer {
  readonly marks: Mark[] = [];
  private readonly pieces: string[] = [];
  private length = 0;
  private last = "";
  private pending: Place | undefined;

  text(): string {
    return this.pieces.join("");
  }

  put(token: string): void {
    if (token === "") return;
    const glued = /[A-Za-z0-9_]$/.test(this.last) && /^[A-Za-z0-9_]/.test(token);
    // "a- -b" is no comment, "1 ..x" no number, "[ [[x" no long string.
    const clash = (this.last.endsWith("-") && token.startsWith("-")) || (/^[0-9]/.test(this.last) && token.startsWith(".")) || (this.last.endsWith("[") && token.startsWith("["));
    if (glued || clash) this.write(" ");
    this.place();
    this.write(token);
    this.last = token;
  }

  private write(text: string): void {
    this.pieces.push(text);
    this.length += text.length;
  }

  /** What comes next is from `at`; of several, the innermost counts. */
  mark(at: Place | undefined): void {
    if (at !== undefined) this.pending = at;
  }

  private place(): void {
    if (this.pending !== undefined) this.marks.push({ offset: this.length, at: this.pending });
    this.pending = undefined;
  }

  /**
   * Between statements: a line's end, which costs as much as a blank and tells more, and only where one is needed. The parameters of a
   * function, which are one token, begin a block as `do` does: Lua 5.1 has no empty statement there.
   */
  separate(next: string): void {
    const needed = /[A-Za-z0-9_]$/.test(this.last) && /^[A-Za-z0-9_]/.test(next);
    if (!needed && !(next.startsWith("(") && !/^(|;|do|then|else|repeat|\(.*\))$/.test(this.last))) return;
    const glue = next.startsWith("(") ? ";" : "\n";
    this.write(glue);
    this.last = glue;
  }

  /** What follows stands on a line of its own. */
  startLine(): void {
    if (this.length > 0) this.write("\n");
    this.last = "\n";
  }
}
