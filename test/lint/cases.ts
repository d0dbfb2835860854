/**
 * For each rule of the device dialect: code that it must refuse, and the like that it must let pass. All in one table,
 * because a rule without its case here is not known to work.
 */

/** A rule; what it must refuse; what it must let pass. The code stands in a file of its own at `firmware/<area>`. */
export interface LintCase {
  /** A rule's id, or for a banned piece of syntax the first words of its message. */
  readonly rule: string;
  readonly bad: string;
  readonly good: string;
  /** Folder; `firmware/store` where absent. */
  readonly folder?: string;
  /** The ending of the file; `.ts` where absent. */
  readonly ending?: string;
}

const of = (rule: string, bad: string, good: string): LintCase => ({ rule, bad, good });
const body = (text: string): string => `export function f(n: number, s: string, list: number[]): number {\n${text}\nreturn n + s.length + list.length;\n}`;
const inBody = (rule: string, bad: string, good: string): LintCase => of(rule, body(bad), body(good));

const syntax: readonly LintCase[] = [
  of("No classes", "export class A {}", "export interface A { readonly n: number }"),
  of("No classes", "export const make = () => class {};", "export const make = (): number => 1;"),
  of("No this", "export function f(this: { n: number }): number { return this.n; }", "export function f(state: { n: number }): number { return state.n; }"),
  of("No new", "declare const Made: new () => object;\nexport const make = (): object => new Made();", "export const make = (): object => ({ n: 1 });"),
  inBody("No throw", "if (n > 1) throw n;", "if (n > 1) return 1;"),
  inBody("No try", "try { list.push(1); } catch { return 1; }", "list.push(1);"),
  inBody("No do loops", "let n = 0; do { n += 1; } while (n < 3);", "let n = 0; while (n < 3) { n += 1; }"),
  inBody("No labels", "outer: for (;;) { break outer; }", "for (;;) { break; }"),
  inBody("No for-in", "for (const k in list) { if (k === s) return 1; }", "for (const k of list) { if (k === n) return 1; }"),
  of("No spread", "export const f = (a: { n: number }): { n: number } => ({ ...a });", "export const f = (a: { n: number }): { n: number } => ({ n: a.n });"),
  of("No rest", "export function f(...all: number[]): number { return all.length; }", "export function f(all: number[]): number { return all.length; }"),
  of("No default values", "export function f(n = 1): number { return n; }", "export function f(n: number): number { return n; }"),
  of("No destructuring", "export function f(a: { n: number }): number { const { n } = a; return n; }", "export function f(a: { n: number }): number { const n = a.n; return n; }"),
  of("No destructuring", "export function f([n]: [number]): number { return n; }", "export function f(n: number): number { return n; }"),
  of("No ?.", "export function f(a: { n: number } | undefined): number { return a?.n ?? 0; }", "export function f(a: { n: number } | undefined): number { return a === undefined ? 0 : a.n; }"),
  of("No logical assignment", "export function f(a: { n: number | undefined }): void { a.n ??= 1; }", "export function f(a: { n: number | undefined }): void { if (a.n === undefined) a.n = 1; }"),
  of("No tagged templates", "declare function tag(this: void, text: readonly string[]): string;\nexport const f = (): string => tag`x`;", "declare function tag(this: void, text: string): string;\nexport const f = (): string => tag(`x`);"),
  of("No async", "export async function f(): Promise<number> { return 1; }", "export function f(done: (this: void, n: number) => void): void { done(1); }"),
  of("No generators", "export function* f(): unknown { yield 1; }", "export function f(): unknown { return 1; }"),
  of("No computed keys", "export const f = (key: string): object => ({ [key]: 1 });", "export const f = (key: string): object => ({ key });"),
  of("No getters or setters", "export const f = (): object => ({ get n(): number { return 1; } });", "export const f = (): object => ({ n: 1 });"),
  of("No regular expressions", "export const f = (): unknown => /a/;", 'export const f = (): unknown => "a";'),
  of("No bigints", "export const f = (): unknown => 1n;", "export const f = (): unknown => 1;"),
  of("No null", "export const f = (): unknown => null;", "export const f = (): unknown => undefined;"),
  inBody("No unary", "n = +s;", "n = -n;"),
  inBody("No unary", "void n;", "n = 0 - n;"),
  of("No unary", "export function f(a: { n?: number }): void { delete a.n; }", "export function f(a: { n: number | undefined }): void { a.n = undefined; }"),
  inBody("No division", "n = n / 2;", "n = n * 2;"),
  inBody("No division", "n /= 2;", "n *= 2;"),
  inBody("No **", "n = n ** 2;", "n = n * n;"),
  of("No in or", 'export const f = (a: object): boolean => "n" in a;', "export const f = (a: { n: unknown }): boolean => a.n !== undefined;"),
  inBody("No loose comparison", "if (n == 1) return 2;", "if (n === 1) return 2;"),
  inBody("No comma expressions", "n = (list.push(1), 2);", "list.push(1);"),
  of("No plain enum", "export enum A { a = 1 }", "export const enum A { a = 1 }"),
  of("No namespaces", "export namespace A { export const n = 1; }", "export const n = 1;"),
  of("No import.meta", 'export const f = (): unknown => import("./other");', 'export type { A } from "./other";'),
  of("A function declaration", "export const f = function (): number { return 1; };", "export const f = (): number => 1;"),
  of("No arguments object", "export function f(): unknown { return arguments; }", "export function f(given: unknown): unknown { return given; }"),
  of("Export by name", "export default 1;", "export const n = 1;"),
  of("No call, apply", "export function f(g: (this: void) => void): unknown { return g.bind; }", "export function f(g: (this: void) => void): unknown { return g; }"),
];

const language: readonly LintCase[] = [
  inBody("no-bitwise", "n = n & 1;", "n = n % 2;"),
  inBody("no-bitwise", "n >>>= 1;", "n -= 1;"),
  inBody("no-var", "var k = 1; n += k;", "const k = 1; n += k;"),
  inBody("prefer-const", "let k = 1; n += k;", "let k = 1; k += 1; n += k;"),
  inBody("eqeqeq", "if (n != 1) return 2;", "if (n !== 1) return 2;"),
  inBody("default-case-last", "switch (n) { default: n = 1; break; case 2: n = 3; }", "switch (n) { case 2: n = 3; break; default: n = 1; }"),
  inBody("no-unreachable", "return 1;", "if (n === 1) return 1;"),
  of("@typescript-eslint/no-shadow", "export function f(n: number): unknown { return () => { const n = 1; return n; }; }", "export function f(n: number): unknown { return () => { const k = n; return k; }; }"),
  of("@typescript-eslint/no-use-before-define", "export function f(): number { return g(); }\nfunction g(): number { return 1; }", "function g(): number { return 1; }\nexport function f(): number { return g(); }"),
  inBody("@typescript-eslint/strict-boolean-expressions", "if (n) return 1;", "if (n !== 0) return 1;"),
  inBody("@typescript-eslint/strict-boolean-expressions", "if (s && n > 1) return 1;", 'if (s !== "" && n > 1) return 1;'),
  of("@typescript-eslint/prefer-nullish-coalescing", "export const f = (n: number | undefined): number => n || 3;", "export const f = (n: number | undefined): number => n ?? 3;"),
  of("max-lines", "// line\n".repeat(300) + "export const n = 1;", "// line\n".repeat(299) + "export const n = 1;"),
  of("max-lines-per-function", `export function f(): number {\n${"// line\n".repeat(68)}return 1;\n}`, `export function f(): number {\n${"// line\n".repeat(67)}return 1;\n}`),
  of("no-restricted-globals", "export const f = (): unknown => JSON;", "export const f = (): unknown => Math.floor(1);"),
  of("no-restricted-globals", "export const f = (): unknown => setTimeout;", "export const f = (setTimeout: number): unknown => setTimeout;"),
  of("no-restricted-globals", 'export const f = (): unknown => parseInt("1");', "export const f = (): unknown => Math.abs(1);"),
  of("no-restricted-globals", "export const f = (): unknown => Symbol;", 'export const f = (): unknown => "Symbol";'),
  of("no-restricted-globals", "export const f = (): unknown => process;", "export const f = (process: number): unknown => process;"),
  of("no-eval", 'export const f = (): unknown => eval("1");', "export const f = (): unknown => 1;"),
  of("@typescript-eslint/no-explicit-any", "export const f = (a: any): unknown => a;", "export const f = (a: unknown): unknown => a;"),
  of("@typescript-eslint/no-unused-vars", "export function f(): number { const n = 1; return 2; }", "export function f(): number { const n = 1; return n; }"),
];

const own: readonly LintCase[] = [
  of("device/ascii-only", 'export const s = "\u00e9";', 'export const s = "e"; // \u00e9'),
  of("device/ascii-only", 'export const s = "\\x80";', 'export const s = "\\x7f";'),
  of("device/ascii-only", "export const s = `\\u00e9`;", "export const s = `\\u0041`;"),
  of("device/ascii-only", "export const \u00e9 = 1;", "export const e = 1;"),
  of("device/integer-literals", "export const n = 2147483648;", "export const n = 2147483647;"),
  of("device/integer-literals", "export const n = 0x80000000;", "export const n = 0x7fffffff;"),
  of("device/integer-literals", "export const n = 1.5;", "export const n = 15;"),
  of("device/integer-literals", "export const n = 1.0;", "export const n = 1;"),
  of("device/integer-literals", "export const n = 1e3;", "export const n = -1000;"),
  of("device/integer-literals", "export const n = 1_000;", "export const n = 1000;"),
  of("device/template-names", "export const f = (n: number): string => `${n + 1}`;", "export const f = (n: number): string => `${n}`;"),
  of("device/template-names", 'export const f = (a: Record<string, string>): string => `${a["k"]}`;', "export const f = (a: { k: string }): string => `${a.k}`;"),
  of("device/template-names", "export const f = (b: boolean): string => `${b}`;", 'export const f = (b: string): string => `<${b}>`;'),
  of("device/void-this", "export type F = (n: number) => void;", "export type F = (this: void, n: number) => void;"),
  of("device/void-this", "export interface A { f(n: number): void }", "export interface A { f(this: void, n: number): void }"),
  of("device/module-state", "export let n = 1;", "export const n = 1;"),
  of("device/module-state", "export const list = [1];", "export const list: readonly number[] = [1];"),
  of("device/module-state", "export const list: number[] = [];", "export const list = [1, 2] as const;"),
  of("device/module-state", "export const state = { n: 1 };", "export const state: { readonly n: number } = { n: 1 };"),
  of("device/module-state", "export const state: { readonly a: { n: number } } = { a: { n: 1 } };", "export const state: { readonly a: { readonly n: number } } = { a: { n: 1 } };"),
  of("device/module-state", "export const table: Record<string, number> = { a: 1 };", "export const table: Readonly<Record<string, number>> = { a: 1 };"),
  of("device/module-state", "let hidden = 1;\nexport const f = (): number => { hidden += 1; return hidden; };", "export const f = (): number => { let hidden = 1; hidden += 1; return hidden; };"),
  of("device/load-work", "export const n = Math.floor(1);", "export const f = (): number => Math.floor(1);"),
  inBody("device/members", "n = s.charCodeAt(0);", 'n = s.indexOf("a");'),
  inBody("device/members", "s = s.substring(0, 1);", "s = s + s;"),
  inBody("device/members", "s = String.fromCharCode(n);", 's = "" + n;'),
  inBody("device/members", 'n = s[0] === "a" ? 1 : 2;', "n = list[0] ?? 0;"),
  inBody("device/members", "s = s.slice(1);", "n = s.length;"),
  inBody("device/members", 'if (s.startsWith("a")) return 1;', 'if (s.indexOf("a") === 0) return 1;'),
  inBody("device/members", 'n = s.indexOf("ab");', 'n = s.indexOf("b");'),
  inBody("device/members", 'n = s.indexOf(s + "b");', "n = s.indexOf(s);"),
  inBody("device/members", "list = list.map((k) => k);", "list = [1, 2];"),
  inBody("device/members", "list.splice(0, 1);", "list.shift();"),
  inBody("device/members", "list.length = 0;", "list = [];"),
  inBody("device/members", "n = list.push(1);", "list.push(1);"),
  inBody("device/members", "s = n.toFixed(2);", 's = "" + n;'),
  inBody("device/members", "list = [1, , 2];", "list = [1, 2];"),
  inBody("device/for-of-arrays", "for (const c of s) { if (c === s) return 1; }", "for (const k of list) { if (k === n) return 1; }"),
  inBody("device/text-order", 'if (s < "b") return 1;', "if (n < 2) return 1;"),
  inBody("device/remainder", "n = -n % 2;", "n = n % 2;"),
  inBody("device/loop-capture", "for (let i = 0; i < n; i += 1) { const g = (): number => i; n += g(); }", "for (let i = 0; i < n; i += 1) { const k = i; const g = (): number => k; n += g(); }"),
  inBody("device/loop-capture", "for (const k of list) { const g = (): number => k; n += g(); }", "for (const k of list) { n += k; }"),
  inBody("device/no-recursion", "n = f(n, s, list);", "const g = (): number => f(n, s, list); if (n === 1) return g();"),
  of("device/no-recursion", "export const f = (n: number): number => (n === 0 ? 0 : f(n - 1));", "export const f = (n: number): number => n;"),
];

/** Which rules hold where: tests, apps and drivers have their own. */
const places: readonly LintCase[] = [
  { ...of("device/void-this", "export interface A { f(n: number): void }", 'export type { A } from "./a";'), folder: "hal/ports" },
  { ...of("No division", "export const f = (n: number): number => n ** 2 / 2;", "export const f = (n: number): number => n * 2;"), folder: "firmware/agent" },
  { ...of("device/literal-range", "export const n = 2147483648;", "export const f = (n: number): number => n / 16.5;"), folder: "firmware/drivers" },
  { ...of("No **", "export const f = (n: number): number => n ** 2;", "export const f = (n: number): number => n / 2;"), folder: "firmware/drivers" },
  { ...of("No classes", "export class A {}", "export const f = ({ n = 1.5 }: { n?: number }, ...m: number[]): number[] => [...m.map((k) => k / n)];"), folder: "firmware/apps" },
  { ...of("No new", "declare const Made: new () => object;\nexport const f = (): object => new Made();", "export const f = (list: number[]): (() => number)[] => { const all: (() => number)[] = []; for (const n of list) all.push(() => n); return all; };"), folder: "firmware/apps" },
  { ...of("default-case-last", "export function f(n: number): number { switch (n) { default: return 1; case 2: return 3; } }", "export function f(n: number): number { let k = n; do k += 1; while (k < 3); return k; }"), folder: "firmware/apps" },
  { ...of("No async", "export async function f(): Promise<void> { await undefined; }", "export default (a: { n?: number } | undefined): number | undefined => a?.n;"), folder: "firmware/apps" },
  { ...of("@typescript-eslint/no-floating-promises", "export function f(p: Promise<number>): void { p; p.then(() => 1); }", "export function f(p: Promise<number>): void { void p; }"), folder: "sim" },
  { ...of("@typescript-eslint/no-explicit-any", "export const f = (a: any): unknown => a;", "export class A { n = 1 / 2; }"), folder: "cli" },
  { ...of("device/no-sleep", "test('x', async () => { await new Promise((done) => setTimeout(done, 5)); });", "test('x', async () => { await new Promise((_done, fail) => { setTimeout(() => fail(new Error()), 5); }); });"), folder: "sim", ending: ".test.ts" },
  { ...of("device/no-sleep", "test('x', async () => { await new Promise<void>((done) => { setTimeout(() => done(), 5); }); });", "test('x', () => { expect(1).toBe(1); });"), folder: "test", ending: ".test.ts" },
  { ...of("device/no-sleep", 'import { setTimeout as sleep } from "node:timers/promises";\ntest("x", async () => { await sleep(5); });', 'import { once } from "node:events";\ntest("x", async () => { await once(process, "x"); });'), folder: "firmware/base", ending: ".test.ts" },
  { ...of("Parsing", "export const f = (: number => 1;", "export const f = (): number => JSON.parse('1') as number;"), folder: "test/support" },
];

export const cases: readonly LintCase[] = [...syntax, ...language, ...own, ...places];
