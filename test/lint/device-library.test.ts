/** The device compiler settings: what engines lack must fail to compile, what all of them have must pass. */
import { join } from "node:path";
import ts from "typescript";

const refused: readonly string[] = [
  "export const x = JSON.stringify({});",
  "export const x = Date.now();",
  "export const x = new Date();",
  "export const x = new Uint8Array(4);",
  "export const x = new ArrayBuffer(4);",
  "export const x = new DataView(x);",
  'export const x = Buffer.from("");',
  "setTimeout(() => {}, 1);",
  "export const x = setInterval;",
  "export const x = new Map<string, number>();",
  "export const x = new Set<number>();",
  "export const x = new WeakMap();",
  "export const x = Symbol();",
  "export const x = Promise.resolve(1);",
  "export async function f(): Promise<void> {}",
  "export const x = new Proxy({}, {});",
  "export const x = Reflect.get;",
  "export const x = BigInt(1);",
  'console.log("");',
  "export const x = process.env;",
  "export const x = globalThis.x;",
  "export const x = Math.random();",
  "export const x = Math.round(1);",
  "export const x = Math.sqrt(4);",
  "export const x = Object.keys({});",
  "export const x = Array.isArray([]);",
  "export const x = Array.from([1]);",
  'export const x = Number("1");',
  'export const x = parseInt("1");',
  'export const x = parseFloat("1");',
  "export const x = isNaN(1);",
  "export const x = NaN;",
  'export const x = new Error("");',
  'export const x = RegExp("a");',
  'export const x = /a/.test("a");',
  "export const x = (1).toFixed(2);",
  "export const x = (1).toString();",
  "export const x = String(1);",
  "const a = { n: 1 };\nexport const x = a();",
  'export const x = "abc"[0];',
  ...["slice(1)", "substr(1)", "charAt(0)", 'split("")', 'replace("a", "b")', 'startsWith("a")', "trim()", "repeat(2)", "toUpperCase()", 'localeCompare("")', 'indexOf("a", 1)', "codePointAt(0)", 'padStart(2, "0")', 'includes("a")', "at(0)"].map(
    (call) => `export const x = "abc".${call};`,
  ),
  ...["map((n) => n)", "filter(() => true)", "reduce((a) => a)", "find(() => true)", "sort()", "splice(0, 1)", "indexOf(1)", "slice(1)", "concat([2])", "forEach(() => {})", "unshift(1)", "reverse()", "includes(1)", "push(1, 2)", "keys()", "join()"].map(
    (call) => `const list: number[] = [1];\nexport const x = list.${call};`,
  ),
  "const list: number[] = [1];\nlist.length = 0;",
  "const list: number[] = [1];\nexport const x: number = list[0];",
  'import { readFileSync } from "node:fs";\nexport const x = readFileSync;',
];

const accepted: readonly string[] = [
  'const list: number[] = [1];\nlist.push(2);\nexport const x = [list.length, list.pop(), list.shift(), ["a"].join(""), list[0]];',
  'export const x = ["abc".length, "abc".indexOf("b")];',
  "export const x = [Math.floor(1), Math.min(1, 2), Math.max(1, 2), Math.abs(-1)];",
  "export function f(list: readonly number[]): number {\n  let sum = 0;\n  for (const n of list) sum += n;\n  return sum;\n}",
  "export const enum A { a = 1 }\nexport const x: number = A.a;",
  "export const x: Readonly<Record<string, number>> = { a: 1 };\nexport const y: number | undefined = x.a;",
  "export const x = `${1}` + typeof 1;",
  "if (MOTET_CHECKED) MOTET_CHECKED;",
];

const folder = join(process.cwd(), "firmware");
const config = ts.getParsedCommandLineOfConfigFile(join(folder, "tsconfig.json"), {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined });
const options = config?.options ?? {};

/** Compiles each piece of code as a module of its own under firmware/; the complaints for each. */
function compile(pieces: readonly string[]): string[][] {
  const paths = pieces.map((_piece, index) => join(folder, `piece-${index}.ts`));
  const textOf = (path: string): string | undefined => pieces[paths.indexOf(path)];
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => paths.includes(path) || fileExists(path);
  host.readFile = (path) => textOf(path) ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = textOf(path);
    return text === undefined ? getSourceFile(path, version, ...rest) : ts.createSourceFile(path, `${text}\nexport {};\n`, version);
  };
  const program = ts.createProgram([...paths, join(folder, "base/globals.d.ts")], options, host);
  return paths.map((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map((each) => ts.flattenDiagnosticMessageText(each.messageText, " "));
  });
}

const found = compile([...refused, ...accepted]);

test.each(refused.map((code, index) => ({ code, index })))("does not compile: $code", ({ index }) => {
  expect(found[index]).not.toEqual([]);
});

test.each(accepted.map((code, index) => ({ code, index })))("compiles: $code", ({ index }) => {
  expect(found[refused.length + index]).toEqual([]);
});
