/**
 * The constructs of the app dialect, each as the body of a function that returns what shows what it did: run as JavaScript it
 * is the reference, and every engine must return the same after lowering.
 */

import { appRows } from "./construct-rows-apps";

export interface ConstructRow {
  readonly name: string;
  /** Statements; they end in a return of text, numbers, booleans or lists of them. */
  readonly body: string;
  /** Declarations before the function. */
  readonly before?: string;
  /** The value on every engine, where JavaScript's own is another and docs/ENGINES.md says so. */
  readonly lowered?: unknown;
}

const row = (name: string, body: string, before = ""): ConstructRow => ({ name, body, before });

const log = "const seen: string[] = []; const note = <T,>(text: string, value: T): T => { seen.push(text); return value; };";

const parameters: readonly ConstructRow[] = [
  row("default parameter, absent and undefined", "return [f(1), f(1, undefined), f(1, 5)];", "function f(a: number, b = a + 1): number { return a * 10 + b; }"),
  row("default parameter keeps 0, \"\" and false", "return [n(0), t(\"\"), b(false)];", "const n = (a = 7): number => a; const t = (a = \"x\"): string => a; const b = (a = true): boolean => a;"),
  row("default parameter computed at each call, left to right", `${log} const f = (a = note("a", 1), b = note("b", a + 1)): number => a + b; return [f(), f(5), f(5, 5), seen.join("")];`),
  row("default parameter before a required one", "return [f(undefined, 2), f(1, 2)];", "function f(a: number | undefined = 9, b: number): number { return a * 10 + b; }"),
  row("default parameter that is assigned and kept", "const f = (a = 1): (() => number) => { a += 1; return () => a; }; return [f()(), f(4)()];"),
  row("default parameter of a callback", "const f = (g: (n?: number) => number): number => g() + g(10); return f((n = 3) => n * 2);"),
  row("destructured parameter", "return [f({ a: 1 }), f({ a: 1, b: 2 })];", "function f({ a, b = 5 }: { a: number; b?: number }): number { return a * 10 + b; }"),
  row("destructured parameter with a default of its own", "return [f(), f({ a: 2 })];", "const f = ({ a = 3 }: { a?: number } = {}): number => a;"),
  row("destructured list parameter", "return f([1, 2]) + g([3, 4]);", "function f([a, b]: [number, number]): number { return a * 10 + b; }\nconst g = ([a, b]: readonly [number, number]): number => a - b;"),
  row("rest parameter", "return [f(1), f(1, 2), f(1, 2, 3)];", "function f(a: number, ...more: number[]): number { return a + more.length * 10 + more.reduce((s, n) => s + n, 0); }"),
  row("rest parameter from spread lists", "const all = [2, 3]; return f(1, ...all, 4, ...all).join(\",\");", "const f = (...n: number[]): number[] => n.map((x) => x * 2);"),
  row("spread tuple into plain parameters", `${log} const pair = (): [number, number] => note("p", [1, 2]); return [f(...pair()), seen.length];`, "function f(a: number, b: number): number { return a * 10 + b; }"),
  row("default parameter from an optional chain", "const o: { a?: { n: number } } = { a: { n: 4 } }; const g = (): { a?: { n: number } } => o; const f = (n = g().a?.n ?? 1, m = g()?.a?.n ?? 2): number => n * m; return [f(), f(2), f(2, 3)];"),
  row("default parameter of a generic function and of a method", "const o = { add(a: number, b = 2): number { return a + b; } }; return [o.add(1), o.add(1, 1), pick([7]), pick([], 8)];", "function pick<T>(list: readonly T[], index = 0): number { return list.length * 10 + index; }"),
  row("default parameter that is a function", "return [f(), f((n) => n * 5)];", "function f(g: (n: number) => number = (n) => n + 1): number { return g(2); }"),
  row("destructured parameter with a function in it", "return [f({}), f({ g: () => 4 })];", "function f({ g = () => 3 }: { g?: () => number }): number { return g(); }"),
  row("rest parameter after a default", "return [f(), f(1), f(1, 2, 3)];", "const f = (a = 5, ...n: number[]): number => a * 10 + n.length;"),
  row("parameters over many lines", "return f(\n  1,\n);", "function f(\n  a: number, // first\n  {\n    b = 2,\n    c,\n  }: {\n    b?: number;\n    c?: number;\n  } = {\n    c: 3,\n  },\n): string {\n  return [a, b, c ?? 0].join(\"-\");\n}"),
];

const patterns: readonly ConstructRow[] = [
  row("destructured object", "const { a, b: c, d = 4 } = o(); return [a, c, d];", "const o = (): { a: number; b: number; d?: number } => ({ a: 1, b: 2 });"),
  row("destructured object, nested, with defaults", "const { a: { b = 2, c } = { c: 9 }, d: [e] = [7] } = o(); return [b, c, e];", "const o = (): { a?: { b?: number; c: number }; d?: [number] } => ({});"),
  row("destructured object evaluates its value once", `${log} const { a, b } = note("v", { a: 1, b: 2 }); return [a + b, seen.length];`),
  row("destructured object with a rest", "const { a, ...others } = { a: 1, b: 2, c: 3 }; return [a, others.b, others.c];"),
  row("destructured with a rest that holds a struct", "const { a, ...others } = make(); const { n } = others.b; return [a, n];", "const make = (): { a: number; b: { n: number } } => { const b = { n: 2 }; return { a: 1, b }; };"),
  row("destructured list, holes, rest and defaults", "const [a, , b, c = 5, ...d] = [1, 2, 3, 4, 6, 7]; return [a, b, c, d.length, d[1] ?? 0];"),
  row("destructured list shorter than its pattern", "const list: number[] = [1]; const [a, b = 8, ...c] = list; return [a ?? 0, b, c.length];"),
  row("default computed only when needed", `${log} const { a = note("a", 1), b = note("b", 2) } = o; return [a, b, seen.join("")];`, "const o: { a?: number; b?: number } = { a: 5 };"),
  row("swap by destructuring", "let a = 1, b = 2; [a, b] = [b, a]; return [a, b];"),
  row("rotate through list places", "const l = [1, 2, 3]; [l[0], l[1], l[2]] = [l[2]!, l[0]!, l[1]!]; return l;"),
  row("destructuring assignment to fields", "const o = { x: 0, y: 0 }; let r = 0; ({ a: o.x, b: o.y = 6, c: [r] } = s); return [o.x, o.y, r];", "const s: { a: number; b?: number; c: [number] } = { a: 1, c: [3] };"),
  row("destructuring assignment, value first, then targets", `${log} const o = { v: 0 }; const t = (): { v: number } => note("t", o); [t().v] = note("v", [4]); return [o.v, seen.join("")];`),
  row("destructuring in a for head", "let s = 0; for (let [i, j] = [0, 10]; i < j; i += 1, j -= 1) s += j - i; return s;"),
  row("destructuring in for-of", "let s = 0; for (const { a, b: [c] } of [{ a: 1, b: [2] }, { a: 3, b: [4] }]) { s = s * 10 + a + (c ?? 0); } return s;"),
  row("constant of a plain name", "const o = { a: 1, b: { c: 2 } }; const { a, b: { c } } = o; return a + c;"),
  row("destructured record of texts", "const r: Record<string, number> = { alpha: 1 }; const { alpha = 0, beta = 9 } = r; return [alpha, beta];"),
  row("destructured in the order of the names, with effects", `${log} const o = { a: undefined as number | undefined, b: 1 }; const { a = note("a", (o.b = 5)), b } = o; return [a, b, seen.length];`),
  row("destructured constants that closures keep", "const { a, b: [c] } = { a: 1, b: [2] as [number] }; const f = (): number => a + c; return f();"),
  row("nested swap of struct fields", "const p = { x: 1, y: 2 }; [p.x, p.y] = [p.y, p.x]; return [p.x, p.y];"),
  row("destructuring assignment with defaults and rest", "let a = 0, b = 0, c: number[] = []; [a = 3, b = 4, ...c] = l(); return [a, b, c.length];", "const l = (): number[] => [1];"),
  row("statement of one branch", "let a = 0; const f = (b: boolean): void => { if (b) [a] = [5]; else [a] = [6]; }; f(false); const n = a; f(true); return [n, a];"),
];

const chains: readonly ConstructRow[] = [
  row("optional member", "return [o(true)?.a ?? -1, o(false)?.a ?? -1];", "const o = (b: boolean): { a: number } | undefined => (b ? { a: 1 } : undefined);"),
  row("optional chain, deep", "const d = (x: D | undefined): number => x?.a?.b?.c ?? 0; return [d(undefined), d({}), d({ a: {} }), d({ a: { b: { c: 3 } } })];", "interface D { a?: { b?: { c?: number } } }"),
  row("optional chain ends early: nothing after it runs", `${log} const o: { a?: { f: (n: number) => number } } = {}; const r = o.a?.f(note("x", 1)); return [r === undefined, seen.length];`),
  row("optional call", "const f: { g?: (n: number) => number } = {}; const a = f.g?.(1) ?? 9; f.g = (n) => n + 1; return [a, f.g?.(1) ?? 9];"),
  row("optional call as a statement", "let n = 0; const call = (f?: () => void): void => { f?.(); }; call(); call(() => { n += 1; }); return n;"),
  row("optional call after if", "let n = 0; const call = (b: boolean, f?: () => void): void => { if (b) f?.(); else n += 10; }; call(true); call(false); call(true, () => { n += 1; }); return n;"),
  row("optional index", "const l: number[] | undefined = mk(true); const m = mk(false); return [l?.[1] ?? 0, m?.[1] ?? 0];", "const mk = (b: boolean): number[] | undefined => (b ? [1, 2] : undefined);"),
  row("optional list method", "const l = mk(true); const m = mk(false); return [l?.map((n) => n + 1).length ?? 0, m?.map((n) => n + 1).length ?? 0];", "const mk = (b: boolean): number[] | undefined => (b ? [1, 2] : undefined);"),
  row("base of a chain evaluated once", `${log} const f = (): { a: { b: number } } | undefined => note("f", { a: { b: 3 } }); const r = f()?.a.b; return [r ?? 0, seen.length];`),
  row("chain compared, and narrowed", "const f = (o?: { k: string; n: number }): number => { if (o?.k === \"x\") return o.n; return o?.k !== undefined ? 1 : 0; }; return [f(), f({ k: \"x\", n: 5 }), f({ k: \"y\", n: 5 })];"),
  row("chain with false", "const f = (o?: { b: boolean }): boolean => o?.b ?? true; return [f(), f({ b: false }), f({ b: true })];"),
  row("chain that goes on after a call", "const f = (n: number): { g?: (k: number) => { v: number } | undefined } | undefined => (n > 0 ? { g: (k) => (k > 1 ? { v: k } : undefined) } : undefined); return [f(0)?.g?.(2)?.v ?? -1, f(1)?.g?.(1)?.v ?? -1, f(1)?.g?.(2)?.v ?? -1];"),
  row("chain in conditions, with and without an answer", "const f = (o?: { b?: boolean }): number => { if (o?.b) return 1; if (!o?.b && o !== undefined) return 2; return 3; }; return [f(), f({}), f({ b: true }), f({ b: false })];"),
  row("chain over a record and over text", "const r: Record<string, string> | undefined = mk(); return [r?.[\"a\"]?.slice(1) ?? \"-\", r?.b?.length ?? -1, r?.a?.[0] ?? \"?\"];", "const mk = (): Record<string, string> | undefined => ({ a: \"xyz\" });"),
  row("chain inside arguments and loops", "const l: ({ n?: number } | string)[] = [{ n: 1 }, {}]; let s = 0; for (const x of l) { if (typeof x !== \"string\") s += Math.max(x?.n ?? 0, 5); } return s;"),
  row("chain in a template", "const o: { a?: { n: string } } = {}; return `${o.a?.n ?? \"none\"}!`;"),
];

const assignments: readonly ConstructRow[] = [
  row("??= of a variable", "const f = (a?: number): number => { let b = a; b ??= 4; return b; }; return [f(), f(0), f(2)];"),
  row("??= of a field evaluates its object once", `${log} const o: { n?: number } = {}; const f = (): { n?: number } => note("f", o); f().n ??= 4; f().n ??= 5; return [o.n ?? 0, seen.length];`),
  row("??= as a value", "const o: { n?: number } = {}; const a = (o.n ??= 4); const b = (o.n ??= 5); return [a, b];"),
  row("??= computes its right side only when needed", `${log} let a: number | undefined = mk(); a ??= note("x", 2); return [a, seen.length];`, "const mk = (): number | undefined => 1;"),
  row("||= and &&= of booleans", "let a = f(false), b = f(true); a ||= f(true); b &&= f(false); let c = f(true); c ||= f(false); return [a, b, c];", "const f = (b: boolean): boolean => b;"),
  row("&&= and ||= of structs", "let o: { n: number } | undefined = mk(); o &&= { n: o.n + 1 }; o ||= { n: 9 }; return o.n;", "const mk = (): { n: number } | undefined => ({ n: 1 });"),
  row("??= of a list place", "const l: (number)[] = [1]; let i = 0; const at = (): number => { i += 1; return i; }; l[at()] ??= 7; return [l.length, l[1] ?? 0, i];"),
  row("??= in a branch without braces", "let a: number | undefined; const f = (b: boolean): void => { if (b) a ??= 1; else a = undefined; }; f(true); const x = a ?? 0; f(false); return [x, a ?? 0];"),
];

const spreads: readonly ConstructRow[] = [
  row("list spread", "const a = [1, 2], b = [3]; return [0, ...a, ...b, 4].join();"),
  row("list spread makes a copy", "const a = [1, 2]; const b = [...a]; b.push(3); return [a.length, b.length];"),
  row("list spread in order", `${log} const r = [note("a", 1), ...note("b", [2]), note("c", 3)]; return [r.length, seen.join("")];`),
  row("list spread of two types", "const a: (string | number)[] = [...[1, 2], ...[\"x\"]]; return a.join(\"\");"),
  row("tuple spread", "const a: [number, number] = [1, 2]; const b: [number, number, number] = [...a, 3]; return b[0] + b[1] + b[2];"),
  row("object spread", "const a = { x: 1, y: 2 }; const b = { ...a, y: 3 }; return [a.y, b.x, b.y];"),
  row("object spread over earlier fields", "const a: { x?: number; y?: number } = { y: 2 }; const b = { x: 5, y: 6, ...a }; return [b.x, b.y];"),
  row("object spread of defaults and options", "const f = (o: P): number => { const p = { ...d, ...o }; return p.a * 10 + p.b; }; return [f({}), f({ a: 5 }), f({ a: 0, b: 0 })];", "interface P { a?: number; b?: number }\nconst d = { a: 1, b: 2 };"),
  row("object spread of a constant into a wider struct", "const f = ({ low, high = 9, unit = \"x\" }: L = { ...base }): string => low + unit + high; return [f(), f({ ...base, high: 3 }), f({ low: 2, unit: \"y\" })];", "interface L { low: number; high?: number; unit?: string }\nconst base = { low: 1 };"),
  row("object spread of a computed value, once", `${log} const b = { w: note("w", 1), ...note("s", { x: 2, y: 3 }), z: note("z", 4) }; return [b.w, b.x, b.y, b.z, seen.join("")];`),
  row("push of several, and of a spread", "const a = [1]; const n = a.push(2, 3); a.push(...a); return [n, a.join(\"\")];"),
  row("Math.max and Math.min of lists", "const a = [3, 9, 4]; return [Math.max(...a), Math.min(...a, 1), Math.max(1, 2), Math.min(5, 3, 4), Math.max(...[]) < -2147483647];"),
  row("computed keys", "const k = \"a\" + \"b\"; const o: Record<string, number> = { x: 1, [\"y\"]: 3, [k]: 2 }; return [o.x ?? 0, o[\"ab\"] ?? 0, o.y ?? 0];"),
  row("record of texts", "const names: Record<string, string> = { on: \"ON\", \"switched-off\": \"OFF\" }; const f = (k: string): string => names[k] ?? \"?\"; names.more = \"M\"; return [f(\"on\"), f(\"switched-off\"), f(\"more\"), f(\"none\")];"),
  row("shorthand fields and methods", "const a = 1; const o = { a, add(n: number): number { return n + a; }, twice: (n: number): number => n * 2 }; return [o.a, o.add(2), o.twice(4)];"),
  row("function of a struct passed on", "const o = { twice: (n: number): number => n * 2 }; const g: H = { f: o.twice }; return [[1, 2].map((n) => o.twice(n)).join(), g.f(4), [3].map(g.f).join()];", "interface H { f: (n: number) => number }"),
  row("struct with functions from elsewhere", "const o: H = { run: plus, go: (n) => n * 3 }; return o.run(1) + o.go(2);", "interface H { run(n: number): number; go: (n: number) => number }\nfunction plus(n: number): number { return n + 1; }"),
];

const lists: readonly ConstructRow[] = [
  row("map, filter, reduce chained", "return [1, 2, 3, 4]\n  .map((n) => n * n)\n  .filter((n) => n > 1)\n  .reduce((s, n) => s + n, 0);"),
  row("map with the index", "return [\"a\", \"b\"].map((t, i) => t + i).join();"),
  row("reduce to a list with a type", "return [1, 2].reduce<number[]>((all, n) => [...all, n, n], []).join(\"\");"),
  row("forEach", "let s = \"\"; [1, 2].forEach((n, i) => { s += `${n}${i}`; }); return s;"),
  row("find and findIndex", "const l = [{ k: 1 }, { k: 2 }]; return [l.find((o) => o.k === 2)?.k ?? 0, l.find((o) => o.k === 3)?.k ?? 0, l.findIndex((o) => o.k === 2), l.findIndex((o) => o.k === 3)];"),
  row("some and every stop early", `${log} const a = [1, 2, 3].some((n) => note("s", n === 2)); const b = [1, 2, 3].every((n) => note("e", n < 2)); return [a, b, [].some(() => true), [].every(() => false), seen.join("")];`),
  row("includes and indexOf", "const l = [5, 6, 5]; return [l.includes(6), l.includes(7), l.indexOf(5), l.indexOf(5, 1), l.indexOf(5, -2), l.lastIndexOf(5), l.indexOf(9)];"),
  row("slice", "const l = [1, 2, 3, 4]; return [l.slice().length, l.slice(1).join(), l.slice(1, 3).join(), l.slice(-2).join(), l.slice(-3, -1).join(), l.slice(3, 1).length, l.slice(9).length];"),
  row("concat", "const a = [1]; const b = a.concat([2, 3]); return [a.length, b.join()];"),
  row("reverse in place", "const a = [1, 2, 3]; const b = a.reverse(); return [a.join(), a === b];"),
  row("sort, stable", "const l = [\"b2\", \"a1\", \"c2\", \"d1\"]; l.sort((a, b) => a.charCodeAt(1) - b.charCodeAt(1)); return [l.join(), [3, 10, 2].sort((a, b) => a - b).join()];"),
  row("splice", "const l = [1, 2, 3, 4]; const out = l.splice(1, 2, 9, 8, 7); const rest = l.splice(-1); return [out.join(), l.join(), rest.join()];"),
  row("unshift, shift, pop", "const l = [2]; const n = l.unshift(0, 1); return [n, l.shift() ?? -1, l.pop() ?? -1, l.join()];"),
  row("at", "const l = [1, 2, 3]; return [l.at(0) ?? 0, l.at(-1) ?? 0, l.at(5) ?? -1];"),
  row("join of numbers and without a separator", "return [[1, 2.5, 3].join(\" \"), [true, false].join(), [\"a\", \"b\"].join(), [1].join(\"-\")];"),
  row("list read past its end", "const l = [1]; return [l[1] ?? -1, l[-1] ?? -2, l.length];"),
  row("list of lists", "const g = [[1, 2], [3]]; return g.map((r) => r.map((n) => n * 2).join()).join(\"|\");"),
  row("a list that grows while it is walked by for-of", "const l = [1, 2]; let n = 0; for (const x of l) { n += x; if (l.length < 4) l.push(10); } return n;"),
  row("a list that grows while it is walked by forEach", "const l = [1, 2]; let n = 0; l.forEach((x) => { n += x; l.push(x); }); return [n, l.length];"),
  row("methods on computed lists, nested", "const g = (n: number): number[] => [n, n + 1]; return g(1).concat(g(5)).slice(1, -1).map((n) => g(n).reduce((a, b) => a * b, 1)).join();"),
  row("map that shrinks its list", "const l = [1, 2, 3]; const m: number[] = []; l.forEach((n) => { m.push(n); if (n === 1) l.pop(); }); return m.join();"),
  row("find of undefined-free structs and narrowing", "const l: { k: string; n: number }[] = [{ k: \"a\", n: 1 }]; const x = l.find(({ k }) => k === \"a\"); const y = l.find(({ k }) => k === \"b\"); return [x?.n ?? 0, y === undefined];"),
  row("callbacks that answer nothing", "const out: number[] = []; [1, 2].forEach((n) => out.push(n)); return out.length;"),
];

const texts: readonly ConstructRow[] = [
  row("slice of text", "const t = \"abcdef\"; return [t.slice(2), t.slice(1, 3), t.slice(-2), t.slice(-4, -2), t.slice(4, 2), t.slice(9)];"),
  row("substring", "const t = \"abcdef\"; return [t.substring(2), t.substring(3, 1), t.substring(-2, 2), t.substring(4, 99)];"),
  row("startsWith, endsWith, includes", "const t = \"sensor/1\"; return [t.startsWith(\"sen\"), t.startsWith(\"x\"), t.endsWith(\"/1\"), t.endsWith(\"sensor/12\"), t.includes(\"or/\"), t.includes(\"zz\"), t.startsWith(\"\"), t.endsWith(\"\")];"),
  row("indexOf of more than a byte, at the end", "return [\"abc\".indexOf(\"cd\"), \"abcd\".indexOf(\"cd\"), \"aXbX\".indexOf(\"X\", 2), \"aXbX\".lastIndexOf(\"X\"), \"abc\".indexOf(\"\"), \"abc\".indexOf(\"a\", -5)];"),
  row("split and join", "return [\"a,b,,c\".split(\",\").join(\"|\"), \"abc\".split(\"\").length, \"\".split(\",\").length, \"a--b\".split(\"--\").length];"),
  row("upper and lower case", "return [\"Ab9-z\".toUpperCase(), \"Ab9-Z\".toLowerCase()];"),
  row("trim", "return [\"  a b\\t\\n\".trim(), \" x \".trimStart(), \" x \".trimEnd(), \"   \".trim()];"),
  row("padStart, padEnd, repeat", "return [\"7\".padStart(3, \"0\"), \"abc\".padStart(2), \"a\".padEnd(3), \"a\".padEnd(6, \"xyz\"), \"ab\".repeat(3), \"x\".repeat(0)];"),
  row("replace and replaceAll", "return [\"a.b.c\".replace(\".\", \"-\"), \"a.b.c\".replaceAll(\".\", \"--\"), \"abc\".replace(\"x\", \"y\")];"),
  row("characters", "const t = \"abc\"; return [t[1] ?? \"?\", t[5] ?? \"?\", t.charAt(0), t.charAt(9), t.charCodeAt(1), t.at(-1) ?? \"?\"];"),
  row("for-of over text", "let s = \"\"; for (const c of \"abc\") s = c + s; return s;"),
  row("template with any expression", "const n = 3, o = { t: \"x}\" }; return `<${n + 1}|${n > 2 ? \"yes\" : `no${n}`}|${o.t}|${[1, 2].map((k) => `${k}`).join(\"'\")}>`;"),
  row("template of booleans and absent values", "const u: number | undefined = mk(); return `${true}${u}${1 > 2}`;", "const mk = (): number | undefined => undefined;"),
  row("template over lines", "const a = 1;\nreturn `x\n${a}\n  y`;"),
  row("text and numbers added", "const h = 10 / 2; let s = \"n=\" + h; s += 1.5; s += h; return [s, h + \"\", 2 + \"x\" + 0.25];"),
  row("text of rounded numbers", "const x = 7.5; return [`${Math.round(x)}`, \"a\" + Math.ceil(x), Math.trunc(-x) + \"\", `${Math.floor(x)}|${Math.round(-0.2)}`];"),
  row("String and toString", "const n = 9 / 3; return [String(n), n.toString(), String(true), String(\"x\"), (2.5).toString()];"),
];

const numbers: readonly ConstructRow[] = [
  row("fractions", "const a = 7 / 2; return [a, a * 2, a - 0.5, -a / 4];"),
  row("Math.round", "return [Math.round(2.5), Math.round(-2.5), Math.round(-0.6), Math.round(2.4)];"),
  row("Math.ceil, trunc, sign, floor, abs", "return [Math.ceil(1.2), Math.ceil(-1.2), Math.trunc(-1.7), Math.trunc(1.7), Math.sign(-3), Math.sign(0), Math.floor(-0.5), Math.abs(-2.5)];"),
  row("toFixed", "return [(1.005).toFixed(2), (1.45).toFixed(1), (-1.5).toFixed(0), (2.5).toFixed(0), (0).toFixed(2), (-0.04).toFixed(1), (1234.5678).toFixed(3), (9.999).toFixed(2), (3).toFixed()];"),
  row("text of fractions", "return [`${21.5}`, `${0.1}`, `${-0.25}`, `${1013.25}`, `${100 / 8}`, `${0.001}`];"),
  row("remainder of any sign", "const a = -7; return [a % 3, 7 % -3, 7.5 % 2, -6 % 3 === 0, 7 % 3];"),
  row("remainder assigned", "let a = -7; a %= 4; const o = { n: 9 }; const f = (): { n: number } => o; f().n %= 5; return [a, o.n];"),
  row("Math.PI", "return Math.floor(Math.PI * 1000);"),
  row("counting up and down", "let i = 1; const a = i++; const b = ++i; const c = i--; return [a, b, c, i];"),
  { name: "text of a fraction with more than seven digits", body: "return [`${1 / 3}`, `${0.1 + 0.2}`, `${1234567.89}`];", lowered: ["0.3333333", "0.3", "1234568"] },
];

const loops: readonly ConstructRow[] = [
  row("closure over the variable of a for", "const f: (() => number)[] = []; for (let i = 0; i < 3; i += 1) f.push(() => i); return f.map((g) => g());"),
  row("closure over the variable of a for, body without braces, with continue", "const f: (() => number)[] = []; for (let i = 0, k = 5; i < 4; i += 1) { if (i === 1) continue; f.push(() => i * k); } return f.map((g) => g());"),
  row("closure over the variable of a for-of", "const f: (() => number)[] = []; for (const x of [4, 5]) f.push(() => x); for (const { a } of [{ a: 6 }]) f.push(() => a); return f.map((g) => g());"),
  row("closure that changes its for-of variable", "const f: (() => number)[] = []; for (let x of [4, 5]) f.push(() => { x += 1; return x; }); return f.map((g) => g() + g());"),
  row("closure over a constant of the body", "const f: (() => number)[] = []; let i = 0; while (i < 3) { const k = i; f.push(() => k); i += 1; } return f.map((g) => g());"),
  row("nested loops and closures", "const f: (() => number)[] = []; for (let i = 0; i < 2; i += 1) for (let j = 0; j < 2; j += 1) f.push(() => i * 10 + j); return f.map((g) => g());"),
  row("shorthand field of a loop variable", "const o: { i: number; get: () => number }[] = []; for (let i = 0; i < 2; i += 1) o.push({ i, get: () => i }); return o.map((x) => x.i * 10 + x.get());"),
  row("do loop", "let n = 0, s = 0; do { n += 1; s += n; } while (n < 4); return [n, s];"),
  row("do loop without braces", "let n = 0; do n += 3; while (n < 10); return n;"),
  row("do loop with continue and break", "let n = 0, s = 0; do { n += 1; if (n === 2) continue; if (n === 5) break; s += n; } while (n < 9); return [n, s];"),
  row("do loop whose body hides a name of its question", "let n = 0; do { const m = n + 1; n = m; { const n = 99; if (n < 0) break; } } while (n < 3); return n;"),
  row("for-of with an existing variable", "let x = 0, s = 0; for (x of [1, 2, 3]) s += x; return [x, s];"),
  row("for-of that changes its variable", "let s = 0; for (let x of [1, 2]) { x *= 10; s += x; } return s;"),
  row("switch with fall through", "const f = (n: number): string => { let s = \"\"; switch (n) { case 1: s += \"a\"; case 2: s += \"b\"; break; default: s += \"c\"; } return s; }; return [f(1), f(2), f(3)];"),
  row("recursion", "const f = (n: number): number => (n === 0 ? 0 : n + g(n - 1)); return f(5);", "let g: (n: number) => number = (n) => n;"),
  row("truth of booleans and structs", "const o: { n: number } | undefined = mk(true); const p = mk(false); return [o ? 1 : 0, p ? 1 : 0, !o, o && o.n > 0 ? 1 : 2, p ?? o ? 3 : 4];", "const mk = (b: boolean): { n: number } | undefined => (b ? { n: 1 } : undefined);"),
  row("typeof", "const f = (v: number | string | boolean | undefined | (() => void)): number => (typeof v === \"number\" ? 1 : typeof v === \"string\" ? 2 : typeof v === \"boolean\" ? 3 : typeof v === \"undefined\" ? 4 : 5); return [f(1), f(\"\"), f(true), f(undefined), f(() => {})];"),
  row("const enum", "return [Mode.slow, `${Mode.fast}`];", "const enum Mode { slow = 1, fast = 2 }"),
  row("switch on text", "const f = (t: string): number => { switch (t) { case \"a\": return 1; case \"b\": { const n = 2; return n; } default: return 3; } }; return [f(\"a\"), f(\"b\"), f(\"c\")];"),
  row("counters kept by closures", "const make = (start = 0): { next: () => number } => { let n = start; return { next: () => { n += 1; return n; } }; }; const a = make(), b = make(10); return [a.next(), a.next(), b.next(), a.next()];"),
  row("loops with closures inside closures", "const out: (() => () => number)[] = []; for (const a of [1, 2]) { for (let i = 0; i < 2; i += 1) { out.push(() => () => a * 10 + i); } } return out.map((f) => f()());"),
  row("for without a head", "let n = 0; for (;;) { n += 1; if (n > 3) break; } return n;"),
  row("while with a chain and an assignment", "let node: N | undefined = { v: 1, next: { v: 2 } }; let s = 0; while (node !== undefined) { s = s * 10 + node.v; node = node?.next; } return s;", "interface N { v: number; next?: N }"),
  row("comma and conditional", "let a = 0; const b = (a += 1, a + 1); return [a, b, b > 1 ? \"x\" : \"y\"];"),
];

export const constructRows: readonly ConstructRow[] = [...parameters, ...patterns, ...chains, ...assignments, ...spreads, ...lists, ...texts, ...numbers, ...loops, ...appRows];
