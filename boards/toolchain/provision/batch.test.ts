/** Codes and units: each code to one unit, whatever dies in between. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CodeBook, readCodes } from "./batch";
import type { StoredSettings } from "./stored";

const blank: StoredSettings = { state: "unprovisioned", cloud: undefined, wifi: undefined, code: false, token: false, watch: undefined, boots: undefined, error: undefined };
const activated: StoredSettings = { ...blank, state: "activated", token: true };
const CODES = ["code-1", "code-2", "code-3"];
let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-"));
  path = join(folder, "results.csv");
});

afterEach(() => rmSync(folder, { recursive: true }));

function withBook<T>(use: (book: CodeBook) => T): T {
  const book = new CodeBook(CODES, path);
  try {
    return use(book);
  } finally {
    book.close();
  }
}

test("codes are the first column, with or without a heading", () => {
  expect(readCodes('\ufeffCode,note\r\na1,first\n\n"b2",x\r\n c3 \n')).toEqual(["a1", "b2", "c3"]);
  expect(readCodes("a1\nb2")).toEqual(["a1", "b2"]);
});

test.each<[string, string, RegExp]>([
  ["an empty file", "code\n\n", /is empty: write one activation code a line/],
  ["a code twice", "code\na1\nb2\na1\n", /Line 4 of the codes repeats line 2/],
  ["a code that cannot be one", "a1\nb/2\n", /Line 2 of the codes is none/],
])("%s is refused", (_name, text, sentence) => {
  expect(() => readCodes(text)).toThrow(sentence);
});

test("each unit gets a code of its own, over runs, and who has one gets no other", () => {
  withBook((book) => {
    expect(book.choose("u1", blank)).toEqual({ outcome: "provisioned", settings: { code: "code-1" } });
    book.confirm("u1");
  });
  withBook((book) => {
    expect(book.choose("u1", blank)).toEqual({ outcome: "kept", settings: undefined });
    expect(book.choose("u2", blank)).toEqual({ outcome: "provisioned", settings: { code: "code-2" } });
    expect(book.left).toBe(1);
  });
  expect(readFileSync(path, "utf8")).toMatch(/^time,unit,code,state\n[^,]+,u1,code-1,taking\n[^,]+,u1,code-1,taken\n[^,]+,u2,code-2,taking\n$/);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a run that died at any byte of its results gives no code to a second unit", () => {
  withBook((book) => {
    book.choose("u1", blank);
    book.confirm("u1");
    book.choose("u2", blank);
  });
  const whole = readFileSync(path, "utf8");
  for (let length = 0; length <= whole.length; length += 1) {
    const left = whole.slice(0, length);
    writeFileSync(path, left);
    // A code went to a unit only behind its whole line.
    const given = new Map([...left.matchAll(/,(u\d),(code-\d),taking\n/g)].map(([, unit, code]) => [unit!, code!]));
    withBook((book) => {
      const { settings } = book.choose("u9", blank);
      expect([...given.values()]).not.toContain(settings!.code);
      const isDone = (unit: string): boolean => new RegExp(`,${unit},[^,]+,taken`).test(left);
      for (const [unit, code] of given) expect(book.choose(unit, blank).settings).toEqual(isDone(unit) ? undefined : { code });
    });
  }
});

test("a unit that activated itself before its line was written is written down, and keeps what it has", () => {
  withBook((book) => book.choose("u1", blank));
  withBook((book) => {
    expect(book.choose("u1", activated)).toEqual({ outcome: "kept", settings: undefined });
    book.confirm("u1");
  });
  expect(readFileSync(path, "utf8")).toMatch(/,u1,code-1,taken\n$/);
});

test("a unit with a code or a token from elsewhere gets none", () => {
  withBook((book) => expect(book.choose("u1", activated)).toEqual({ outcome: "foreign", settings: undefined }));
});

test("when all are taken it is told", () => {
  withBook((book) => {
    for (const unit of ["u1", "u2", "u3"]) book.choose(unit, blank);
    expect(() => book.choose("u4", blank)).toThrow(/All codes are taken/);
  });
});

test("two runs at a time are refused, and the lock of one that died is taken over", () => {
  withBook(() => expect(() => new CodeBook(CODES, path)).toThrow(/Another run writes into these results/));
  // No process has this number: it is above what the kernel gives out.
  writeFileSync(`${path}.lock`, "2147483646\n");
  withBook((book) => expect(book.left).toBe(3));
});

test("results that cannot be written are one sentence", () => {
  expect(() => new CodeBook(CODES, join(folder, "none", "results.csv"))).toThrow(/cannot be written \(ENOENT\)/);
});
