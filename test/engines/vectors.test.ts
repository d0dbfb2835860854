/**
 * One program of vectors, on every engine, from the minified artifact that ships: each engine must print, byte for byte, what
 * the checked build in this process prints.
 */
import { nativeLines, slices } from "./vector-slices";

const expected = new Map(slices.map((slice) => [slice.name, nativeLines(slice)]));

test("the program has more than a thousand different vectors, with bytes and text only", () => {
  const lines = [...expected.values()].flat();
  expect(new Set(lines.map((line) => line.replace(/^\S+ \d+ /, ""))).size).toBeGreaterThan(1000);
  expect(lines.filter((line) => !/^[ -~]+$/.test(line))).toEqual([]);
  for (const slice of slices) expect(expected.get(slice.name)).toEqual(nativeLines(slice));
});

test("counts", () => {
  for (const s of slices) console.log(s.name, expected.get(s.name)!.length);
  require("node:fs").writeFileSync("/tmp/native-vectors.txt", [...expected.values()].flat().join("\n"));
});
