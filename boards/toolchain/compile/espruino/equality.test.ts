/** Which comparisons lose their third sign. */
import { join } from "node:path";
import { emitModules, entryFile } from "./program";

// The compiler reads the whole library.
jest.setTimeout(120000);

const root = join(__dirname, "..", "..", "..", "..");

const rows: readonly (readonly [string, string])[] = [
  ["one === two", "one == two"],
  ["one !== 2", "one != 2"],
  ['text === "a"', 'text == "a"'],
  ["sure === false", "sure == false"],
  ["text.charCodeAt(0) === 65", "text.charCodeAt(0) == 65"],
  ["maybe === undefined", "maybe === undefined"],
  ["maybe === 0", "maybe === 0"],
  ["value === 0", "value === 0"],
  ['value === ""', 'value === ""'],
  ["value === true", "value === true"],
  ["list[0] === 1", "list[0] === 1"],
];

test("of two numbers, two texts or two truth values, and no others", () => {
  const parameters = "one: number, two: number, text: string, sure: boolean, maybe: number | undefined, value: number | string | boolean, list: number[]";
  const entry = `export function compare(${parameters}): boolean[] {\n  return [\n${rows.map(([source]) => `    ${source},\n`).join("")}  ];\n}\n`;
  const { text } = emitModules(root, entry, new Map()).get(entryFile(root))!;
  for (const [, emitted] of rows) expect(text.split("\n").map((line) => line.trim().replace(/,$/, ""))).toContain(emitted);
});
