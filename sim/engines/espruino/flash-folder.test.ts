/** A folder holds a device's areas block by block, and gives back what was in it. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Image } from "../image";
import { areasOf, readFolder, writeFolder } from "./flash-folder";
import { parseStorage } from "./storage";

const constants = { blockBytes: 1024, recordsBlocks: 2, logBlocks: 3 } as Image["constants"];
const image: Image = { board: "linux-espruino", runtime: "espruino", constants, files: new Map([[".bootcde", "print(1)"]]), main: ".bootcde", maps: new Map(), modules: [] };
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "motet-folder-"));
});

afterEach(() => rmSync(dir, { recursive: true }));

test("areas come from the board", () => {
  expect(areasOf(constants)).toEqual([
    { name: "records", blockBytes: 1024, blocks: 2 },
    { name: "log", blockBytes: 1024, blocks: 3 },
  ]);
});

test("what goes in comes out; erased blocks have no file; only the owner may read it", () => {
  const records = new Uint8Array(2048).fill(0xff);
  records.set([1, 2, 0xff, 4], 1024);
  const log = new Uint8Array(3072).fill(0xff);
  writeFolder(join(dir, "flash"), image, new Map([["records", records], ["log", log]]));
  const path = join(dir, "flash", "espruino.flash");
  expect([...parseStorage(readFileSync(path)).keys()]).toEqual([".bootcde", "records1"]);
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(readFolder(join(dir, "flash"), constants)).toEqual(new Map([["records", records], ["log", log]]));
});

test("a folder without flash", () => {
  expect(readFolder(join(dir, "none"), constants)).toBeUndefined();
});
