import { join } from "node:path";
import { detokenise } from "../../../../sim/engines/espruino/tokens";
import { choiceOf } from "../../../../test/support/choice";
import { loadBoard } from "../../board";
import { builtDevice } from "../../kept";
import { compileDevice } from "../device";
import { compileEspruino } from "../espruino";
import { CompileError } from "../problem";
import { cutScript } from "./cut";
import { applyEdits, newText } from "./edits";
import { imageFiles } from "./files";
import { inlineWrappers } from "./inline";
import { countBySource, rewrite } from "./maps";
import type { Script } from "./maps";
import { liftVars, minifyEspruino } from "./minify";
import { isShared } from "./names";
import { splitScript } from "./overlay";
import { tokenEdits } from "./tokenise";

// A whole device is type-checked and minified here, several times.
jest.setTimeout(120000);

const root = join(__dirname, "..", "..", "..", "..");

/** A script that is its own source. */
const script = (code: string): Script => ({ code, map: JSON.stringify({ version: 3, names: [], sources: ["script"], mappings: "AAAA" }) });

/** Runs what the files say, with overlays read as a board would. */
function run(files: ReadonlyMap<string, string>, main: string, globals: Record<string, unknown> = {}): Record<string, unknown> {
  const said: Record<string, unknown> = {};
  const storage = { read: (name: string, offset = 0, length = Infinity): string | undefined => files.get(name)?.slice(offset, offset + length) };
  const names = Object.keys(globals);
  // Overlays see the script's variables, as eval in the global scope of an engine would let them.
  const app = files.get([...files.keys()].find((name) => name.endsWith(".app"))!)!;
  const text = files.get(main)!.replace(/^eval\(.*\)$/, () => app);
  new Function("require", "said", ...names, text)(() => storage, said, ...names.map((name) => globals[name]));
  return said;
}

describe("what stays in memory", () => {
  const text = [
    "let state = 0;",
    "function helper(n) {\n  return n + 1;\n}",
    'function rare(n) {\n  "cold";\n  state = helper(n) * 10;\n  return state;\n}',
    "function often(n) {\n  if (n > 5)\n    return rare(n);\n  return step(n);\n}",
    "function step(n) {\n  return n * 2;\n}",
    "said.small = often(2);\nsaid.large = often(9);\nsaid.state = state;\nsaid.later = rare;",
  ].join("\n");

  test("a cold function becomes an overlay with what only it needs, and means the same", () => {
    const split = splitScript(text);
    expect([split.overlays, split.problems]).toEqual([["rare"], []]);
    const cut = imageFiles(cutScript(script(split.code.replace(/\n/g, " "))));
    expect([...cut.files.keys()].map((name) => name.replace(/^[0-9a-f]{8}/, "#"))).toEqual([".bootcde", "motet.a", "#.app", "#.cold"]);
    const app = cut.files.get([...cut.files.keys()][2]!)!;
    expect(app).not.toContain("helper");
    const said = run(cut.files, cut.main);
    expect([said["small"], said["large"], said["state"]]).toEqual([4, 100, 100]);
    expect((said["later"] as (n: number) => number)(1)).toBe(20);
  });

  test("a function that only one other leads to stands inside it", () => {
    const { code } = splitScript(text);
    expect(code).toMatch(/function often\(n\) \{\s*function step\(n\)/);
  });

  test.each([
    ["a function of its own", 'function rare() {\n  "cold";\n  let n = 1;\n  keep(() => n);\n}\nfunction keep(f) {\n  said.f = f;\n}\nrare();'],
    ["a helper of its own", 'function inner() {\n  return 1;\n}\nfunction rare() {\n  "cold";\n  said.f = inner;\n  let f = () => 2;\n  said.g = f;\n}\nrare();'],
  ])("an overlay that hands out %s is refused", (_what, leaking) => {
    expect(splitScript(leaking).problems.length).toBeGreaterThan(0);
  });

  test("a function that is only called by the one that it is handed to does not outlive its call", () => {
    const visits = 'function each(visit) {\n  visit(1);\n}\nfunction rare(n) {\n  "cold";\n  let sum = 0;\n  each((x) => sum += x + n);\n  return sum;\n}\nsaid.sum = rare(1);';
    expect(splitScript(visits).problems).toEqual([]);
    expect(splitScript(visits.replace("visit(1);", "said.kept = visit;")).problems).toHaveLength(1);
  });
});

test("a wrapper is written out where it is called, its arguments once and in order", () => {
  const text = inlineWrappers(script("function at(s, i) {\n  return s.charCodeAt(i);\n}\nfunction twice(a) {\n  return f(a, a);\n}\nx = at(at(p, 1) + q, i + 1);\ny = twice(z());")).code;
  expect(text).toContain("x = (p.charCodeAt((1)) + q).charCodeAt((i + 1));");
  expect(text).toContain("y = twice(z());");
  // A member that is named as the parameter keeps its name.
  expect(inlineWrappers(script("function push(key, value) {\n  list.push({ key, value });\n}\npush(a.b, c == 1);")).code).toContain("list.push({ key: a.b, value: (c == 1) });");
});

test("var becomes let at the start of its function", () => {
  const lifted = (code: string): string => applyEdits(code, liftVars(code));
  expect(lifted("function f(a){if(a){var b=1,c;g(b)}for(var i=0;i<2;i++);var a;return c}")).toBe("function f(a){let b,c,i;if(a){b=1,c;g(b)}for(i=0;i<2;i++);a;return c}");
  expect(lifted("var x=function(){var y=1;return y};")).toBe("let x;x=function(){let y;y=1;return y};");
});

test("the minified script keeps engine names and quoted keys, and gives no property a word of the language's", async () => {
  const fields = Array.from({ length: 800 }, (_unused, i) => `field${i}: ${i}`).join(", ");
  const { code } = await minifyEspruino(script(`const o = { ${fields}, "wire": 1 }; keep(o); E.engine(o.field3, o["wire"]); function named(first, second) { return keep(first + second); } named(1, 2); named(3, 4); keep(named);`), ["engine"]);
  expect(code).toContain(".engine(");
  expect(code).toMatch(/"?wire"?:1/);
  expect(code).not.toMatch(/[{,](in|of|do|if|is|as):/);
  expect(code).toContain("arguments");
});

test("a variable never passes for a function that overlays share, however many there are", async () => {
  const many = Array.from({ length: 2500 }, (_unused, i) => `let v${i} = E.get(${i}); E.set(v${i}, () => v${i});`).join("\n");
  const { code } = await minifyEspruino(script(many), ["get", "set"]);
  const names = [...new Set(code.match(/[\w$]+/g))].filter((name) => /^[$\w]{2}$/.test(name));
  expect(names.length).toBeGreaterThan(1000);
  expect(names.filter(isShared)).toEqual([]);
});

test("maps are cut to their pieces and counted by source", () => {
  const map = JSON.stringify({ version: 3, names: [], sources: ["a.ts", "b.ts"], mappings: "AAAA,ICAA" });
  const whole = { code: "0123456789", map };
  expect(Object.fromEntries(countBySource(whole))).toEqual({ "": 0, "a.ts": 4, "b.ts": 6 });
  const cut = rewrite(whole, [newText("<<"), { start: 5, end: 10 }, { start: 2, end: 3, text: "two" }]);
  expect(cut.code).toBe("<<56789two");
  expect(Object.fromEntries(countBySource(cut))).toEqual({ "": 2, "b.ts": 5, "a.ts": 3 });
});

describe("an image", () => {
  const board = loadBoard(root, "esp8266-espruino");
  const choice = choiceOf(root, "firmware/apps/weather-station.ts");

  test("is small files under names that Storage keeps, whose sizes add up, the same each time", async () => {
    const image = await builtDevice(root, choice, board);
    for (const name of image.files.keys()) expect(name.length).toBeLessThanOrEqual(28);
    const bytes = [...image.files.values()].reduce((sum, text) => sum + text.length, 0);
    expect(image.modules.reduce((sum, module) => sum + module.bytes, 0)).toBe(bytes);
    for (const [name, text] of image.files) {
      const plain = detokenise(text);
      expect([name, /^[\n -~]*$/.test(plain)]).toEqual([name, true]);
      if (image.maps.has(name)) expect([name, applyEdits(plain, tokenEdits(plain)) === text]).toEqual([name, true]);
    }
    expect((await compileDevice(root, choice, board)).files).toEqual(image.files);
    const other = await compileDevice(root, { ...choice, version: `${choice.version}.1` }, board);
    expect([...other.files.keys()].filter((name) => image.files.has(name))).toEqual([".bootcde", "motet.a"]);
  });

  test("passes no device, port or link around: what there is one of is in variables", async () => {
    const image = await builtDevice(root, choice, board);
    const text = [...image.files.values()].map(detokenise).join("");
    expect(text).not.toMatch(/\.(ports|publisher|supervisor|driver|session|mqttSink)\b/);
    expect(text).not.toContain("MOTET_CHECKED");
  });

  test("has nothing of what its platform does not: without a key in CONNECT, no code for one, and no variable", async () => {
    const bytesOf = async (platform: string): Promise<number> => {
      const { modules, files } = await builtDevice(root, { ...choice, platform }, board);
      expect([...files.values()].join("").includes("authorization")).toBe(platform === "evrythng");
      return modules.find(({ path }) => path === "firmware/protocol/mqtt/encode.ts")!.bytes;
    };
    expect(await bytesOf("thethings")).toBeLessThan(await bytesOf("evrythng"));
  });

  test.each(["esp32-espruino", "esp8266-lua"])("for %s has no way for readings in memory unless the app keeps some there", async (id) => {
    const modulesOf = async (app: string): Promise<string[]> => (await builtDevice(root, choiceOf(root, app), loadBoard(root, id))).modules.map(({ path }) => path);
    const way = ["firmware/agent/message.ts", "firmware/agent/ram-queue.ts"];
    expect(await modulesOf("test/engines/apps/probe.ts")).toEqual(expect.arrayContaining(way));
    expect(await modulesOf("firmware/apps/weather-station.ts")).not.toEqual(expect.arrayContaining([expect.stringMatching(/(message|ram-queue)\.ts$/)]));
  });

  test("is not made of a program with mistakes", async () => {
    const compiled = compileEspruino(root, "const n: number = 'x';\nexport {};", board);
    await expect(compiled).rejects.toThrow(CompileError);
    await expect(compiled).rejects.toThrow(/^entry\.ts:1:7: .* \(TS2322\)$/);
  });
});
