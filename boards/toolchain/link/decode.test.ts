/** Traces as the runtimes print them, led back through a map that is made up. */
import { createDecoder } from "./decode";
import type { Emitted } from "./frames";
import type { Place } from "../scan/source-map";
import type { Timer } from "./transport";

let told: string[];
let due: (() => void)[];

const timer: Timer = {
  after: (_ms, run) => {
    due.push(run);
    return () => (due = due.filter((each) => each !== run));
  },
};

const place = (file: string, line: number, column: number): Place => ({ file, line, column });

/** Build 0000aaaa has a map, in which line 9 comes from nowhere; of line 7 of its Lua there are two. */
function find({ file, hash, line, column }: Emitted): readonly Place[] | undefined {
  if (hash !== "0000aaaa") return undefined;
  if (line === 9) return [];
  if (column !== undefined) return [place(`${file.slice(9)}.ts`, line * 10, column)];
  return line === 7 ? [place("lua.ts", 70, 1), place("lua.ts", 71, 1)] : [place("lua.ts", line * 10, 1)];
}

function decoded(lines: readonly string[]): string[] {
  const decode = createDecoder({ find }, { line: (text, places) => told.push(`${text}${places.length > 0 ? ` [${places.length}]` : ""}`), unmapped: (hash) => told.push(`unmapped ${hash}`) }, timer);
  for (const line of lines) decode(line);
  return told;
}

beforeEach(() => {
  [told, due] = [[], []];
});

test("frames of Espruino lead to line and column; emitted code and marks below them go", () => {
  const lines = ["Uncaught Error: no", "    at t (0000aaaa.app:2:31)", "...let a=b;return c.d", "            ^", "    at 0000aaaa.cold:3:5", "    ^", "    at boot code (.bootcde:1:208)", `${" ".repeat(207)}^`, "next"];
  expect(decoded(lines)).toEqual(["Uncaught Error: no", "    at app.ts:20:30 [1]", "    at cold.ts:30:4 [1]", "    at boot code (.bootcde:1:208)", "next"]);
});

test("a frame whose name is the beginning of a function, over the end of a line", () => {
  expect(decoded(["    at function (e) {", "  let t=[];for(let r=0;r (0000aaaa.cold:5:14)", "  ^", "    at function (t) {if(t)return e(t (0000aaaa.app:1:2)"])).toEqual(["    at cold.ts:50:13 [1]", "    at app.ts:10:1 [1]"]);
});

test("what only looks like the half of a frame is told, at the next line or a moment later", () => {
  expect(decoded(["    at function () {", "another", "    at function () {"])).toEqual(["    at function () {", "another"]);
  for (const run of due.splice(0)) run();
  expect(told.at(-1)).toBe("    at function () {");
});

test("a line below a frame is held until it is known that no mark follows", () => {
  const lines = ["    at 0000aaaa.app:2:3", "tick", "tock"];
  expect(decoded(lines)).toEqual(["    at app.ts:20:2 [1]", "tick", "tock"]);
  decoded(["    at 0000aaaa.app:2:3", "tick"]);
  expect(told.at(-1)).toBe("    at app.ts:20:2 [1]");
  for (const run of due.splice(0)) run();
  expect(told.at(-1)).toBe("tick");
});

test("a mark that was cut to its blanks is one", () => {
  expect(decoded(["    at 0000aaaa.app:2:3", " ".repeat(4096), "tick"])).toEqual(["    at app.ts:20:2 [1]", "tick"]);
});

test("messages and traces of Lua lead to lines, of which there may be several", () => {
  const lines = ["0000aaaa.lua:3: attempt to index a nil value (field 'a')", "stack traceback:", "\t0000aaaa.lua:7: in function <0000aaaa.lua:6>", "\t[C]: in ?", "Lua error: ./out/0000aaaa.lua:3: no"];
  expect(decoded(lines)).toEqual(["lua.ts:30: attempt to index a nil value (field 'a') [1]", "stack traceback:", "\tlua.ts:70 or lua.ts:71: in function <lua.ts:60> [2]", "\t[C]: in ?", "Lua error: lua.ts:30: no [1]"]);
});

test("a build without a map is told once, and its lines stay as they are", () => {
  expect(decoded(["    at t (1111bbbb.app:1:5)", "    ^", "    at 1111bbbb.app:1:9", "1111bbbb.lua:5: no", "2222cccc.lua:1: no"])).toEqual([
    "unmapped 1111bbbb",
    "    at t (1111bbbb.app:1:5)",
    "    at 1111bbbb.app:1:9",
    "1111bbbb.lua:5: no",
    "unmapped 2222cccc",
    "2222cccc.lua:1: no",
  ]);
});

test("text from nowhere, frames of a console's own and words that look like places stay as they are", () => {
  const lines = ["    at $ (0000aaaa.app:9:1)", "    at foo (:1:31)", "at the station: 12:30", "deadbeef.lua", "x0000aaaa.lua:1"];
  expect(decoded(lines)).toEqual(lines);
});
