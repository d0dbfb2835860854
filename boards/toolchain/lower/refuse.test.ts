/** What the app dialect does not have is refused by name, at its place, with what to write instead. */
import { join } from "node:path";
import { lowerProgram } from "./program";

const root = join(__dirname, "..", "..", "..");

/** A rule and code that it must refuse, at `line` where it is not the first. */
const refused: readonly (readonly [rule: string, code: string, line?: number])[] = [
  ["class", "export class A {}"],
  ["class", "export const a = (): unknown => class {};"],
  ["this", "export function f(this: { n: number }): number { return this.n; }"],
  ["new", "declare const M: new () => object; export const f = (): object => new M();"],
  ["throw", "export const f = (): void => { throw 1; };"],
  ["try", "export const f = (): void => {\n  try { f(); } catch { f(); }\n};", 2],
  ["label", "export const f = (): void => { a: for (;;) { break a; } };"],
  ["for-in", "export const f = (o: Record<string, number>): void => { for (const k in o) f({ k: o[k]! }); };"],
  ["tagged-template", "declare const tag: (t: readonly string[]) => string; export const f = (): string => tag`x`;"],
  ["async", "export async function f(): Promise<void> {}"],
  ["async", "export const f = async (): Promise<number> => 1;"],
  ["async", "export function* f(): unknown { yield 1; }"],
  ["accessor", "export const o = { get a(): number { return 1; } };"],
  ["regexp", "export const f = (): unknown => /a/;"],
  ["bigint", "export const f = (): unknown => 1n;"],
  ["null", "export const f = (): unknown => null;"],
  ["meta", "export const f = (): unknown => import.meta;"],
  ["meta", "export const f = (): unknown => import(\"motet\");"],
  ["namespace", "export namespace A { export const n = 1; }"],
  ["enum", "export enum A { a = 1 }"],
  ["debugger", "export const f = (): void => { debugger; };"],
  ["delete", "export const f = (o: { a?: number }): void => { delete o.a; };"],
  ["void", "export const f = (n: number): unknown => void n;"],
  ["typeof", "export const f = (n: unknown): string => typeof n;"],
  ["holes", "export const l = [1, , 2];"],
  ["any", "export const f = (a: any): unknown => a;"],
  ["bitwise", "export const f = (n: number): number => n & 1;"],
  ["bitwise", "export const f = (n: number): number => { let m = n; m >>>= 1; return m; };"],
  ["bitwise", "export const f = (n: number): number => ~n;"],
  ["loose-equal", "export const f = (n: number): boolean => n == 1;"],
  ["power", "export const f = (n: number): number => n ** 2;"],
  ["power", "export const f = (n: number): number => { let m = n; m **= 2; return m; };"],
  ["in", "export const f = (o: object): boolean => \"a\" in o;"],
  ["in", "export const f = (o: object): boolean => o instanceof f;"],
  ["unary", "export const f = (n: number): number => +n;"],
  ["var", "export const f = (): number => { var n = 1; return n; };"],
  ["function-member", "export const f = (g: () => void): unknown => g.bind;"],
  ["arguments-object", "export function f(): unknown { return arguments; }"],
  ["function-name", "export const f = function g(n: number): number { return n < 2 ? 1 : n * g(n - 1); };"],
  ["default-last", "export const f = (n: number): number => { switch (n) { default: return 1; case 2: return 3; } };"],
  ["number-range", "export const n = 2147483648;"],
  ["number-range", "export const n = 1e3;"],
  ["ascii", "export const t = \"\\u00e9\";"],
  ["ascii", "export const f = (n: string): string => `\u00b0${n}`;"],
  ["truth", "export const f = (n: number): number => (n ? 1 : 2);"],
  ["truth", "export const f = (t: string): boolean => !t;"],
  ["truth", "export const f = (n?: number): number => n || 3;"],
  ["truth", "export const f = (t: string, b: boolean): number => { if (b && t) return 1; return 2; };"],
  ["truth", "export const f = (n: number): number => { let m = n; while (m) m -= 1; return m; };"],
  ["truth", "export const f = (n?: number): number => { let m = n; m ||= 3; return m; };"],
  ["truth", "export const f = (n: unknown): number => (n ? 1 : 2);"],
  ["text-order", "export const f = (t: string): boolean => t < \"b\";"],
  ["undefined-in-list", "export const f = (n?: number): unknown => [n];"],
  ["undefined-in-list", "export const f = (l: (number | undefined)[]): number => l.length;"],
  ["undefined-in-list", "export const f = (l: number[]): number => l.map((n) => (n > 1 ? n : undefined)).length;"],
  ["list-length", "export const f = (l: number[]): void => { l.length = 0; };"],
  ["number-key", "export const f = (o: Record<string, number>): unknown => o[1];"],
  ["number-key", "export const o = { 1: 2 };"],
  ["key-of", "export const f = (o: { a: number; b: number }, k: \"a\" | \"b\"): number => o[k];"],
  ["table-from-struct", "const o = { a: 1 };\nexport const f = (): Record<string, number> => { const r: Record<string, number> = o; return r; };", 2],
  ["table-from-struct", "declare const g: (r: Record<string, number>) => number;\nexport const f = (o: { a: number }): number => g(o);", 2],
  ["member", "export const f = (l: number[]): unknown => l.flat();"],
  ["member", "export const f = (t: string): unknown => t.localeCompare(t);"],
  ["member", "export const f = (n: number): unknown => n.toPrecision(2);"],
  ["member", "export const f = (): unknown => Math.random();"],
  ["method-value", "export const f = (l: number[]): unknown => l.map;"],
  ["method-value", "export const f = (l: number[]): unknown => l.map(Math.floor);"],
  ...["JSON", "Date", "Map", "Set", "Promise", "setTimeout", "console", "Object", "Number", "parseInt", "Uint8Array", "NaN", "Symbol", "require", "process"].map((name) => ["global", `export const f = (): unknown => ${name};`] as const),
  ["before-declaration", "export const f = (): number => g();\nfunction g(): number { return 1; }"],
  ["before-declaration", "export function f(): number { const a = b + 1; const b = 2; return a; }"],
  ["rest-value", "export type F = (...n: number[]) => void;"],
  ["rest-value", "function f(...n: number[]): number { return n.length; }\nexport const g = [1].map(f);", 2],
  ["rest-value", "export const f = (g: (a: number) => number): number => g(1);\nexport const h = (): number => f((...n) => n.length);", 2],
  ["spread", "export const f = (t: string): string[] => [...t];"],
  ["spread-fields", "export const f = (o: Record<string, number>): unknown => ({ ...o });"],
  ["spread-fields", "export const f = (o: { a: number } | undefined): unknown => ({ ...o });"],
  ["spread-order", "declare const g: () => number; export const f = (o: { a: number }): unknown => { const p: { a: number } = { a: g(), ...o } as { a: number }; return p; };"],
  ["spread-undefined", "export const f = (o: { a?: number | undefined }): unknown => ({ a: 1, ...o });"],
  ["spread-hidden", "export const f = (o: { a: number }): { a: number; b?: number } => ({ ...o });"],
  ["computed-order", "export const f = (k: string): Record<string, number> => ({ [k]: 1, b: 2 });"],
  ["rest-record", "export const f = (o: Record<string, number>): unknown => { const { a, ...b } = o; return [a ?? 0, b]; };"],
  ["destructuring", "export const f = (): unknown => { let a = 0; const b = ([a] = [1]); return [a, b.length]; };"],
  ["loop-assign", "export const f = (l: (() => number)[]): void => { for (let i = 0; i < 3; i += 1) { l.push(() => i); i += 1; } };"],
  ["loop-capture", "export const f = (l: (() => number)[]): void => { for (let i = 0, g = (): number => i; i < 3; i += 1) l.push(g); };"],
  ["arguments", "export const f = (n: number, d: number): string => n.toFixed(d);"],
  ["arguments", "export const f = (n: number): string => n.toFixed(10);"],
  ["replacement", "export const f = (t: string, by: string): string => t.replace(\"a\", by);"],
  ["replacement", "export const f = (t: string): string => t.replace(\"a\", \"$&\");"],
  ["text-of", "export const f = (o: { a: number }): string => `${o}`;"],
  ["plus", "export const f = (a: string | number): unknown => a + 1;"],
];

const pathOf = (index: number): string => join(root, "firmware", "apps", `refused-${index}.ts`);
const files = refused.map((_row, index) => pathOf(index));
const { problems } = lowerProgram(root, files, new Map(refused.map(([, code], index) => [pathOf(index), `${code}\nexport {};\n`])));

test("what the compiler says of a refused line is not said besides", () => {
  const file = pathOf(refused.findIndex(([, code]) => code.includes("Math.random")));
  expect(problems.filter((problem) => problem.file === file).map(({ rule }) => rule)).toEqual(["member"]);
});

test.each(refused.map(([rule, code, line], index) => ({ rule, code, line, index })))("$rule: $code", ({ rule, line, index }) => {
  const found = problems.filter(({ file }) => file === pathOf(index));
  const mine = found.find((problem) => problem.rule === rule);
  expect(found.map((problem) => problem.rule)).toContain(rule);
  expect(mine?.line).toBe(line ?? 1);
  expect(mine?.message).toMatch(/^[^\n]+\.$/);
});
