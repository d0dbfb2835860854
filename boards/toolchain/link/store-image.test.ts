/** A compiler of stores is called as the firmware's own is, and each way in which it fails is one sentence. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Image } from "../../../sim/engines/image";
import { compilerAt, storeImage } from "./store-image";

const image = { files: new Map([["init.lua", "loader"], ["0000aaaa.lua", "program"]]) } as unknown as Image;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "motet-store-"));
  writeFileSync(join(folder, "0000aaaa.lua"), "program");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A compiler that is a script of the shell. */
function compiler(script: string): string {
  const path = join(folder, "luac.cross");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test("the program is compiled in its folder, under its own name", async () => {
  expect(await storeImage(image, folder, compiler('printf "%s|" "$@" > "$3" && cat "$4" >> "$3"'))).toEqual({ hash: "0000aaaa", bytes: "-f|-o|0000aaaa.img|0000aaaa.lua|program" });
});

test.each<[string, () => string, string, RegExp]>([
  ["is not there", () => join(folder, "none"), "board", /^There is no program .*none: name the luac\.cross that was built along with the board's firmware with --luac\.$/],
  ["is no program", () => folder, "board", /^There is no program/],
  ["fails", () => compiler("echo 'bad chunk' >&2; exit 1"), "board", /luac\.cross did not compile the app \(bad chunk\): take the luac\.cross/],
  ["fails without a word", () => compiler("exit 1"), "board", /\(it said nothing\)/],
  ["leaves nothing", () => compiler("exit 0"), "board", /luac\.cross left no image: take the luac\.cross/],
  ["leaves more than a store holds", () => compiler('head -c 262145 /dev/zero > "$3"'), "storage", /^The app's image takes 262145 bytes, and no Lua Flash Store is larger than 262144: build a smaller app\.$/],
])("a compiler that %s is told", async (_name, path, fault, sentence) => {
  await expect(storeImage(image, folder, path())).rejects.toMatchObject({ fault, message: expect.stringMatching(sentence) });
});

test("nobody named one", () => {
  expect(() => compilerAt(undefined)).toThrow(/name it with --luac PATH/);
  expect(compilerAt("luac.cross")).toBe("luac.cross");
});
