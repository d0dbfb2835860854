/** What is written is found again, by this file and by the real interpreter, and what the interpreter writes is found here. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startInterpreter } from "./interpreter";
import { buildStorage, parseStorage } from "./storage";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const STORAGE_BYTES = 262144;

test("files come back as they went in", () => {
  const files = new Map([["a", "x"], ["b".repeat(28), "\0\xff\x80 bytes"], [".bootcde", "print(1)"], ["block", "\xff".repeat(4096)]]);
  const image = buildStorage(files, STORAGE_BYTES);
  expect(image).toHaveLength(STORAGE_BYTES);
  expect(parseStorage(image)).toEqual(files);
  expect(parseStorage(buildStorage(new Map(), 1024))).toEqual(new Map());
});

test("a Storage that is full to the last byte, and one byte more", () => {
  const full = new Map([["a", "x".repeat(1024 - 32)]]);
  expect(parseStorage(buildStorage(full, 1024))).toEqual(full);
  expect(() => buildStorage(new Map([["a", "x".repeat(1024 - 31)]]), 1024)).toThrow('The files do not fit into a Storage of 1024 bytes: "a" is too much.');
});

test.each([["", "x"], ["a".repeat(29), "x"], ["a b", "x"], ["é", "x"], ["a", ""]])("the name %j with %j is refused", (name, content) => {
  expect(() => buildStorage(new Map([[name, content]]), 1024)).toThrow(/Storage/);
});

test("erased files are gone, the search goes on at the next page, and noise ends it", () => {
  const image = buildStorage(new Map([["old", "1"], ["new", "2"]]), 4096);
  image.fill(0, 4, 8);
  expect(parseStorage(image)).toEqual(new Map([["new", "2"]]));
  const second = buildStorage(new Map([["far", "3"]]), 1024);
  second.copy(image, 1024);
  expect([...parseStorage(image).keys()]).toEqual(["new", "far"]);
  for (let seed = 1; seed <= 200; seed += 1) {
    const noise = Buffer.from(Array.from({ length: 2048 }, (_, i) => (i * seed * 2654435761) >>> 24));
    expect(parseStorage(noise).size).toBeLessThan(64);
  }
});

onEspruino("[espruino] the interpreter reads what was built, and what it writes and erases is found", async () => {
  const dir = mkdtempSync(join(tmpdir(), "motet-storage-"));
  const files = new Map([
    [".bootcde", 's=require("Storage");print("read",s.read("text"),s.list().length);s.write("made","four",0,8);s.write("made","y",4);s.erase("gone");print("done")'],
    ["text", "bytes"],
    ["gone", "soon"],
  ]);
  writeFileSync(join(dir, "espruino.flash"), buildStorage(files, STORAGE_BYTES));
  const lines: string[] = [];
  let running: ReturnType<typeof startInterpreter>;
  await new Promise<void>((resolve, reject) => {
    running = startInterpreter(
      { binary: process.env["ESPRUINO"]!, dir },
      {
        record: () => undefined,
        restarted: () => reject(new Error("it ended")),
        failed: (message) => reject(new Error(message)),
        console: (line) => {
          lines.push(line);
          if (line === "done") resolve();
        },
      },
    );
  });
  running!.stop();
  await running!.gone;
  expect(lines).toContain("read bytes 3");
  const after = parseStorage(readFileSync(join(dir, "espruino.flash")));
  expect([...after.keys()].sort()).toEqual([".bootcde", "made", "text"]);
  expect(after.get("made")).toBe("foury\xff\xff\xff");
  rmSync(dir, { recursive: true });
});
