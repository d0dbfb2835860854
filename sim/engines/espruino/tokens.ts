/**
 * Tokenised source, as Espruino's lexer takes it from 2v14 on: a word of the language, or an operator of several characters, may stand as
 * one byte. The numbers are those of src/jslex.h, where they may not change.
 */

/** The words and operators by their bytes, the first at 138. */
const inOrder = [
  "== === != !== <= << <<= >= >> >>> >>= >>>= += -= ++ -- *= /= %= &= && |= || ^= =>",
  "if else do while for break continue function return var let const this throw try catch finally true false null undefined",
  "new in instanceof switch case default delete typeof void debugger class extends super static of",
].join(" ").split(" ");
const FIRST = 138;
const NULLISH = 208;

const words = new Map<string, string>([...inOrder.map((word, i) => [String.fromCharCode(FIRST + i), word] as const), [String.fromCharCode(NULLISH), "??"]]);
const bytes = new Map([...words].map(([byte, word]) => [word, byte]));

/** The byte that stands for a word or an operator; undefined for any other text. */
export function tokenOf(word: string): string | undefined {
  return bytes.get(word);
}

/**
 * A piece of source as the lexer takes it. Texts, templates and regular expressions are single pieces, and so are a run of letters and
 * digits, a run of blanks, and each other character.
 */
export interface Lexeme {
  readonly text: string;
  /** What a token stands for; elsewhere the text. */
  readonly word: string;
}

const VALUES = ["true", "false", "null", "undefined"];
/** Behind these characters a stroke begins a regular expression, as behind words and operators that are no values, and at the start. */
const BEFORE_REGEXP = "!%&*+-/<=>?[{}(,;:";

const blanks = /[ \t\n\v\f\r]+/y;
const comment = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const name = /[A-Za-z0-9_$]+/y;
const text = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y;
const regexp = /\/(?:[^/\\\n]|\\[^])+\/[gimyu]*/y;

function matched(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

/** A template with its holes: the lexer counts braces, and looks at nothing else inside a hole. */
function template(source: string, at: number): string {
  let depth = 0;
  let end = at + 1;
  for (; end < source.length && (source[end] !== "`" || depth > 0); end += 1) {
    const char = source[end]!;
    if (depth === 0 && char === "\\") end += 1;
    else if (char === "{" && (depth > 0 || source[end - 1] === "$")) depth += 1;
    else if (char === "}" && depth > 0) depth -= 1;
  }
  return source.slice(at, end + 1);
}

/** Takes source apart, tokenised or not; the pieces together are the source. */
export function lexemesOf(source: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  let last = "";
  for (let at = 0; at < source.length; ) {
    const gap = matched(blanks, source, at) ?? matched(comment, source, at);
    const canBeRegexp = last === "" || BEFORE_REGEXP.includes(last) || (bytes.has(last) && !VALUES.includes(last));
    const piece = gap ?? matched(name, source, at) ?? matched(text, source, at) ?? (source[at] === "`" ? template(source, at) : undefined) ?? (canBeRegexp ? matched(regexp, source, at) : undefined) ?? source[at]!;
    const word = words.get(piece) ?? piece;
    lexemes.push({ text: piece, word });
    if (gap === undefined) last = word;
    at += piece.length;
  }
  return lexemes;
}

const isWordy = (char: string | undefined): boolean => char !== undefined && /[\w$.]/.test(char);
const isOperator = (char: string | undefined): boolean => char !== undefined && "+-*/%&|^<>=!?".includes(char);

/** True where two pieces, of which one is a token, would be read as one without a blank. */
function needsBlank(before: string, after: string): boolean {
  const [end, start] = [before.at(-1), after[0]];
  return (isWordy(end) && isWordy(start)) || (isOperator(end) && isOperator(start));
}

/** Pieces as plain text, with blanks where the text of a token would run into its neighbours. */
export function plainText(lexemes: readonly Lexeme[]): string {
  return lexemes.map(({ text: piece, word }, i) => {
    const before = lexemes[i - 1];
    const isToken = piece !== word || (before !== undefined && before.text !== before.word);
    return before !== undefined && isToken && needsBlank(before.word, word) ? ` ${word}` : word;
  }).join("");
}

/** True for source with anything in it that may be a token. */
export const mayBeTokenised = (source: string): boolean => /[\x80-\xff]/.test(source);

/** The plain text of source, tokenised or not: the same sequence of words, operators and values. */
export function detokenise(source: string): string {
  return mayBeTokenised(source) ? plainText(lexemesOf(source)) : source;
}
