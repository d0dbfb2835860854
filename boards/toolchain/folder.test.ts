import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "./folder";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "motet-folder-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

test("a folder is made with those above it, closed to others where that is asked for", () => {
  makeFolder(join(base, "a", "b", "c"), 0o700);
  expect(["a", "a/b", "a/b/c"].map((path) => statSync(join(base, path)).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
});

test("one that is there stays as it is", () => {
  chmodSync(base, 0o750);
  makeFolder(base, 0o700);
  expect(statSync(base).mode & 0o777).toBe(0o750);
});

test.each(["file", "file/below", "file/below/that"])("there is none at %s", (path) => {
  writeFileSync(join(base, "file"), "");
  expect(() => makeFolder(join(base, path))).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
});

test("none can be made where the system has no room for one, and that is said", () => {
  const nowhere = existsSync("/proc/self") ? "/proc/motet/build" : "/dev/null/build";
  expect(() => makeFolder(nowhere)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^E[A-Z]+$/) as string }));
});
