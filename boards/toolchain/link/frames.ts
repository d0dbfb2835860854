/**
 * The places that a line of a console names: frames of a trace of Espruino, messages and frames of Lua. Files of a build have its
 * hash in their names, so that a place says which build it is of. It reads no map.
 */

/** A place in a file that a build emitted. */
export interface Emitted {
  /** e.g. "0fb3c969.app". */
  readonly file: string;
  /** The build. */
  readonly hash: string;
  /** From 1. */
  readonly line: number;
  /** From 0; undefined where a runtime tells lines alone. */
  readonly column: number | undefined;
}

export interface Mention extends Emitted {
  /** Where in the line of the console it stands. */
  readonly start: number;
  readonly end: number;
}

/** Places that are looked up of one line. */
const MENTIONS_MAX = 8;
/**
 * `at NAME (FILE:LINE:COLUMN)`, or without a name. What stands for the name may be the beginning of a function's text, and then a line
 * of the console may end inside of it.
 */
const ESPRUINO = /(?:^ *at |\()(([0-9a-f]{8})\.(?:app|cold)):(\d+):(\d+)\)?$/;
/** A store's module is compiled under the path that its compiler was given. */
const LUA = /(?<![\w.~/-])(?:[\w.~-]*\/)*(([0-9a-f]{8})\.lua):(\d+)(?::|\b)/g;

/** True for what Espruino prints below a frame: a mark under the place, or of a line that was cut the blanks before it. */
export function isMark(line: string): boolean {
  return /^ *\^$|^ {1000,}$/.test(line);
}

/** True for the first half of a frame whose name ends in the next line. */
export function isHalfFrame(line: string): boolean {
  return /^ *at (?:function )?\(?[^]*\{$/.test(line) && !isFrame(line);
}

/** True for a frame of Espruino in a file, which has a line of code and a mark below it. */
export function isFrame(line: string): boolean {
  return /(?:^ *at |\()[\w.#-]+:\d+:\d+\)?$/.test(line);
}

/** The places in a line of a console, in its order. */
export function mentionsOf(line: string): readonly Mention[] {
  const frame = ESPRUINO.exec(line);
  if (frame !== null) {
    const [, file, hash, row, column] = frame;
    return [{ file: file!, hash: hash!, line: Number(row), column: Number(column) - 1, start: 0, end: line.length }];
  }
  return [...line.matchAll(LUA)].slice(0, MENTIONS_MAX).map((match) => {
    const [text, file, hash, number] = match;
    const end = match.index + text.length - (text.endsWith(":") ? 1 : 0);
    return { file: file!, hash: hash!, line: Number(number), column: undefined, start: match.index, end };
  });
}
