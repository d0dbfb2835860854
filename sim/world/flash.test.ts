import { Fault } from "../../hal/ports/fault";
import { byteOutcomes, createFlash, eraseOutcomes, FlashMisuse, PowerCut } from "./flash";
import type { FlashArea } from "../../hal/ports/flash";

const area: FlashArea = { name: "log", blockBytes: 16, blocks: 3 };

function made(options: { strict?: boolean; seed?: number } = {}) {
  const flash = createFlash({ areas: [area], ...options });
  return { flash, port: flash.port };
}

test("areas are found by name, equal for equal names, and begin erased", () => {
  const { port } = made();
  expect(port.open("log")).toEqual(area);
  expect(port.open("log")).toBe(port.open("log"));
  expect(port.open("records")).toBeUndefined();
  expect(port.read(area, 0, 48)).toBe("\xff".repeat(48));
});

test("bytes are programmed once between erases; 0xFF leaves a byte unprogrammed", () => {
  const { flash, port } = made();
  expect(port.write(area, 0, "ab\xffd")).toBe(Fault.none);
  expect(port.write(area, 2, "c")).toBe(Fault.none);
  expect(port.read(area, 0, 5)).toBe("abcd\xff");
  expect(port.eraseBlock(area, 0)).toBe(Fault.none);
  expect(port.write(area, 0, "z")).toBe(Fault.none);
  expect(flash.counts).toEqual({ writes: 3, programmed: 5, erases: 1 });
  expect(flash.wear("log")).toEqual([1, 0, 0]);
});

describe("what device code must never do", () => {
  const misuses: [string, (port: ReturnType<typeof made>["port"]) => unknown][] = [
    ["program a byte twice", (port) => port.write(area, 0, "a")],
    ["program a byte twice, with fewer bits", (port) => port.write(area, 1, "\x00")],
    ["write 0xFF over a programmed byte", (port) => port.write(area, 0, "\xff")],
    ["cross blocks", (port) => port.write(area, 15, "ab")],
    ["begin a block elsewhere than at its start", (port) => port.write(area, 17, "a")],
    ["leave the area", (port) => port.write(area, 48, "a")],
    ["write nothing", (port) => port.write(area, 5, "")],
    ["write what is no byte", (port) => port.write(area, 5, "\u0100")],
    ["erase a block that is not there", (port) => port.eraseBlock(area, 3)],
  ];
  test.each(misuses)("%s", (_, misuse) => {
    const strict = made();
    strict.port.write(area, 0, "ab");
    expect(() => misuse(strict.port)).toThrow(FlashMisuse);
    const lenient = made({ strict: false });
    lenient.port.write(area, 0, "ab");
    expect(misuse(lenient.port)).toBe(Fault.invalid);
    expect(lenient.flash.dump("log")).toBe(`ab${"\xff".repeat(46)}`);
  });

  test("read outside the area", () => {
    expect(() => made().port.read(area, 40, 9)).toThrow(FlashMisuse);
  });
});

describe("power cuts", () => {
  test("in a write: a prefix is there, and of the byte at the cut none, some or all bits", () => {
    for (let at = 0; at < 4; at += 1) {
      for (const outcome of byteOutcomes) {
        const { flash, port } = made({ seed: at });
        flash.cutInProgram(at, outcome);
        expect(() => port.write(area, 0, "\x00\x01\x02\x03")).toThrow(PowerCut);
        expect(() => port.read(area, 0, 1)).toThrow(PowerCut);
        expect(() => port.eraseBlock(area, 0)).toThrow(PowerCut);
        expect(flash.isOff).toBe(true);
        flash.restore();
        for (let i = 0; i < 4; i += 1) {
          const byte = port.read(area, i, 1).charCodeAt(0);
          if (i < at) expect(byte).toBe(i);
          else if (i > at || outcome === "none") expect(byte).toBe(255);
          else if (outcome === "all") expect(byte).toBe(i);
          else expect([byte & i, byte === i]).toEqual([i, false]);
        }
      }
    }
  });

  test("in a write of 0xFF there is nothing to cut", () => {
    const { flash, port } = made();
    port.write(area, 0, "a");
    flash.cutInProgram(0, "some");
    expect(port.write(area, 4, "\xff\xff")).toBe(Fault.none);
    expect(() => port.write(area, 1, "b")).toThrow(PowerCut);
  });

  test("in an erase: the block is in any state, the others are untouched", () => {
    const seen = new Set<string>();
    for (const outcome of eraseOutcomes) {
      const { flash, port } = made({ seed: 7 });
      for (let block = 0; block < 3; block += 1) port.write(area, block * 16, "0123456789abcdef");
      flash.cutInErase(1, outcome);
      port.eraseBlock(area, 0);
      expect(() => port.eraseBlock(area, 1)).toThrow(PowerCut);
      flash.restore();
      expect(port.read(area, 32, 16)).toBe("0123456789abcdef");
      seen.add(port.read(area, 16, 16));
      if (outcome === "bits") {
        for (let i = 0; i < 16; i += 1) {
          const old = "0123456789abcdef".charCodeAt(i);
          expect(port.read(area, 16 + i, 1).charCodeAt(0) & old).toBe(old);
        }
      }
    }
    expect(seen.size).toBe(eraseOutcomes.length);
  });

  test("the same seed gives the same bits", () => {
    const dumps = [1, 1, 2].map((seed) => {
      const { flash, port } = made({ seed });
      port.write(area, 0, "x");
      flash.cutInErase(0, "noise");
      expect(() => port.eraseBlock(area, 0)).toThrow(PowerCut);
      return flash.dump("log");
    });
    expect(dumps[0]).toBe(dumps[1]);
    expect(dumps[0]).not.toBe(dumps[2]);
  });
});

test("failures answer hardware: of one write, of one erase, of a worn block across restarts", () => {
  const { flash, port } = made();
  flash.failWrite(1, 2);
  expect(port.write(area, 0, "ab")).toBe(Fault.none);
  expect(port.write(area, 2, "cdef")).toBe(Fault.hardware);
  expect(port.read(area, 0, 6)).toBe("abcd\xff\xff");
  expect(port.write(area, 4, "e")).toBe(Fault.none);
  flash.failErase(0, "untouched");
  expect(port.eraseBlock(area, 0)).toBe(Fault.hardware);
  expect(port.read(area, 0, 5)).toBe("abcde");
  expect(port.eraseBlock(area, 0)).toBe(Fault.none);
  expect(flash.wornBlocks("log")).toBe(0);
  flash.wearOut("log", 2);
  flash.wearOut("log", 2);
  flash.restore();
  expect(flash.wornBlocks("log")).toBe(1);
  expect(port.write(area, 32, "a")).toBe(Fault.hardware);
  expect(port.eraseBlock(area, 2)).toBe(Fault.hardware);
  expect(port.read(area, 32, 1)).toBe("\xff");
});

test("nobody is blamed for programming over a bit that flipped by itself, and the bit stays programmed", () => {
  const { flash, port } = made();
  flash.flip("log", 1, 0);
  expect(port.write(area, 0, "cc")).toBe(Fault.none);
  expect(port.read(area, 0, 2)).toBe("cb");
  expect(() => port.write(area, 1, "a")).toThrow(FlashMisuse);
  flash.flip("log", 5, 0);
  expect(port.eraseBlock(area, 0)).toBe(Fault.none);
  expect(port.read(area, 5, 1)).toBe("\xff");
  expect(flash.hasFlipped).toBe(false);
});

test("an image brings the contents back; a flip changes one bit", () => {
  const { flash, port } = made();
  port.write(area, 0, "a");
  const image = flash.snapshot();
  flash.flip("log", 0, 1);
  expect(port.read(area, 0, 1)).toBe("c");
  expect(flash.hasFlipped).toBe(true);
  expect(flash.healed()).toEqual(image);
  flash.flip("log", 20, 7);
  expect(port.read(area, 20, 1)).toBe("\x7f");
  flash.restore(image);
  expect(flash.dump("log")).toBe(`a${"\xff".repeat(47)}`);
  flash.resetCounts();
  expect(flash.counts.writes).toBe(0);
});
