/**
 * The table of constructs once more, from images as they ship: specialised, inlined, with short names, laid out and minified.
 * What a row says must survive all of that.
 */
import { loadBoard } from "../../boards/toolchain/board";
import { compileEspruino } from "../../boards/toolchain/compile/espruino";
import { applyEdits } from "../../boards/toolchain/compile/espruino/edits";
import { tokenEdits } from "../../boards/toolchain/compile/espruino/tokenise";
import { compileLua } from "../../boards/toolchain/compile/lua";
import { lowerProgram } from "../../boards/toolchain/lower/program";
import { detokenise } from "../../sim/engines/espruino/tokens";
import { entryOf, imageOnEspruino, pathOf, root, runImageHere, runLuaImage, runNative, showExpected, sourceOf } from "./construct-rig";
import { constructRows } from "./construct-rows";

// All rows in one program, which is checked and compiled three times.
jest.setTimeout(180000);

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const files = constructRows.map((_row, index) => pathOf(index));
const { texts } = lowerProgram(root, files, new Map(files.map((file, index) => [file, sourceOf(constructRows[index]!)])));
const entry = entryOf(constructRows.map((_row, index) => index));

const named = (values: readonly string[]): Record<string, string> => Object.fromEntries(constructRows.map(({ name }, index) => [name, values[index] ?? "nothing"]));
const expected = named(constructRows.map((row) => (row.lowered === undefined ? runNative(sourceOf(row)) : showExpected(row.lowered))));

describe("an image for Espruino", () => {
  let script = "";
  beforeAll(async () => {
    const { files: made } = await compileEspruino(root, entry, loadBoard(root, "linux-espruino"), texts);
    script = [...made].find(([name]) => name.endsWith(".app"))![1];
  });

  test("says as text what it says in tokens", () => {
    const plain = detokenise(script);
    expect(applyEdits(plain, tokenEdits(plain)) === script).toBe(true);
  });

  test("computes every row as JavaScript does", () => {
    expect(named(runImageHere(script))).toEqual(expected);
  });

  onEspruino("[espruino] computes every row as JavaScript does", async () => {
    expect(named(await imageOnEspruino(script))).toEqual(expected);
  });
});

test.each([["5.1", "esp8266-lua"], ["5.3", "esp32-lua"]] as const)("an image for NodeMCU with Lua %s computes every row as JavaScript does", async (lua, id) => {
  const image = await compileLua(root, entry, { ...loadBoard(root, id), lua }, texts);
  expect(named(runLuaImage(lua, image.files.get("init.lua")!))).toEqual(expected);
});
