import { createFlash } from "../../sim/world/flash";
import { checksum } from "../../sim/world/checksum";
import { budget } from "../../test/support/budget";
import { StoreCode, StoreState } from "./code";
import { recordGet, recordKeyBytesMax, recordPut, recordRemove, recordsErase, recordsOpen, recordValueBytesMax } from "./records";
import type { FlashArea } from "../../hal/ports/flash";

const small: FlashArea = { name: "records", blockBytes: 256, blocks: 4 };
const page: FlashArea = { name: "records", blockBytes: 4096, blocks: 2 };

function made(area: FlashArea = small) {
  const flash = createFlash({ areas: [area] });
  return { flash, open: () => recordsOpen(flash.port, checksum, area) };
}

test("a new area is fresh, holds nothing, and is not written to", () => {
  const { flash, open } = made();
  const store = open();
  expect(store.state).toBe(StoreState.fresh);
  expect(recordGet(store, "token")).toBeUndefined();
  expect(recordRemove(store, "token")).toBe(StoreCode.ok);
  expect(flash.counts).toEqual({ writes: 0, programmed: 0, erases: 0 });
});

test("values are kept across boots, replaced and removed", () => {
  const { flash, open } = made();
  let store = open();
  expect(recordPut(store, "token", "abc")).toBe(StoreCode.ok);
  expect(recordPut(store, "ssid", "")).toBe(StoreCode.ok);
  expect(recordPut(store, "token", "xyz")).toBe(StoreCode.ok);
  store = open();
  expect(store.state).toBe(StoreState.ready);
  expect(recordGet(store, "token")).toBe("xyz");
  expect(recordGet(store, "ssid")).toBe("");
  expect(recordRemove(store, "ssid")).toBe(StoreCode.ok);
  expect(recordGet(store, "ssid")).toBeUndefined();
  flash.resetCounts();
  store = open();
  expect(recordGet(store, "ssid")).toBeUndefined();
  open();
  expect(flash.counts).toEqual({ writes: 0, programmed: 0, erases: 0 });
});

test("an unchanged value is not written", () => {
  const { flash, open } = made();
  const store = open();
  recordPut(store, "token", "abc");
  flash.resetCounts();
  expect(recordPut(store, "token", "abc")).toBe(StoreCode.ok);
  expect(flash.counts.writes).toBe(0);
});

test("keys and values at their limits, and one beyond", () => {
  const store = made(page).open();
  const key = "k".repeat(recordKeyBytesMax);
  expect(recordPut(store, key, "v".repeat(recordValueBytesMax))).toBe(StoreCode.ok);
  expect(recordGet(store, key)).toBe("v".repeat(recordValueBytesMax));
  expect(recordPut(store, key, "v".repeat(recordValueBytesMax + 1))).toBe(StoreCode.invalid);
  for (const bad of ["", "k".repeat(recordKeyBytesMax + 1), "a b", "\x7f", "\xe9"]) {
    expect(recordPut(store, bad, "v")).toBe(StoreCode.invalid);
    expect(recordRemove(store, bad)).toBe(StoreCode.invalid);
  }
});

test("a value may hold any byte, also bytes that look erased", () => {
  const { open } = made();
  let every = "";
  for (let n = 0; n < 100; n += 1) every += String.fromCharCode(255 - n);
  for (const value of [every, "\xff".repeat(60)]) {
    expect(recordPut(open(), "bytes", value)).toBe(StoreCode.ok);
    expect(recordGet(open(), "bytes")).toBe(value);
  }
});

test("a value of 200 bytes under the longest key fits the smallest block, and can be replaced there", () => {
  const { open } = made({ name: "records", blockBytes: 256, blocks: 2 });
  const key = "k".repeat(recordKeyBytesMax);
  for (const fill of ["a", "b", "c"]) {
    expect(recordPut(open(), key, fill.repeat(200))).toBe(StoreCode.ok);
    expect(recordGet(open(), key)).toBe(fill.repeat(200));
  }
  expect(recordPut(open(), key, "d".repeat(222))).toBe(StoreCode.ok);
  expect(recordPut(open(), key, "d".repeat(223))).toBe(StoreCode.full);
  expect(recordGet(open(), key)).toBe("d".repeat(222));
});

test("a store that is full refuses without writing, and takes again what fits", () => {
  const { flash, open } = made();
  const store = open();
  expect(recordPut(store, "a", "1".repeat(100))).toBe(StoreCode.ok);
  expect(recordPut(store, "b", "2".repeat(100))).toBe(StoreCode.ok);
  flash.resetCounts();
  expect(recordPut(store, "c", "3".repeat(100))).toBe(StoreCode.full);
  expect(flash.counts.writes + flash.counts.erases).toBe(0);
  expect(recordRemove(store, "a")).toBe(StoreCode.ok);
  expect(recordPut(store, "c", "3".repeat(100))).toBe(StoreCode.ok);
  expect([recordGet(open(), "a"), recordGet(open(), "b"), recordGet(open(), "c")]).toEqual([undefined, "2".repeat(100), "3".repeat(100)]);
});

test("many changes go round the blocks evenly, and the rest is kept", () => {
  const { flash, open } = made();
  let store = open();
  recordPut(store, "token", "T".repeat(43));
  for (let boot = 1; boot <= 400; boot += 1) {
    store = open();
    expect(recordPut(store, "boots", String(boot))).toBe(StoreCode.ok);
  }
  expect(recordGet(store, "token")).toBe("T".repeat(43));
  expect(recordGet(store, "boots")).toBe("400");
  const wear = flash.wear("records");
  expect(Math.max(...wear) - Math.min(...wear)).toBeLessThanOrEqual(1);
  // A generation holds the two live records (54 and 12 to 14 bytes) and as many more counters as fit.
  expect(wear.reduce((sum, n) => sum + n, 0)).toBeLessThan(400 / 10);
});

describe("hardware failures", () => {
  test("a failed append is written to the next block", () => {
    for (const kept of [0, 1, 5, 9, 10]) {
      const { flash, open } = made();
      const store = open();
      recordPut(store, "token", "old");
      flash.failWrite(0, kept);
      expect(recordPut(store, "token", "new")).toBe(StoreCode.ok);
      expect(recordGet(store, "token")).toBe("new");
      expect(recordGet(open(), "token")).toBe("new");
    }
  });

  test("worn blocks are passed over; when all but one are worn, the store still answers the old value", () => {
    const { flash, open } = made();
    const store = open();
    recordPut(store, "token", "x".repeat(150));
    flash.wearOut("records", 1);
    flash.wearOut("records", 2);
    expect(recordPut(store, "token", "y".repeat(150))).toBe(StoreCode.ok);
    expect(recordGet(open(), "token")).toBe("y".repeat(150));
    flash.wearOut("records", 0);
    expect(recordPut(store, "token", "z".repeat(150))).toBe(StoreCode.hardware);
    expect(recordGet(store, "token")).toBe("y".repeat(150));
    expect(recordGet(open(), "token")).toBe("y".repeat(150));
  });

  test("a failed erase, whatever it leaves, costs nothing", () => {
    for (const outcome of ["untouched", "front", "back", "bits", "noise"] as const) {
      const { flash, open } = made();
      let store = open();
      for (let i = 0; i < 60; i += 1) {
        store = open();
        flash.failErase(0, outcome);
        expect(recordPut(store, "n", `${outcome}${String(i)}`)).toBe(StoreCode.ok);
        expect(recordGet(open(), "n")).toBe(`${outcome}${String(i)}`);
      }
    }
  });
});

describe("bit flips", () => {
  test("in any bit of any byte of the block: a value that was stored, or none, never another", () => {
    const { flash, open } = made();
    const store = open();
    recordPut(store, "token", "first");
    recordPut(store, "ssid", "network");
    recordPut(store, "token", "second");
    const image = flash.snapshot();
    let lost = 0;
    const bits = budget(2, 8);
    for (let offset = 0; offset < 256; offset += 1) {
      for (let n = 0; n < bits; n += 1) {
        const bit = (offset + n * 3) % 8;
        flash.restore(image);
        flash.flip("records", offset, bit);
        const read = open();
        expect([undefined, "first", "second"]).toContain(recordGet(read, "token"));
        expect([undefined, "network"]).toContain(recordGet(read, "ssid"));
        if (recordGet(read, "token") !== "second") lost += 1;
        expect(recordPut(read, "token", "third")).toBe(StoreCode.ok);
        expect(recordGet(open(), "token")).toBe("third");
      }
    }
    // Only the header (11 bytes) and the record itself (17 bytes) matter to the second token.
    expect(lost).toBe((11 + 17) * bits);
  });

  test("a damaged record hides no other", () => {
    const { flash, open } = made();
    const store = open();
    recordPut(store, "a", "1");
    recordPut(store, "b", "2");
    flash.flip("records", 12 + 1, 6);
    const read = open();
    expect(read.state).toBe(StoreState.recovered);
    expect([recordGet(read, "a"), recordGet(read, "b")]).toEqual([undefined, "2"]);
  });
});

describe("a later format", () => {
  /** An area in which a program of version 2 has sealed the newest generation. */
  function later() {
    const { flash, open } = made();
    recordPut(open(), "token", "mine");
    const header = "MR\x02\x00\x00\x00\x09";
    flash.port.write(small, 256, `${header}${checksum.crc32(header)}\x00unknown`);
    return { flash, open };
  }

  test("is not written to, and not destroyed", () => {
    const { flash, open } = later();
    const before = flash.dump("records");
    const store = open();
    expect(store.state).toBe(StoreState.newer);
    expect(recordGet(store, "token")).toBeUndefined();
    expect(recordPut(store, "token", "other")).toBe(StoreCode.newer);
    expect(recordRemove(store, "token")).toBe(StoreCode.newer);
    expect(flash.dump("records")).toBe(before);
  });

  test("gives way to a factory reset", () => {
    const { flash, open } = later();
    const store = open();
    expect(recordsErase(store)).toBe(StoreCode.ok);
    expect(flash.dump("records")).not.toContain("unknown");
    expect(recordPut(store, "token", "other")).toBe(StoreCode.ok);
    expect(recordGet(open(), "token")).toBe("other");
  });
});

describe("factory reset", () => {
  test("leaves no byte of any record, in any block", () => {
    const { flash, open } = made();
    const store = open();
    for (let i = 0; i < 40; i += 1) recordPut(store, "token", `SECRET${String(i)}`);
    expect(flash.dump("records").match(/SECRET/g)!.length).toBeGreaterThan(20);
    expect(recordsErase(store)).toBe(StoreCode.ok);
    expect(flash.dump("records")).not.toMatch(/SECRET|token/);
    expect(recordGet(store, "token")).toBeUndefined();
    expect(recordGet(open(), "token")).toBeUndefined();
    expect(recordPut(store, "token", "new")).toBe(StoreCode.ok);
    expect(recordGet(open(), "token")).toBe("new");
  });

  test("erases an area that cannot be read, and says so when a block resists", () => {
    const { flash, open } = made();
    for (let block = 0; block < 4; block += 1) flash.port.write(small, block * 256, "garbage");
    const store = open();
    expect(store.state).toBe(StoreState.fresh);
    expect(recordsErase(store)).toBe(StoreCode.ok);
    expect(flash.dump("records")).not.toContain("garbage");
    flash.wearOut("records", 3);
    expect(recordsErase(store)).toBe(StoreCode.hardware);
  });
});

test("the last generation takes no further one, until a factory reset", () => {
  const { flash, open } = made();
  const header = "MR\x01\x7f\xff\xff\xff";
  flash.port.write(small, 0, `${header}${checksum.crc32(header)}\x00`);
  const store = open();
  expect(recordPut(store, "a", "1".repeat(200))).toBe(StoreCode.ok);
  expect(recordPut(store, "a", "2".repeat(200))).toBe(StoreCode.full);
  expect(recordGet(open(), "a")).toBe("1".repeat(200));
  expect(recordsErase(store)).toBe(StoreCode.ok);
  expect(recordPut(store, "a", "2".repeat(200))).toBe(StoreCode.ok);
  expect(recordGet(open(), "a")).toBe("2".repeat(200));
});
