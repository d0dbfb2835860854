/** Maps of builds are found again by the hash in the names of their files, and old ones are let go. */
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Image } from "../../../sim/engines/image";
import { findPlaces, keepMaps } from "./kept-maps";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-maps-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Line 1: column 0 from line 5, column 8 from line 6; line 2 from nowhere; line 3 from line 7 and from line 8 of another file. */
const MAP = JSON.stringify({ version: 3, sources: ["a.ts", "lib/b.ts"], names: [], mappings: "AAIE,QACE;A;AACA,GCCA" });

function imageOf(hash: string, map = MAP): Image {
  return { maps: new Map([[`${hash}.app`, map], ["init.lua", map]]) } as unknown as Image;
}

const at = (hash: string, line: number, column?: number) => ({ file: `${hash}.app`, hash, line, column });

test("places are found, as files below the framework's folder are called from here", () => {
  keepMaps(folder, imageOf("0000aaaa"));
  const { find } = findPlaces(folder, process.cwd());
  expect(find(at("0000aaaa", 1, 3))).toEqual([{ file: "a.ts", line: 5, column: 3 }]);
  expect(find(at("0000aaaa", 1, 8))).toEqual([{ file: "a.ts", line: 6, column: 5 }]);
  expect(find(at("0000aaaa", 2, 4))).toEqual([]);
  expect(find(at("0000aaaa", 3))).toEqual([{ file: "a.ts", line: 7, column: 5 }, { file: join("lib", "b.ts"), line: 8, column: 5 }]);
  expect(find(at("0000aaaa", 99))).toEqual([]);
  expect(find(at("1111bbbb", 1, 3))).toBeUndefined();
  expect(findPlaces(folder, join(process.cwd(), "..")).find(at("0000aaaa", 1, 3))![0]!.file).toBe(join("..", "a.ts"));
});

test("the newest fifty builds stay, and one that is made again is new", () => {
  const hashes = Array.from({ length: 52 }, (_each, i) => i.toString(16).padStart(8, "0"));
  for (const [i, hash] of hashes.entries()) {
    keepMaps(folder, imageOf(hash));
    const time = new Date(2020, 0, 1, 0, i);
    utimesSync(join(folder, hash), time, time);
  }
  expect(readdirSync(folder)).toHaveLength(50);
  expect(readdirSync(folder)).not.toContain(hashes[0]);
  keepMaps(folder, imageOf(hashes[5]!));
  keepMaps(folder, imageOf("ffffffff"));
  expect(readdirSync(folder)).toContain(hashes[5]);
  expect(readdirSync(folder)).not.toContain(hashes[2]);
});

test("an image without a build of its own has nothing to keep", () => {
  keepMaps(join(folder, "none"), { maps: new Map([["init.lua", MAP]]) } as unknown as Image);
  expect(readdirSync(folder)).toEqual([]);
});

test("where maps cannot be kept no build fails", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => keepMaps(join(folder, "file", "maps"), imageOf("0000aaaa"))).not.toThrow();
});
