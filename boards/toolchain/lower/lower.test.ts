import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lowerApp } from "./lower";
import { isAppFile } from "../compile/app-file";
import { appProgram, lowerProgram } from "./program";

const root = join(__dirname, "..", "..", "..");
const path = join(root, "firmware", "apps", "lowered.ts");

function lower(text: string): string {
  const { texts, problems } = lowerProgram(root, [path], new Map([[path, text]]));
  expect(problems).toEqual([]);
  return texts.get(path)!;
}

const manyLines = `import { every } from "motet"; const make = (text: string): { e: string; f: { g?: string } } => ({ e: text, f: {} });
export function run(
  first: string, // "@3"
  { a = "@4",
    b = { c: "@5" },
    d }: { a?: string; b?: { c: string }; d?: () => string } = {
    d: () => "@7",
  },
  ...rest: string[]
): string[] {
  const { e, f: { g = "@11" } } = make(
    "@12",
  );
  const list = [
    first, "@15",
    ...rest,
    "@17",
  ]
    .map((text) => text + "@19")
    .filter((text) =>
      text !== "@21")
    .slice(1);
  const o = {
    x: "@24",
    ...make("@25"),
    y: "@26",
  };
  for (const { h } of [
    { h: "@29" },
  ]) {
    list.push(h, "@31",
      "@32");
  }
  let i = 0;
  do {
    i += "@36".length;
  } while (i < "@37".length);
  for (let k = 0; k < 2; k += 1) {
    every(undefined as never, 1, () => {
      list.push(\`@40\${k}
@41\${"@41"}\`);
    });
  }
  let p: { q?: (t: string) => string } | undefined = {};
  p
    ?.q
    ?.("@48");
  p ??=
    { q: (t = "@50") => t };
  [list[0], list[1]] = [
    "@52",
    "@53",
  ];
  return [e, g, o.x, o.y, "@55", \`\${
    a + "@56"
  }\${b.c}\${d?.() ?? "@57"}\`];
}
`;

const marks = (text: string): Map<string, number> => {
  const lines = text.split("\n");
  return new Map(lines.flatMap((line, index) => [...line.matchAll(/@(\d+)/g)].map((match) => [match[1]!, index + 1] as const)));
};

test("every construct stays on its line", () => {
  const lowered = lower(manyLines);
  const wanted = marks(manyLines.replace(/\/\/.*/g, ""));
  const found = marks(lowered.replace(/\/\/.*/g, ""));
  // A pattern's defaults and its value change places, and a template of two lines becomes one text: they stay in their statement.
  const moved = [...wanted].filter(([mark, line]) => found.get(mark) !== line && !["7", "11", "41"].includes(mark));
  expect(moved).toEqual([]);
  expect(wanted.size).toBeGreaterThan(25);
});

test("the strict dialect comes out as it went in", () => {
  const text = `/** An app. */\nimport { defineThing } from "motet";\n\nexport default defineThing((thing) => {\n  const clock = thing.board.clock;\n  if (clock.uptime() > 3) return; // late\n});\n`;
  expect(lower(text)).toBe(text);
});

test("the framework's example lowers, and what it takes apart costs nothing", () => {
  const app = join(root, "firmware", "apps", "weather-station.ts");
  const { texts, problems } = lowerProgram(root, [app]);
  expect(problems).toEqual([]);
  expect(texts.get(app)).toContain("const board = thing.board;");
  expect([...texts.keys()]).toEqual([app]);
});

test("names of the file are left alone", () => {
  const text = lower("export const f = (_t1: number[], _tt: number): number => _t1.map((n) => n + 1).length + _tt;");
  expect(text).toMatch(/import \{ mapList as _ttt_mapList \}/);
});

test("an app outside the framework, with files of its own", () => {
  const folder = mkdtempSync(join(tmpdir(), "motet-app-"));
  const own = join(folder, "own-twice.ts");
  writeFileSync(own, "export const twice = (...n: number[]): number => Math.max(...n);\n");
  writeFileSync(join(folder, "app.ts"), 'import { twice } from "./own-twice";\nimport { minutes } from "motet";\nexport const f = (n = 1): number => twice(n, n) + minutes(1);\n');
  const { texts, problems } = lowerProgram(root, [join(folder, "app.ts")]);
  rmSync(folder, { recursive: true });
  expect(problems).toEqual([]);
  expect([...texts.keys()].sort()).toEqual([join(folder, "app.ts"), own]);
  expect(texts.get(join(folder, "app.ts"))).toContain("twice([n, n])");
  expect(texts.get(own)).toContain('firmware/base/app-support-list"');
});

test("what the compiler says is said with its place", () => {
  const { problems } = lowerProgram(root, [path], new Map([[path, "export const a = 1;\nexport const n: number = `x`;\n"]]));
  expect(problems).toEqual([{ file: path, line: 2, column: 14, rule: "TS2322", message: "Type 'string' is not assignable to type 'number'." }]);
});

test("of a line that the dialect refuses, the compiler says nothing", () => {
  const { problems } = lowerProgram(root, [path], new Map([[path, "export const a = (): unknown => [1].flat();\n"]]));
  expect(problems.map(({ rule }) => rule)).toEqual(["member"]);
});

test("a text that is not the program's is a mistake of the caller", () => {
  const program = appProgram(root, [path], new Map([[path, "export {};"]]));
  expect(() => lowerApp(path, "export const a = 1;", program, root)).toThrow("not in the program");
});

test("files of apps and files of the framework", () => {
  expect(["firmware/apps/a.ts", "other/a.ts"].map((file) => isAppFile(root, join(root, file)))).toEqual([true, true]);
  expect(["firmware/agent/a.ts", "hal/ports/a.ts", "test/engines/a.ts", "node_modules/x/a.ts", "firmware/lib/apps.d.ts"].map((file) => isAppFile(root, join(root, file)))).toEqual([false, false, false, false, false]);
});
