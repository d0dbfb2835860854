/** The list of the longest test files names files that are there; one that was renamed would begin last without a word. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const longest = JSON.parse(readFileSync(join(__dirname, "longest.json"), "utf8")) as string[];

test("every file of the list exists, once", () => {
  expect(longest.filter((path) => !existsSync(path))).toEqual([]);
  expect(new Set(longest).size).toBe(longest.length);
});
