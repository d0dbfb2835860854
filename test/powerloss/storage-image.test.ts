/** The world's Storage and the images of the real interpreter's are the same bytes: each side reads what the other wrote. */
import { buildStorage, parseStorage } from "../../sim/engines/espruino/storage";
import { StorageFlash } from "../../sim/world/flash-storage";

const area = { name: "log", blockBytes: 300, blocks: 3 };
const made = (): StorageFlash => new StorageFlash({ areas: [area], pageBytes: 1024, pages: 4 });

function filesOf(flash: StorageFlash): Map<string, string> {
  return parseStorage(Buffer.from(flash.snapshot().get("storage")!));
}

test("what the world stores is found in its image, also after compaction", () => {
  const flash = made();
  for (let n = 0; flash.compacted < 2; n += 1) {
    const block = n % 3;
    flash.port.eraseBlock(area, block);
    flash.port.write(area, block * 300, `round ${n}`);
    flash.port.write(area, block * 300 + 20, "later");
    const files = filesOf(flash);
    expect(files.get(`log${block}`)).toBe(`round ${n}`.padEnd(20, "\xff").concat("later").padEnd(300, "\xff"));
    expect([...files.keys()].sort()).toEqual([".bootcde", ...[0, 1, 2].filter((index) => index <= n).map((index) => `log${index}`)].sort());
  }
});

test("an image that was built for the interpreter boots in the world, and the world writes on in it", () => {
  const flash = made();
  const block = "x".repeat(300);
  flash.restore(new Map([["storage", new Uint8Array(buildStorage(new Map([["cold", "1"], ["log2", block], [".bootcde", "start"]]), 4096))]]));
  expect([flash.boot(), flash.wipes]).toEqual([true, 0]);
  expect(flash.dump("log")).toBe("\xff".repeat(600) + block);
  flash.port.eraseBlock(area, 2);
  flash.port.write(area, 0, "y");
  expect(filesOf(flash)).toEqual(new Map([["cold", "1"], [".bootcde", "start"], ["log0", "y".padEnd(300, "\xff")]]));
  flash.restore(new Map([["storage", new Uint8Array(buildStorage(new Map([["cold", "1"]]), 4096))]]));
  expect([flash.boot(), flash.wipes]).toEqual([false, 0]);
});
