/**
 * What stands in for the interpreter's lexer: source that is tokenised becomes text that V8 reads, wherever source comes in, so from the
 * boot code, from what `eval` is given, from what functions are made of, and from text that timers call.
 */
import { lexemesOf, plainText } from "../espruino/tokens";
import type { Lexeme } from "../espruino/tokens";

/** The name by which rewritten source reaches `readable`; whoever makes the world in which it runs defines it. */
export const HOOK = "espruino$lexed";

/** The next or the last piece that is no blank. */
function neighbour(lexemes: readonly Lexeme[], from: number, step: 1 | -1): string {
  let i = from + step;
  while (lexemes[i] !== undefined && lexemes[i]!.word.trim() === "") i += step;
  return lexemes[i]?.word ?? "";
}

/** What `eval` is given goes through the lexer first. The call itself stays in its place: only there it sees what is around it. */
function hooked(lexemes: readonly Lexeme[]): Lexeme[] {
  const all: Lexeme[] = [];
  /** For each open parenthesis: whether it is one of `eval`. */
  const open: boolean[] = [];
  const add = (word: string): void => void all.push({ text: word, word });
  let isEval = false;
  for (const [i, lexeme] of lexemes.entries()) {
    const { word } = lexeme;
    all.push(lexeme);
    if (word === "eval") isEval = neighbour(lexemes, i, -1) !== "." && neighbour(lexemes, i, 1) === "(";
    else if (word === "(") {
      open.push(isEval);
      if (isEval) add(`${HOOK}(`);
      isEval = false;
    } else if (word === ")" && open.pop() === true) add(")");
  }
  return all;
}

/** Source, tokenised or not, as V8 reads it. */
export function readable(source: string): string {
  return /[\x80-\xff]|\beval\b/.test(source) ? plainText(hooked(lexemesOf(source))) : source;
}
