import { readFileSync } from "node:fs";
import {
  type Declared,
  declaredStatements,
  missingIds,
  needlessNotes,
  readTests,
  report,
  type StatementEntry,
  unknownIds,
} from "./coverage";

const entries = JSON.parse(readFileSync("test/conformance/ids.json", "utf8")) as StatementEntry[];
const declared = declaredStatements(readTests("."));

test("ids are unique, in one form, and say something in plain text", () => {
  expect(new Set(entries.map((entry) => entry.id)).size).toBe(entries.length);
  for (const entry of entries) {
    expect(entry.id).toMatch(/^[A-Z][A-Z_]*(-[0-9A-Z.]+)*(_[0-9]+)?(-[0-9]+)?$/);
    expect(entry.text.length).toBeGreaterThan(5);
    if (entry.note !== undefined) expect(entry.note.length).toBeGreaterThan(10);
  }
});

test("every id that a test names exists", () => {
  expect(unknownIds(entries, declared)).toEqual([]);
  expect(declared.unreadable).toEqual([]);
});

test("every statement has a test or a note, and not both", () => {
  expect(missingIds(entries, declared)).toEqual([]);
  expect(needlessNotes(entries, declared)).toEqual([]);
});

test("docs/CONFORMANCE.md is what `npm run conformance` writes", () => {
  expect(readFileSync("docs/CONFORMANCE.md", "utf8")).toBe(report(entries, declared));
});

describe("the checks themselves", () => {
  const one: StatementEntry = { id: "A-1", source: "s", text: "first | row", owner: "mqtt" };
  const two: StatementEntry = { id: "A-2", source: "s", text: "second", owner: "mqtt", note: "says nothing" };
  const from = (text: string): Declared => declaredStatements(new Map([["test/x.test.ts", text]]));

  test("declarations are read from calls, not from comments or texts", () => {
    const found = from('statement("A-1 A-2", "t", () => {});\n// statement("A-3", ...)\nconst s = \'statement("A-4")\';');
    expect([...found.filesOf.keys()]).toEqual(["A-1", "A-2"]);
    expect(found.filesOf.get("A-1")).toEqual(["test/x.test.ts"]);
  });

  test("ids that are no literal are refused", () => {
    expect(from('\nstatement(ids, "t", () => {});').unreadable).toEqual(["test/x.test.ts:2"]);
    expect(from('statement(`A-${n}`, "t", () => {});').unreadable).toEqual(["test/x.test.ts:1"]);
  });

  test("a statement without a test is missing unless a note excuses it", () => {
    expect(missingIds([one, two], from(""))).toEqual(["A-1"]);
    expect(missingIds([one, two], from('statement("A-1", "t", f)'))).toEqual([]);
  });

  test("an id that does not exist, and a note beside a test, are found", () => {
    expect(unknownIds([one], from('statement("A-1 A-9", "t", f)'))).toEqual(["A-9 in test/x.test.ts"]);
    expect(needlessNotes([one, two], from('statement("A-2", "t", f)'))).toEqual(["A-2"]);
  });

  test("the report counts, escapes and names each file", () => {
    const text = report([one, two], from('statement("A-1", "t", f)'));
    expect(text).toContain("2 statements: 1 shown by tests, 1 with a reason why no test shows them, 0 without a test.");
    expect(text).toContain("| A-1 | first \\| row | [test/x.test.ts](../test/x.test.ts) |");
    expect(text).toContain("| A-2 | second | says nothing |");
    expect(report([one], from(""))).toContain("**no test yet**");
  });
});
