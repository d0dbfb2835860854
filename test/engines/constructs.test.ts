/**
 * The table of constructs by engine: everything that the app dialect has gives the same value in JavaScript, lowered in this
 * process, in Lua 5.1 and 5.3, and on the real interpreter; everything else is refused when the device is built.
 */
import { lineEnds } from "../../boards/toolchain/lower/lines";
import { appProgram, complaints, lowerProgram } from "../../boards/toolchain/lower/program";
import { scanEspruino } from "../../boards/toolchain/scan/espruino";
import { pathOf, root, runHere, runInLua, runNative, runOnEspruino, scriptOf, showExpected, sourceOf } from "./construct-rig";
import type { LuaRun } from "./construct-rig";
import { randomPrograms } from "./construct-programs";
import { constructRows } from "./construct-rows";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const sources = constructRows.map(sourceOf);
const files = constructRows.map((_row, index) => pathOf(index));
const lowered = lowerProgram(root, files, new Map(files.map((file, index) => [file, sources[index]!])));
const texts = files.map((file) => lowered.texts.get(file) ?? "");
const rows = constructRows.map((row, index) => ({
  index,
  name: row.name,
  expected: row.lowered === undefined ? runNative(sourceOf(row)) : showExpected(row.lowered),
}));

test("the table is a table of everything", () => {
  expect(constructRows.length).toBeGreaterThanOrEqual(80);
  expect(new Set(constructRows.map(({ name }) => name)).size).toBe(constructRows.length);
});

test("no row is refused, and all of it type-checks before and after", () => {
  expect(lowered.problems).toEqual([]);
  const program = appProgram(root, files, lowered.texts);
  expect(files.flatMap((file) => complaints(program, program.getSourceFile(file)!))).toEqual([]);
});

test("no line moves", () => {
  expect(texts.map(lineEnds)).toEqual(sources.map(lineEnds));
});

describe("lowered, as Espruino gets it", () => {
  let script = "";
  let values: string[] = [];
  beforeAll(async () => {
    script = await scriptOf(new Map(texts.entries()));
    values = runHere(script);
  }, 60000);

  test("nothing in it would trouble a board", () => {
    expect(scanEspruino(script)).toEqual([]);
  });

  test.each(rows)("$name", (each) => {
    expect(values[each.index]).toBe(each.expected);
  });
});

describe.each(["5.1", "5.3"] as const)("Lua %s", (version) => {
  let run: LuaRun;
  beforeAll(() => {
    run = runInLua(version, texts);
  }, 60000);

  test("nothing is complained of, and no library is needed", () => {
    expect(run.complaints).toEqual([]);
    expect(run.library).toEqual([]);
  });

  test.each(rows)("$name", (each) => {
    expect(run.values[each.index]).toBe(each.expected);
  });
});

test("random programs compute the same in the same order, and keep their lines", async () => {
  const programs = randomPrograms(2026, 60);
  const paths = programs.map((_program, index) => pathOf(index));
  const random = lowerProgram(root, paths, new Map(paths.map((path, index) => [path, programs[index]!])));
  expect(random.problems).toEqual([]);
  const made = paths.map((path) => random.texts.get(path)!);
  const wanted = programs.map(runNative);
  const script = await scriptOf(new Map(made.entries()));
  expect(scanEspruino(script)).toEqual([]);
  expect(runHere(script)).toEqual(wanted);
  expect(made.map(lineEnds)).toEqual(programs.map(lineEnds));
  for (const version of ["5.1", "5.3"] as const) expect(runInLua(version, made)).toEqual({ complaints: [], library: [], values: wanted });
}, 60000);

onEspruino.each(rows)("[espruino] $name", async (each) => {
  expect(await runOnEspruino(await scriptOf(new Map([[each.index, texts[each.index]!]])))).toBe(each.expected);
});
