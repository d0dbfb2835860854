/** Text as Espruino writes it in a literal: what an evaluation answers. */

const letters: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v", a: "\x07" };

/** The text of a literal in double quotes, one char a byte. Throws for what is none. */
export function unquote(literal: string): string {
  const inside = /^\s*"([^]*)"\s*$/.exec(literal)?.[1];
  if (inside === undefined) throw new Error("not a text");
  return inside.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{1,3}|[^])/g, (_all, escape: string) => {
    if (/^[xu]./.test(escape)) return String.fromCharCode(parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return String.fromCharCode(parseInt(escape, 8));
    return letters[escape] ?? escape;
  });
}
