/** What is written out where it is called, and that it means the same there. */
import { unfold } from "./unfold";

/** A resident with functions inside it, as the layout makes them. */
function unfolded(code: string): string {
  return unfold({ code, map: JSON.stringify({ version: 3, sources: [], names: [], mappings: "" }) }).code;
}

/** What `main` returns for each of some numbers, and what it logs. */
function results(code: string): unknown[] {
  const run = new Function("log", "n", `"use strict";${code};return main(n);`) as (log: (value: unknown) => void, n: number) => unknown;
  return [-1, 0, 1, 2, 7].map((n) => {
    const logged: unknown[] = [];
    const result = run((value) => logged.push(value), n);
    return [result, ...logged];
  });
}

/** Written out, and the name of a function of which nothing is left. */
const rows: readonly (readonly [string, string])[] = [
  ["a statement", "function main(n) { function inner(a) { if (a > 1) return; log(a); log(a + 1); } inner(n * 2); return n; }"],
  ["what is returned", "function main(n) { function inner(a) { for (const i of [1, 2]) if (i === a) return i; return 9; } if (n > 0) return inner(n); return 0; }"],
  ["what is returned by one that may return nothing", "function main(n) { function inner(a) { if (a > 0) log(a); } if (n !== 1) { return inner(n); } return 5; }"],
  ["what a condition begins with", "function main(n) { function inner(a) { if (a > 1) return 1; let b = a; b += 3; return b; } if (inner(n) === 3 && n > -1) return 8; else log(n); return 4; }"],
  ["a condition behind an else", "function main(n) { function inner(a) { let b = a; b *= 2; return b; } if (n > 3) log(1); else if (inner(n) > 1) log(2); else log(3); return 4; }"],
  ["what a variable is given", "function main(n) { function inner(a) { let b = 0; while (a > b) b += 2; return b; } const m = inner(n) + n; return m; }"],
  ["one side of a choice that is returned", "function main(n) { function inner(a) { let b = a; b += 3; return b; } if (n < 9) return n > 1 ? -1 : inner(n); return 3; }"],
  ["a branch without braces", "function main(n) { function inner(a) { if (a > 5) return; log(a); } if (n > 0) inner(n); else log(0); return 2; }"],
  ["names that both have", "function main(n) { function inner(n, m) { const k = n + m; log(k); } const k = n; const m = 2; inner(m, k); return k + m; }"],
  ["fields of the name of a variable", "function main(n) { function inner(a) { const b = { a, b: a }; log(b.a + b.b); } inner(n); return n; }"],
  ["in a loop, variables begin anew", "function main(n) { function inner(i) { let b; if (i === 0) b = 1; log(b); } for (let i = 0; i < 3; i += 1) { inner(i); } return n; }"],
  ["what ends with a block that returns", "function main(n) { function inner(a) { log(a); { const b = a * 2; if (b > 2) return b; { log(b); return 4; } } } const m = inner(n); return m + n; }"],
  ["a parameter that is given a number", "function main(n) { function inner(a, b) { const c = { a, b: -a }; log(c.a + c.b + a * 2); return a > 1 && b; } const m = inner(7, true); return m ? n : 0; }"],
  ["one that changes", "function main(n) { function inner(a, b) { a += n; b++; log(a + b); } inner(7, 1); return n; }"],
  ["a parameter that is given nothing", "function main(n) { function inner(a, b) { log(a); log(b); } inner(n); return n; }"],
];

test.each(rows)("%s", (_what, code) => {
  const after = unfolded(code);
  expect(after).not.toContain("function inner");
  expect(results(after)).toEqual(results(code));
});

test("one inside another, which others call as well", () => {
  const code = "function main(n) { function inner(a) { function help(b) { return b + 1; } function deep(c) { log(help(c)); } deep(a); log(help(a)); } inner(n); return n; }";
  const after = unfolded(code);
  expect(after).not.toMatch(/function (inner|deep)/);
  expect(after).toContain("function help");
  expect(results(after)).toEqual(results(code));
});

test.each([
  ["called twice", "function main(n) { function inner(a) { log(a); } inner(n); inner(2); return n; }"],
  ["handed around", "function main(n) { function inner(a) { log(a); return 1; } [n].forEach(inner); return n; }"],
  ["whose result is not the first thing that is looked at", "function main(n) { function inner(a) { log(a); return 1; } log(n + inner(n)); return n; }"],
  ["that stops in the middle of a loop", "function main(n) { function inner(a) { for (const i of [1, 2]) { if (i === a) return; log(i); } } inner(n); return n; }"],
  ["that makes a closure, which would keep the caller", "function main(n) { function inner(a) { return () => a; } const f = inner(n); return f(); }"],
  ["that looks at all that it was passed", "function main(n) { function inner(a) { log(arguments.length + a); } inner(n); return n; }"],
  ["called for each turn of a loop", "function main(n) { function inner(a) { log(a); return a > 0; } while (inner(n)) n -= 1; return n; }"],
  ["that goes on after one branch of two", "function main(n) { function inner(a) { if (a > 0) { if (a > 1) return; log(1); } log(2); } inner(n); return n; }"],
])("a function stays %s", (_what, code) => {
  const after = unfolded(code);
  expect(after).toBe(code);
  expect(results(after)).toEqual(results(code));
});

test("what only overlays need stays: it is read when it is called", () => {
  const code = "OVERLAY$[0] = function (n) { function inner(a) { log(a); } inner(n); };";
  expect(unfolded(code)).toBe(code);
});
