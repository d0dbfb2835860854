/** The list of images that are built before the suites: what stands in it can be built; one that could not be would be built late without a word. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { deviceEntry, entrySource } from "../../boards/toolchain/compile/entry";
import { usesOf } from "../../boards/toolchain/compile/uses";
import { wanted } from "./images";

const root = join(__dirname, "..", "..");

test("every image is of an app that is there, over a route that it has, and stands once", () => {
  const list = wanted(root);
  for (const { choice, board } of list) {
    expect([choice.app, existsSync(choice.app)]).toEqual([choice.app, true]);
    const uses = usesOf(choice.app);
    expect(board === undefined ? entrySource(root, choice, uses) : deviceEntry(root, choice, board.runtime === "lua" ? "nodemcu" : "espruino", uses)).toContain(choice.app.replace(/\.ts$/, ""));
  }
  expect(new Set(list.map(({ choice, board }) => JSON.stringify([choice, board]))).size).toBe(list.length);
});
