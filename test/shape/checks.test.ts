/** The checks of shape themselves: made-up trees and texts that each of them must refuse, beside ones that it must not. */
import { circles, danglingImports, deadFiles, wrongArrows, wrongPackages } from "./arrows";
import { importsOf, type Tree } from "./graph";
import { isProductionRoot, servesTests } from "./roots";
import { hasHeader, idleTests, lockedAddresses, machinePaths, missingNames, strayNames, unlockedOptions } from "./text";

/** A tree of files, each with what it imports. */
function made(files: Readonly<Record<string, string>>): Tree {
  return new Map(Object.entries(files));
}

const arrow = (from: string, to: string, keyword = "import"): string[] => {
  const up = "../".repeat(from.split("/").length - 1);
  return wrongArrows(importsOf(made({ [from]: `${keyword} { x } from "${up}${to}";`, [`${to}.ts`]: "" })));
};

test.each([
  ["firmware/base/a.ts", "firmware/store/log"],
  ["firmware/protocol/mqtt/a.ts", "firmware/agent/boot"],
  ["firmware/protocol/mqtt/a.ts", "firmware/store/log"],
  ["firmware/store/a.ts", "firmware/protocol/mqtt/client"],
  ["firmware/platform/thethings/a.ts", "firmware/agent/boot"],
  ["firmware/drivers/a.ts", "firmware/agent/boot"],
  ["firmware/agent/a.ts", "firmware/platform/thethings/mqtt"],
  ["firmware/agent/a.ts", "firmware/drivers/bme280"],
  ["firmware/apps/a.ts", "firmware/store/log"],
  ["firmware/agent/a.ts", "hal/espruino/tcp"],
  ["firmware/agent/a.ts", "sim/world/clock"],
  ["hal/ports/a.ts", "firmware/base/time"],
  ["hal/espruino/a.ts", "firmware/agent/boot"],
  ["sim/cloud/thethings/a.ts", "firmware/base/time"],
  ["sim/cloud/thethings/a.ts", "sim/world/clock"],
  ["sim/world/a.ts", "sim/device/tcp"],
  ["sim/world/a.ts", "sim/cloud/host"],
  ["sim/device/a.ts", "cli/main"],
  ["boards/toolchain/a.ts", "cli/main"],
  ["sim/desk/a.ts", "test/support/budget"],
])("%s must not import %s", (from, to) => {
  expect(arrow(from, to)).toEqual([`${from} imports ${to}.ts`]);
});

test.each([
  ["firmware/agent/a.ts", "firmware/protocol/mqtt/client"],
  ["firmware/agent/a.ts", "hal/ports/clock"],
  ["sim/cloud/thethings/a.ts", "hal/ports/clock"],
  ["sim/cloud/thethings/a.ts", "sim/cloud/mqtt/server"],
  ["sim/device/a.ts", "sim/world/clock"],
  ["cli/a.ts", "boards/toolchain/flash"],
  ["firmware/store/a.test.ts", "sim/world/flash"],
])("%s may import %s", (from, to) => {
  expect(arrow(from, to)).toEqual([]);
});

test("the agent takes types of a platform, and nothing else of it", () => {
  expect(arrow("firmware/agent/a.ts", "firmware/platform/p", "import type")).toEqual([]);
  const inline = made({ "firmware/agent/a.ts": 'import { type X } from "../platform/p";', "firmware/platform/p.ts": "" });
  expect(wrongArrows(importsOf(inline))).toEqual([]);
  const mixed = made({ "firmware/agent/a.ts": 'import { type X, y } from "../platform/p";', "firmware/platform/p.ts": "" });
  expect(wrongArrows(importsOf(mixed))).toHaveLength(1);
});

test.each([
  ['export { x } from "../cli/main";'],
  ['export * from "../cli/main";'],
  ['const x = await import("../cli/main");'],
  ['type X = typeof import("../cli/main");'],
  ['const x = require("../cli/main");'],
  ['import "../cli/main";'],
])("an arrow counts however it is written: %s", (text) => {
  expect(wrongArrows(importsOf(made({ "boards/a.ts": text, "cli/main.ts": "" })))).toHaveLength(1);
});

test("a file outside every part is refused", () => {
  expect(wrongArrows(importsOf(made({ "sim/odd/a.ts": 'import "./b";', "sim/odd/b.ts": "" })))).toEqual(["sim/odd/a.ts belongs to no part"]);
});

test.each([
  ["firmware/store/a.ts", "node:fs"],
  ["firmware/store/a.ts", "fs"],
  ["firmware/apps/a.ts", "ws"],
  ["hal/espruino/a.ts", "node:net"],
  ["sim/device/a.ts", "net"],
  ["sim/device/a.ts", "unknown-package"],
  ["sim/device/a.ts", "dev-only"],
  ["sim/device/a.ts", "@scope/other"],
])("%s must not import the package %s", (from, specifier) => {
  const imports = importsOf(made({ [from]: `import x from "${specifier}";` }));
  expect(wrongPackages(imports, { shipped: ["ws", "@scope/one"], all: ["ws", "@scope/one", "dev-only"] })).toHaveLength(1);
});

test.each([
  ["sim/device/a.ts", "node:net"],
  ["sim/device/a.ts", "ws"],
  ["sim/device/a.ts", "@scope/one/deep"],
  ["sim/device/a.test.ts", "dev-only"],
  ["test/support/a.ts", "dev-only"],
  ["firmware/apps/a.ts", "motet"],
])("%s may import the package %s", (from, specifier) => {
  const imports = importsOf(made({ [from]: `import x from "${specifier}";` }));
  expect(wrongPackages(imports, { shipped: ["ws", "@scope/one"], all: ["ws", "@scope/one", "dev-only"] })).toEqual([]);
});

test("an import of no file is found", () => {
  const tree = made({ "cli/a.ts": 'import "./b"; import "./c";', "cli/b.ts": "" });
  expect(danglingImports(importsOf(tree), (path) => tree.has(path))).toEqual(["cli/a.ts imports ./c: no such file"]);
});

test("circles are found, those of types among them, and those of tests are not", () => {
  const circle = made({ "firmware/a.ts": 'import { b } from "./b";', "firmware/b.ts": 'import { c } from "./c";', "firmware/c.ts": 'import { a } from "./a";' });
  expect(circles(importsOf(circle))).toEqual(["firmware/a.ts -> firmware/b.ts -> firmware/c.ts -> firmware/a.ts"]);
  const types = made({ "firmware/a.ts": 'import { b } from "./b";', "firmware/b.ts": 'import type { A } from "./a";' });
  expect(circles(importsOf(types))).toEqual(["firmware/a.ts -> firmware/b.ts -> firmware/a.ts"]);
  const tests = made({ "firmware/a.test.ts": 'import { b } from "./b";', "firmware/b.ts": 'import { A } from "./a.test";', "test/c.ts": 'import "./d";', "test/d.ts": 'import "./c";' });
  expect(circles(importsOf(tests))).toEqual([]);
});

test("dead files are found: by nobody imported, in a dead circle, or reached by a test alone", () => {
  const tree = made({
    "cli/main.ts": 'import "./used";',
    "cli/used.ts": "",
    "cli/dead.ts": 'import "./used";',
    "cli/ring-a.ts": 'import "./ring-b";',
    "cli/ring-b.ts": 'import "./ring-a";',
    "cli/tested.ts": "",
    "cli/tested.test.ts": 'import "./tested";',
  });
  const production = [...tree.keys()].filter((path) => !servesTests(path));
  const dead = deadFiles(production, importsOf(tree), (path) => isProductionRoot(path, ""));
  expect(dead).toEqual(["cli/dead.ts", "cli/ring-a.ts", "cli/ring-b.ts", "cli/tested.ts"]);
});

test("a file that a script names is a root", () => {
  expect(isProductionRoot("test/bench/main.ts", "esbuild test/bench/main.ts --bundle")).toBe(true);
  expect(isProductionRoot("test/bench/other.ts", "esbuild test/bench/main.ts --bundle")).toBe(false);
});

test("texts that only one machine could use are found", () => {
  const place = (...parts: string[]): string => `/${parts.join("/")}`;
  for (const path of [place("work", "x"), place("root", ".npmrc"), place("tmp", "log"), place("home", "ann"), place("Users", "ann")]) {
    expect(machinePaths("a.md", `first\nsee ${path} there`)).toEqual([`a.md:2: ${path}`]);
  }
  for (const text of ["firmware/work/x", "${root}/tmp/x", "a /tmp b", "https://host/home/x"]) expect(machinePaths("a.md", text)).toEqual([]);
});

test("stray names, locked addresses, idle tests, missing names and headers are found", () => {
  expect(strayNames(["firmware", "notes.txt", "src"])).toEqual(["notes.txt", "src"]);
  const lock = { packages: { "": {}, "node_modules/a": { resolved: "https://registry.example/a.tgz" }, "node_modules/b": { resolved: "firmware/lib" } } };
  expect(lockedAddresses(JSON.stringify(lock))).toEqual(["node_modules/a: https://registry.example/a.tgz"]);
  const half = { packages: { "node_modules/a": { optionalDependencies: { "a-linux": "1", "a-mac": "1" } }, "node_modules/a-linux": {} } };
  expect(unlockedOptions(JSON.stringify(half))).toEqual(["a-mac"]);
  expect(idleTests("a.test.ts", 'test("x", f);\ntest.only("y", f);\nxit("z", f);\nsubmit("w");')).toEqual(["a.test.ts:2", "a.test.ts:3"]);
  expect(idleTests("a.test.ts", 'const onEspruino = process.env["ESPRUINO"] ? test : test.skip;\nconst later = process.env["X"] ? test : test.skip;')).toEqual(["a.test.ts:2"]);
  expect(missingNames("`cli/main.ts`, `cli/none.ts`, `firmware/`, `ws`", (path) => ["cli/main.ts", "firmware"].includes(path))).toEqual(["cli/none.ts"]);
  expect(hasHeader("/** What. */\n")).toBe(true);
  expect(hasHeader("#!/usr/bin/env node\n/** What. */\n")).toBe(true);
  expect(hasHeader("import x;\n")).toBe(false);
});
