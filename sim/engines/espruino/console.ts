/**
 * The interpreter's console as lines. What it prints while a person could type is preceded by an escape code that takes the
 * prompt away, so only what stands behind the last such code of a line was printed by the program.
 */

/** Above the longest record of the log: 512 bytes of text, each written as six characters at most. */
const LINE_CHARS_MAX = 4096;
const ERASE = "\x1b[J";

/** Returns a function that takes bytes as they come and hands on whole lines, cut at 4,096 characters. */
export function createConsole(line: (text: string) => void): (bytes: string) => void {
  let rest = "";
  return (bytes) => {
    const parts = (rest + bytes).split("\n");
    // A line without an end is kept only as far as it would be shown, with room for the codes in it.
    rest = parts.pop()!.slice(-2 * LINE_CHARS_MAX);
    for (const part of parts) {
      const behind = part.lastIndexOf(ERASE);
      const text = (behind < 0 ? part.replace(/^(?:> ?)+/, "") : part.slice(behind + ERASE.length)).replace(/\r/g, "");
      if (text !== "") line(text.slice(0, LINE_CHARS_MAX));
    }
  };
}
