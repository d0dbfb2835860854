/** Somebody's own tests: loaded, and refused in one sentence each. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseLanes } from "./choose";
import { loadTests } from "./load";

const root = join(__dirname, "..", "..");
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-hil-load-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, "own.hil.ts");
  writeFileSync(path, text);
  return path;
}

test("tests are compiled, and their apps are looked for beside them", async () => {
  const path = file('import { hilTest } from "motet/hil";\nimport assert from "node:assert/strict";\nexport default [hilTest({ name: "own", app: "./app.ts", needs: ["clock"], run: async (bench) => { assert.ok(bench); } }), hilTest({ name: "other", app: "weather-station", run: async () => undefined })];');
  const tests = await loadTests(root, path);
  expect(tests.map(({ name, app, needs }) => ({ name, app, needs }))).toEqual([
    { name: "own", app: join(folder, "app.ts"), needs: ["clock"] },
    { name: "other", app: "weather-station", needs: undefined },
  ]);
});

test("a module may be imported when it is needed", async () => {
  const [test] = await loadTests(root, file('export default [{ name: "own", run: async () => { const { sep } = await import("node:path"); throw new Error(`loaded ${sep}`); } }];'));
  await expect(test!.run(undefined as never)).rejects.toThrow("loaded /");
});

test.each<[string, string, RegExp]>([
  ["no list", "export default 5;", /own\.hil\.ts has no tests: its default export is a list/],
  ["an empty list", "export default [];", /has no tests/],
  ["no test", "export default [{ name: 'x' }];", /Test 1 of .* is no test: write hilTest/],
  ["no name", "export default [{ name: ' ', run: async () => {} }];", /Test 1 of .* has no name/],
  ["a need that is none", "export default [{ name: 'x', needs: ['luck'], run: async () => {} }];", /needs "luck", which nothing has: choose of clock, /],
  ["a mistake in the text", "export default [", /The tests cannot be compiled: /],
  ["a mistake while it is loaded", "throw new Error('made up');", /cannot be loaded: made up/],
])("%s is refused", async (_name, text, sentence) => {
  await expect(loadTests(root, file(text))).rejects.toThrow(sentence);
});

test("a file that is not there is refused", () => expect(loadTests(root, join(folder, "none.ts"))).rejects.toThrow(/There is no test file .*none\.ts/));

const choice = { root, version: "1", transport: "mqtt", interpreter: "", on: undefined, required: [], boards: "no board is named" } as const;

test("without a word, tests run on all engines that are here, and the others are named", () => {
  const { rows, absent } = chooseLanes(choice);
  expect(rows.map((row) => row.map(({ name }) => name))).toEqual([["native", "espruino-api", "lua"]]);
  expect(absent).toEqual([{ name: "espruino", why: "set ESPRUINO to the path of an Espruino built for Linux" }, { name: "board", why: "no board is named" }]);
});

test("the interpreter waits in a row of its own", () => {
  expect(chooseLanes({ ...choice, interpreter: process.execPath, on: ["espruino", "native"] }).rows.map((row) => row.map(({ name }) => name))).toEqual([["native"], ["espruino"]]);
});

test.each<[string, Parameters<typeof chooseLanes>[0], RegExp]>([
  ["an engine that is none", { ...choice, on: ["steam"] }, /There is no engine "steam" to test on: choose of native, /],
  ["one that is asked for and not here", { ...choice, on: ["native", "espruino"] }, /Nothing can be tested on espruino: set ESPRUINO/],
  ["one that is required and not here", { ...choice, required: ["board"] }, /Nothing can be tested on board: no board is named/],
  ["one that is required and not asked for", { ...choice, on: ["native"], required: ["lua"] }, /Nothing can be tested on lua: MOTET_REQUIRE names it/],
])("%s is refused", (_name, wanted, sentence) => {
  expect(() => chooseLanes(wanted)).toThrow(sentence);
});
