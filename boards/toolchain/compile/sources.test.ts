/** Source files that programs share: the same text is one tree, another text is never taken for it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { sourceHost } from "./sources";

const root = mkdtempSync(join(tmpdir(), "motet-sources-"));
const path = join(root, "a.ts");
afterAll(() => rmSync(root, { recursive: true }));

const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2015, strict: true, noLib: true };
const sourceIn = (texts: ReadonlyMap<string, string> = new Map()): ts.SourceFile | undefined => sourceHost(root, options, texts).getSourceFile(path, ts.ScriptTarget.ES2015);

test("two programs have one tree of a file, until its text changes", () => {
  writeFileSync(path, "export const a = 1;\n");
  const first = sourceIn();
  expect(first!.text).toBe("export const a = 1;\n");
  expect(sourceIn()).toBe(first);
  writeFileSync(path, "export const a = 2;\n");
  expect(sourceIn()!.text).toBe("export const a = 2;\n");
});

test("a text from memory stands in place of the file for its own program alone", () => {
  writeFileSync(path, "export const a = 1;\n");
  const texts = new Map([[path, "export const a = true;\n"]]);
  expect(sourceIn(texts)!.text).toBe("export const a = true;\n");
  expect(sourceIn()!.text).toBe("export const a = 1;\n");
});

test("a file that is not there is none, and one in memory alone is", () => {
  const other = join(root, "b.ts");
  const host = sourceHost(root, options, new Map([[other, "export {};\n"]]));
  expect([host.fileExists(other), host.readFile(other), host.fileExists(join(root, "c.ts"))]).toEqual([true, "export {};\n", false]);
  expect(host.getSourceFile(join(root, "c.ts"), ts.ScriptTarget.ES2015)).toBeUndefined();
});

test("a shared tree that was bound once is checked anew by each program", () => {
  writeFileSync(path, 'import { b } from "./b";\nexport const a: number = b;\n');
  const mistakes = (b: string): number => {
    const host = sourceHost(root, options, new Map([[join(root, "b.ts"), `export const b = ${b};\n`]]));
    const program = ts.createProgram([path], options, host);
    return program.getSemanticDiagnostics(program.getSourceFile(path)).length;
  };
  expect([mistakes("1"), mistakes("true"), mistakes("2")]).toEqual([0, 1, 0]);
});
