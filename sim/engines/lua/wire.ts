/**
 * A line between the engine and the Lua child: fields parted by tabs, any bytes, one char a byte. The child's half is in
 * shim/main.lua.
 */
const escapes: Readonly<Record<string, string>> = { "\0": "\\0", "\t": "\\t", "\n": "\\n", "\\": "\\\\" };
const plain: Readonly<Record<string, string>> = { "0": "\0", t: "\t", n: "\n", "\\": "\\" };

/** What a field may be made of; bytes are strings. */
export type Field = string | number;

/** The line of some fields, with its end. */
export function encodeLine(fields: readonly Field[]): string {
  // A zero byte would end the line for the older interpreter.
  return `${fields.map((field) => String(field).replace(/[\0\t\n\\]/g, (char) => escapes[char]!)).join("\t")}\n`;
}

/** The fields of a line without its end. */
export function decodeLine(line: string): string[] {
  return line.split("\t").map((field) => (field.includes("\\") ? field.replace(/\\(.)/g, (_, char: string) => plain[char]!) : field));
}
