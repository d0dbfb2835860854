/** The contract of hal/ports/flash.ts without its faults, on an area "records" of at least two blocks. */
import { Fault } from "../ports/fault";
import type { FlashArea } from "../ports/flash";
import type { Ports } from "../ports/index";
import type { MakeHarness } from "./harness";
import { contract } from "./suite";
import { everyByte } from "./tcp";

function records(ports: Ports): FlashArea {
  const area = ports.flash.open("records");
  if (area === undefined) throw new Error("no area records");
  return area;
}

export function flashContract(adapter: string, make: MakeHarness): void {
  contract("flash", adapter, make, (it) => {
    it("areas have a name, a block size and two blocks at least; equal names give equal areas", ({ ports }) => {
      const area = records(ports);
      expect(area.name).toBe("records");
      expect(area.blockBytes).toBeGreaterThanOrEqual(256);
      expect(area.blocks).toBeGreaterThanOrEqual(2);
      expect(ports.flash.open("records")).toEqual(area);
      expect(ports.flash.open("log")?.name).toBe("log");
      expect(ports.flash.open("nothing")).toBeUndefined();
    });

    it("erased bytes read 0xFF, and reads may cross blocks", ({ ports: { flash }, ports }) => {
      const area = records(ports);
      for (let block = 0; block < area.blocks; block += 1) expect(flash.eraseBlock(area, block)).toBe(0);
      expect(flash.read(area, 0, 16)).toBe("\xff".repeat(16));
      expect(flash.write(area, 0, "a".repeat(area.blockBytes))).toBe(0);
      expect(flash.write(area, area.blockBytes, "bb")).toBe(0);
      expect(flash.read(area, area.blockBytes - 2, 6)).toBe("aabb\xff\xff");
      expect(flash.read(area, 0, 0)).toBe("");
      expect(flash.read(area, area.blockBytes * area.blocks - 1, 1)).toBe("\xff");
    });

    it("what is written reads back, every value of a byte", ({ ports: { flash }, ports }) => {
      const area = records(ports);
      expect(flash.write(area, 0, everyByte(256))).toBe(0);
      expect(flash.write(area, 256, "tail")).toBe(0);
      expect(flash.read(area, 0, 260)).toBe(`${everyByte(256)}tail`);
    });

    it("a byte is programmed once between erases, and a refused write changes nothing", ({ ports: { flash }, ports }) => {
      const area = records(ports);
      expect(flash.write(area, 0, "abcd")).toBe(0);
      expect(flash.write(area, 3, "xyz")).toBe(Fault.invalid);
      expect(flash.write(area, 0, "abcd")).toBe(Fault.invalid);
      expect(flash.read(area, 0, 8)).toBe("abcd\xff\xff\xff\xff");
      expect(flash.eraseBlock(area, 0)).toBe(0);
      expect(flash.read(area, 0, 4)).toBe("\xff\xff\xff\xff");
      expect(flash.write(area, 0, "new")).toBe(0);
    });

    it("0xFF leaves a byte unprogrammed", ({ ports: { flash }, ports }) => {
      const area = records(ports);
      expect(flash.write(area, 0, "a\xff\xffd")).toBe(0);
      expect(flash.write(area, 1, "bc")).toBe(0);
      expect(flash.read(area, 0, 4)).toBe("abcd");
    });

    it("the first write after an erase begins at the block's offset 0, in every block", ({ ports: { flash }, ports }) => {
      const area = records(ports);
      for (let block = 0; block < area.blocks; block += 1) {
        const start = block * area.blockBytes;
        flash.eraseBlock(area, block);
        expect(flash.write(area, start + 1, "late")).toBe(Fault.invalid);
        expect(flash.write(area, start, "h")).toBe(0);
        expect(flash.write(area, start + 4, "gap")).toBe(0);
        expect(flash.read(area, start, 8)).toBe("h\xff\xff\xffgap\xff");
      }
    });

    it("a write stays within one block and within the area", ({ ports: { flash }, ports }) => {
      const area = records(ports);
      const size = area.blockBytes * area.blocks;
      flash.write(area, 0, "h");
      expect(flash.write(area, area.blockBytes - 2, "xyz")).toBe(Fault.invalid);
      expect(flash.write(area, area.blockBytes - 2, "xy")).toBe(0);
      expect(flash.write(area, 0, "")).toBe(Fault.invalid);
      expect(flash.write(area, -1, "x")).toBe(Fault.invalid);
      expect(flash.write(area, size, "x")).toBe(Fault.invalid);
      expect(flash.write(area, size - area.blockBytes, "z".repeat(area.blockBytes))).toBe(0);
    });

    it("an erase takes one block and no other, and blocks that there are", ({ ports: { flash }, ports }) => {
      const area = records(ports);
      for (let block = 0; block < area.blocks; block += 1) flash.write(area, block * area.blockBytes, "full");
      expect(flash.eraseBlock(area, 1)).toBe(0);
      expect(flash.read(area, 0, 4)).toBe("full");
      expect(flash.read(area, area.blockBytes, 4)).toBe("\xff\xff\xff\xff");
      for (const block of [-1, area.blocks]) expect(flash.eraseBlock(area, block)).toBe(Fault.invalid);
      expect(flash.read(area, 0, 4)).toBe("full");
    });

    it("areas do not share bytes", ({ ports: { flash }, ports }) => {
      const log = flash.open("log")!;
      expect(flash.write(records(ports), 0, "records")).toBe(0);
      expect(flash.read(log, 0, 7)).toBe("\xff".repeat(7));
    });
  });
}
