/** Which functions stay in memory, which are copied, which become overlays, and how those stand in their file. */
import { cutScript } from "./cut";
import { readGraph } from "./graph";
import { layOut } from "./layout";
import type { Layout } from "./layout";
import type { Script } from "./maps";
import { splitScript } from "./overlay";

const script = (code: string): Script => ({ code, map: JSON.stringify({ version: 3, names: [], sources: ["script"], mappings: "" }) });

/** A function of so many characters. */
function func(name: string, chars: number, body = ""): string {
  const start = `function ${name}(n) {\n${body}`;
  return `${start}${" ".repeat(Math.max(0, chars - start.length - 1))}}`;
}

const cold = '"cold";';

function laidOut(...functions: string[]): Layout {
  return layOut(readGraph(functions.join("\n")));
}

describe("a function that several others need", () => {
  const users = (count: number): string[] => Array.from({ length: count }, (_unused, i) => `${func(`user${i}`, 50, "return shared(n);")}\nsaid.u${i} = user${i};`);

  test("stays in memory when its copies would take more than 2,000 characters beside it", () => {
    expect([...laidOut(func("shared", 2002), ...users(2)).residents]).toContain("shared");
    expect([...laidOut(func("shared", 1001), ...users(3)).residents]).toContain("shared");
  });

  test("is copied into each of them when they take 2,000 or less", () => {
    const { residents, nested } = laidOut(func("shared", 2000), ...users(2));
    expect([...residents]).toEqual(["user0", "user1"]);
    expect([...nested].map(([, nesting]) => nesting.get([...residents][0]!) ?? nesting.get([...residents][1]!))).toEqual([["shared"], ["shared"]]);
  });
});

test("a function that stands apart is resident, is left so by the minifier, and loses its mark", () => {
  const code = ["function far(n) {\n\"apart\";return n + 1;}", "function near(n) {\nreturn far(n);}", "said.near = near;"].join("\n");
  expect([...layOut(readGraph(code)).residents].sort()).toEqual(["far", "near"]);
  expect(splitScript(code).code).toContain("/*@__NOINLINE__*/far(n)");
  expect(splitScript(code).code).not.toContain("apart");
});

test("so it is where only cold functions lead to it: what it hands out would keep an overlay alive", () => {
  const code = [`function report(n) {\n"apart";return later(() => n);}`, `function set(n) {\n${cold}return report(n);}`, "set(1);"].join("\n");
  expect([...layOut(readGraph(code)).residents]).toEqual(["report"]);
  expect(splitScript(code).problems).toEqual([]);
});

describe("overlays", () => {
  const called = (...names: string[]): string => names.map((name) => `${name}(1);`).join("\n");
  const overlaysOf = (...functions: string[]): string[] => [...laidOut(...functions).overlays].sort();

  test("are cold functions that the rest of the script calls, hands around, or that several of them call", () => {
    const chain = [func("inner", 60, cold), func("middle", 60, `${cold}return inner(n);`), func("outer", 60, `${cold}return middle(n);`)];
    expect(overlaysOf(...chain, called("outer"))).toEqual(["outer"]);
    expect(overlaysOf(...chain, called("outer", "middle"))).toEqual(["middle", "outer"]);
    expect(overlaysOf(...chain, "said.later = inner;", called("outer"))).toEqual(["inner", "outer"]);
    expect(overlaysOf(...chain, func("other", 60, `${cold}return inner(n);`), called("outer", "other"))).toEqual(["inner", "other", "outer"]);
  });

  test("or that are rare", () => {
    expect(overlaysOf(func("inner", 60, '"rare";'), func("outer", 60, `${cold}return inner(n);`), called("outer"))).toEqual(["inner", "outer"]);
  });

  test("or that are longer than 600 characters", () => {
    const pair = (chars: number): string[] => [func("inner", chars, cold), func("outer", 60, `${cold}return inner(n);`), called("outer")];
    expect(overlaysOf(...pair(600))).toEqual(["outer"]);
    expect(overlaysOf(...pair(601))).toEqual(["inner", "outer"]);
  });

  test("a cold function that a resident leads to through a function of its own is one", () => {
    const functions = [func("rare", 60, cold), func("helper", 60, "return rare(n);"), func("often", 60, "return helper(n);"), func("cool", 60, `${cold}return rare(n);`)];
    expect(overlaysOf(...functions, "said.often = often;", called("cool"))).toEqual(["cool", "rare"]);
  });

  test("have inside them what only they need, and share what several need", () => {
    const functions = [func("common", 60), func("own", 60, "return deep(n);"), func("deep", 60), func("one", 60, `${cold}return own(common(n));`), func("other", 60, `${cold}return common(n);`)];
    const { needed } = laidOut(...functions, called("one", "other"));
    expect(Object.fromEntries(needed)).toEqual({ "": ["common"], one: ["own"], own: ["deep"] });
  });

  const cutOf = (...functions: string[]): { app: string; cold: string; pieces: string[] } => {
    const { code, problems } = splitScript(functions.join("\n"));
    expect(problems).toEqual([]);
    const { app, cold } = cutScript(script(code.replace(/\n/g, " ")));
    const text = cold?.code;
    const offsets = /^"(\d+)";/.exec(text!)![1]!.match(/\d{5}/g)!.map((digits) => Number(digits) - 10000);
    return { app: app.code, cold: text!, pieces: offsets.slice(1).map((end, i) => text!.slice(offsets[i], end)) };
  };

  test("stand in one file, whose first text says where each piece of it begins and ends", () => {
    const { app, cold: text, pieces } = cutOf(func("first", 60, `${cold}return n + 1;`), func("second", 60, `${cold}return n + 2;`), "said.sum = first(1) + second(2);");
    expect(app).toContain("said.sum = $(0)(1) + $(1)(2);");
    expect(pieces).toEqual([expect.stringMatching(/^\(function first\(n\) .*return n \+ 1;.*\);$/), expect.stringMatching(/^\(function second.*\);$/)]);
    expect(text.endsWith(pieces.join(""))).toBe(true);
  });

  test("call each other, and are handed out as callbacks, through the loader", () => {
    const { pieces } = cutOf(func("first", 60, `${cold}said.second = second(n);said.later = second;`), func("second", 60, `${cold}return n + 1;`), "first(1);");
    expect(pieces[0]).toContain("said.second = $(1)(n);said.later = _(1);");
  });

  test("read what they share before them, those that stand together at once", () => {
    const shared = ["a", "b", "c"].map((name) => func(name, 40, `return said.${name};`));
    const functions = [...shared, func("all", 60, `${cold}return a(n) + b(n) + c(n);`), func("outer", 60, `${cold}return c(n) + a(n);`), func("middle", 60, `${cold}return b(n);`), called("all", "outer", "middle")];
    const { pieces } = cutOf(...functions);
    expect(pieces.slice(3).map((piece) => /said\.(\w)/.exec(piece)![1])).toEqual(["a", "c", "b"]);
    expect(pieces.slice(0, 3).map((piece) => /^(?:eval\(.*?\);)*/.exec(piece)![0])).toEqual(["eval($$(3,3));", "eval($$(3,2));", "eval($$(5));"]);
  });

  test("that are too long for the index fail the build with the figure", () => {
    const functions = Array.from({ length: 9 }, (_unused, i) => func(`f${i}`, 10000, cold));
    expect(() => cutOf(...functions, called(...functions.map((_text, i) => `f${i}`)))).toThrow(/^The rarely run part of the program takes 9\d{4} characters, and 89999 are the most: leave out what is not needed\.$/);
  });
});
