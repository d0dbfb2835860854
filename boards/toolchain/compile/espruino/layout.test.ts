/** Which functions stay in memory, which are copied, and which overlays share a file. */
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

describe("overlays", () => {
  const files = (...functions: string[]): string[][] => laidOut(...functions).groups.map(({ members }) => [...members].sort()).sort();
  const use = (...names: string[]): string => names.map((name) => `${name}(1);`).join("\n");

  test("share a file up to 12,000 characters, the pair first that saves most", () => {
    expect(files(func("a", 6000, cold), func("b", 6000, cold), use("a", "b"))).toEqual([["a", "b"]]);
    expect(files(func("a", 6000, cold), func("b", 6001, cold), use("a", "b"))).toEqual([["a"], ["b"]]);
    const sharing = [func("helper", 3000), func("a", 4000, cold), func("b", 4000, `${cold}return helper(n);`), func("c", 4000, `${cold}return helper(n);`)];
    expect(files(...sharing, use("a", "b", "c"))).toEqual([["a"], ["b", "c"]]);
  });

  test("share a file up to 40 functions", () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_unused, i) => func(`f${i}`, 40, cold));
    const called = (count: number): string => use(...Array.from({ length: count }, (_unused, i) => `f${i}`));
    expect(files(...many(40), called(40))).toHaveLength(1);
    expect(files(...many(41), called(41))).toHaveLength(2);
  });

  test("of one file call each other directly, and are handed out as callbacks through the loader", () => {
    const text = [func("first", 40, `${cold}said.second = second(n);said.later = second;`), func("second", 40, `${cold}return n + 1;`), "first(1);"].join("\n");
    const { code, problems } = splitScript(text);
    expect(problems).toEqual([]);
    const { files: cut } = cutScript(script(code.replace(/\n/g, " ")));
    const [, app, overlay] = [...cut.values()];
    expect(app).toContain("$(1)(1)".replace("1", overlay!.indexOf("[first") >= 0 ? "0" : "1"));
    expect(overlay).toMatch(/said\.second = second\(n\);said\.later = _\([01]\)/);
  });

  test("of two files call each other through the loader", () => {
    const { code } = splitScript([func("first", 6001, `${cold}return second(n);`), func("second", 6001, cold), "first(1);"].join("\n"));
    expect(code).toMatch(/return OVERLAY\$\[[01]\]\(n\)/);
  });
});
