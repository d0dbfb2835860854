/** Where an emitted script may be cut into lines: only where a line's end means what the semicolon meant, and the length stays. */
import { breakLines } from "./lines";
import { openSourceMap } from "../../scan/source-map";

const filler = `f(${"1".repeat(60)})`;
const script = (code: string) => ({ code, map: JSON.stringify({ version: 3, names: [], sources: ["script"], mappings: "AAAA" }) });

/** What a script of that text between fillers becomes. */
const broken = (text: string): string => breakLines(script(text)).code;

test.each([
  [`${filler};g()`, `${filler}\ng()`],
  [`let a=${filler};let b`, `let a=${filler}\nlet b`],
  [`function g(){return ${filler};if(a)b()}`, `function g(){return ${filler}\nif(a)b()}`],
])("%s is cut", (code, lines) => {
  expect(broken(code)).toBe(lines);
});

test.each([
  ["a line that is short enough", "f(1);g()"],
  ["the head of a loop", `for(let i=${filler};i<1;i++)g()`],
  ["before what could go on", `a=${filler};(b)()`],
  ["before a list", `a=${filler};[b][0]()`],
  ["before a sign", `a=${filler};+b`],
  ["a text", `f("${";".repeat(80)}")`],
  ["a return of nothing", `function g(){if(${filler})return;h()}`],
])("%s is not", (_name, code) => {
  expect(broken(code)).toBe(code);
});

test("the script stays as long as it was, and its map leads where it led", () => {
  const code = `${filler};`.repeat(20) + "end()";
  const { code: lines, map } = breakLines(script(code));
  expect(lines.length).toBe(code.length);
  expect(lines.split("\n")).toHaveLength(21);
  expect(openSourceMap(map).at(21, 3)).toEqual({ file: "script", line: 1, column: 1 });
});
