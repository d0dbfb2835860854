import { checksum } from "../../sim/world/checksum";
import { createFlash } from "../../sim/world/flash";
import { budget } from "../../test/support/budget";
import { StoreCode, StoreState } from "./code";
import {
  logAcknowledge, logAppend, logCursor, logEntry, logErase, logNext, logOpen, logRecordBytesMax, logRewind, logSequenceMax,
} from "./log";
import type { ReadingLog } from "./log";
import type { FlashArea } from "../../hal/ports/flash";

const small: FlashArea = { name: "log", blockBytes: 256, blocks: 4 };
const pages: FlashArea = { name: "log", blockBytes: 4096, blocks: 12 };

function made(area: FlashArea = small) {
  const flash = createFlash({ areas: [area] });
  return { flash, open: () => logOpen(flash.port, checksum, area) };
}

/** Everything that waits, oldest first. */
function waiting(log: ReadingLog): string[] {
  const cursor = logCursor();
  const entry = logEntry();
  const all: string[] = [];
  logRewind(log, cursor);
  while (logNext(log, cursor, entry)) all.push(`${String(entry.sequence)}:${entry.bytes}`);
  return all;
}

/** Acknowledges the records of which `choose` is true. */
function acknowledge(log: ReadingLog, choose: (sequence: number) => boolean): void {
  const cursor = logCursor();
  const entry = logEntry();
  logRewind(log, cursor);
  while (logNext(log, cursor, entry)) {
    if (choose(entry.sequence)) expect(logAcknowledge(log, cursor, entry.sequence)).toBe(StoreCode.ok);
  }
}

/** Appends readings of 14 bytes that carry their number, until `until` is the last. */
function fill(log: ReadingLog, until: number): void {
  while (log.lastSequence < until) expect(logAppend(log, reading(log.lastSequence + 1))).toBeGreaterThan(0);
}

function reading(sequence: number): string {
  return `reading ${String(sequence).padStart(6, "0")}`;
}

function range(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${String(from + i)}:${reading(from + i)}`);
}

test("a new area is fresh, gives nothing, and is not written to", () => {
  const { flash, open } = made();
  const log = open();
  expect([log.state, log.waiting, log.lastSequence]).toEqual([StoreState.fresh, 0, 0]);
  expect(waiting(log)).toEqual([]);
  expect(logAcknowledge(log, logCursor(), 0)).toBe(StoreCode.invalid);
  expect(flash.counts).toEqual({ writes: 0, programmed: 0, erases: 0 });
});

test("readings come in order, across a boot, until they are acknowledged", () => {
  const { open } = made();
  fill(open(), 8);
  let log = open();
  expect(waiting(log)).toEqual(range(1, 8));
  expect(log.waiting).toBe(8);
  acknowledge(log, (n) => n !== 3 && n !== 7);
  expect(log.waiting).toBe(2);
  expect(waiting(log)).toEqual([...range(3, 3), ...range(7, 7)]);
  log = open();
  expect(log.waiting).toBe(8);
  expect(waiting(log)).toEqual([...range(3, 3), ...range(7, 7)]);
  expect(log.waiting).toBe(2);
  acknowledge(log, () => true);
  expect(log.waiting).toBe(0);
  expect(logAppend(log, "next")).toBe(9);
  expect(waiting(open())).toEqual(["9:next"]);
});

test("acknowledging is idempotent, and takes the record given last only", () => {
  const { flash, open } = made();
  const log = open();
  fill(log, 3);
  const cursor = logCursor();
  const entry = logEntry();
  expect(logNext(log, cursor, entry)).toBe(true);
  expect(logAcknowledge(log, cursor, 2)).toBe(StoreCode.invalid);
  expect(logAcknowledge(log, cursor, 1)).toBe(StoreCode.ok);
  flash.resetCounts();
  expect(logAcknowledge(log, cursor, 1)).toBe(StoreCode.ok);
  expect(flash.counts.writes).toBe(0);
  expect(log.waiting).toBe(2);
  while (logNext(log, cursor, entry));
  expect(logAcknowledge(log, cursor, entry.sequence)).toBe(StoreCode.invalid);
  logRewind(log, cursor);
  expect(logAcknowledge(log, cursor, 1)).toBe(StoreCode.invalid);
});

test("readings at their limits, and beyond", () => {
  const { flash, open } = made();
  const log = open();
  let every = "";
  for (let n = 0; n < logRecordBytesMax; n += 1) every += String.fromCharCode(255 - n);
  expect(logAppend(log, every)).toBe(1);
  expect(logAppend(log, "\xff".repeat(logRecordBytesMax))).toBe(2);
  expect(logAppend(log, "\x00")).toBe(3);
  expect(waiting(open())).toEqual([`1:${every}`, `2:${"\xff".repeat(logRecordBytesMax)}`, "3:\x00"]);
  flash.resetCounts();
  for (const bad of ["", "x".repeat(logRecordBytesMax + 1)]) {
    expect(logAppend(log, bad)).toBe(0);
    expect(log.code).toBe(StoreCode.invalid);
  }
  expect(flash.counts.writes).toBe(0);
});

test("what the areas hold", () => {
  // Blocks of 256 hold 11 readings of 14 bytes, pages of 4096 hold 203; one block is free, one is being filled.
  for (const [area, perBlock] of [[small, 11], [pages, 203]] as const) {
    const log = made(area).open();
    fill(log, perBlock * (area.blocks - 1));
    expect(log.droppedFull).toBe(0);
    expect(log.waiting).toBe(perBlock * (area.blocks - 1));
    fill(log, log.lastSequence + 1);
    expect(log.droppedFull).toBe(perBlock);
    expect(log.waiting).toBe(perBlock * (area.blocks - 2) + 1);
  }
});

test("when full, the oldest block goes, counted, and the count outlives a boot", () => {
  const { open } = made();
  let log = open();
  fill(log, 30);
  acknowledge(log, (n) => n === 2 || n === 5 || n > 25);
  fill(log, 34);
  expect(log.droppedFull).toBe(9);
  log = open();
  expect(log.droppedFull).toBe(9);
  expect(waiting(log)).toEqual([...range(12, 25), ...range(31, 34)]);
  expect(log.waiting).toBe(18);
  fill(log, 500);
  const left = waiting(log).length;
  expect(log.waiting).toBe(left);
  expect(log.droppedFull + left + 7).toBe(500);
  expect(open().droppedFull).toBe(log.droppedFull);
});

test("a cursor whose block was dropped goes on from the oldest record; its acknowledgement is ignored", () => {
  const log = made().open();
  fill(log, 3);
  const cursor = logCursor();
  const entry = logEntry();
  expect(logNext(log, cursor, entry)).toBe(true);
  fill(log, 40);
  const before = waiting(log);
  expect(logAcknowledge(log, cursor, 1)).toBe(StoreCode.ok);
  expect(waiting(log)).toEqual(before);
  expect(logNext(log, cursor, entry)).toBe(true);
  expect(`${String(entry.sequence)}:${entry.bytes}`).toBe(before[0]);
});

test("a log that is emptied as it goes drops nothing, wears evenly, and boots without a write", () => {
  const { flash, open } = made();
  for (let round = 1; round <= 300; round += 1) {
    const log = open();
    fill(log, round * 3);
    acknowledge(log, () => true);
    expect([log.waiting, log.droppedFull, log.droppedCorrupt]).toEqual([0, 0, 0]);
  }
  const wear = flash.wear("log");
  expect(Math.max(...wear) - Math.min(...wear)).toBeLessThanOrEqual(1);
  expect(wear.reduce((sum, n) => sum + n, 0)).toBe(Math.ceil(900 / 11));
  waiting(open());
  flash.resetCounts();
  waiting(open());
  waiting(open());
  expect(flash.counts).toEqual({ writes: 0, programmed: 0, erases: 0 });
});

describe("cost", () => {
  /** Counts the calls of `read` while `body` runs on a log of twelve pages. */
  function counted(prepare: (log: ReadingLog) => void) {
    const flash = createFlash({ areas: [pages] });
    let reads = 0;
    const port = { ...flash.port, read: (area: FlashArea, offset: number, count: number) => ((reads += 1), flash.port.read(area, offset, count)) };
    prepare(logOpen(port, checksum, pages));
    const log = logOpen(port, checksum, pages);
    return { log, reads: (body: () => void) => ((reads = 0), body(), reads), open: () => logOpen(port, checksum, pages) };
  }

  test("boot reads the headers and one block", () => {
    const { reads, open } = counted((log) => fill(log, 2200));
    let log = open();
    // Two passes over 12 headers, two reads a record of the newest block (170 of them), its blank tail in pieces of 32.
    expect(reads(() => void (log = open()))).toBeLessThan(2 * 12 + 2 * 203 + 2 * 128 + 4);
    expect(log.waiting).toBe(2200);
  });

  test("blocks that are acknowledged are passed by their header, at the front and in the middle", () => {
    const { log, reads, open } = counted((fresh) => {
      fill(fresh, 2200);
      acknowledge(fresh, (n) => n > 3 && n < 2190);
      waiting(fresh);
    });
    expect(reads(() => expect(waiting(log)).toHaveLength(3 + 11))).toBeLessThan(1300);
    acknowledge(log, (n) => n < 2190);
    waiting(log);
    const again = open();
    expect(reads(() => expect(waiting(again)).toHaveLength(11))).toBeLessThan(450);
  });

  test("an acknowledgement at the front of a long backlog costs a few reads, whatever lies behind it", () => {
    const { log, reads } = counted((fresh) => fill(fresh, 2200));
    const cursor = logCursor();
    const entry = logEntry();
    for (let i = 0; i < 500; i += 1) {
      const cost = reads(() => {
        logRewind(log, cursor);
        expect(logNext(log, cursor, entry)).toBe(true);
        expect(logAcknowledge(log, cursor, entry.sequence)).toBe(StoreCode.ok);
      });
      // Crossing a block adds its header and the search of its blank tail.
      expect(cost).toBeLessThanOrEqual(16);
    }
  });
});

describe("damage", () => {
  test("any bit of any byte: nothing is delivered that was not stored, and gaps are counted", () => {
    const { flash, open } = made();
    fill(open(), 20);
    const image = flash.snapshot();
    const all = range(1, 20);
    // Two blocks, as far as they are written: 11 records and 9 of 20 bytes behind headers of 26.
    const written = [...Array(26 + 11 * 20).keys(), ...Array.from({ length: 26 + 9 * 20 }, (_, i) => 256 + i)];
    const wrong: string[] = [];
    for (const offset of written) {
      const inHeader = offset % 256 < 25;
      const missing = inHeader ? (offset < 256 ? 11 : 9) : 1;
      for (let n = 0; n < budget(2, 8); n += 1) {
        const bit = (offset + n * 3) % 8;
        flash.restore(image);
        flash.flip("log", offset, bit);
        const log = open();
        const got = waiting(log);
        // A mark is none of the checksum's business, and one flipped bit does not set it.
        const mark = offset % 256 === 25 || (!inHeader && (offset % 256 - 26) % 20 === 2);
        const ok = got.every((text) => all.includes(text)) && 20 - got.length === (mark ? 0 : missing) && log.waiting === got.length;
        // What is missing at either end leaves no gap.
        const counted = mark || inHeader || offset >= 256 + 26 + 8 * 20 ? 0 : 1;
        const next = logAppend(log, "more");
        const after = waiting(open());
        const grown = next > 20 && after.length === got.length + 1 && after[got.length] === `${String(next)}:more`;
        if (!ok || log.droppedCorrupt !== counted || !grown) wrong.push(`${String(offset)}.${String(bit)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("a flipped acknowledge mark neither loses a reading nor brings one back", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 2);
    acknowledge(log, (n) => n === 1);
    for (let bit = 0; bit < 8; bit += 1) {
      for (const record of [0, 20]) {
        const image = flash.snapshot();
        flash.flip("log", 26 + record + 2, bit);
        expect(waiting(open())).toEqual(range(2, 2));
        flash.restore(image);
      }
    }
  });

  test("a mark that was cut after one bit: acknowledged in this boot, once more in the next", () => {
    const { flash, open } = made();
    fill(open(), 2);
    flash.flip("log", 26 + 2, 4);
    for (let boot = 0; boot < 2; boot += 1) {
      const log = open();
      acknowledge(log, (n) => n === 1);
      expect(log.waiting).toBe(1);
      expect(waiting(log)).toEqual(range(2, 2));
    }
  });

  test("marks that cannot be programmed are remembered for this boot, up to a limit", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 10);
    flash.wearOut("log", 0);
    const cursor = logCursor();
    const entry = logEntry();
    const codes: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      logNext(log, cursor, entry);
      codes.push(logAcknowledge(log, cursor, entry.sequence));
    }
    expect(codes).toEqual(new Array(10).fill(StoreCode.hardware));
    expect(waiting(log)).toEqual(range(9, 10));
    expect(log.waiting).toBe(2);
    // Those before the oldest that waits need not be remembered any more.
    logRewind(log, cursor);
    logNext(log, cursor, entry);
    expect(logAcknowledge(log, cursor, 9)).toBe(StoreCode.hardware);
    expect(waiting(log)).toEqual(range(10, 10));
    expect(waiting(open())).toEqual(range(1, 10));
  });

  test("what is damaged after it was walked past is counted when the log is empty", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 5);
    waiting(log);
    flash.flip("log", 26 + 20 + 5, 0);
    acknowledge(log, () => true);
    expect(waiting(log)).toEqual([]);
    expect([log.waiting, log.droppedCorrupt]).toEqual([0, 1]);
  });

  test("what is missing in a block that is dropped stays counted", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 5);
    flash.flip("log", 26 + 20 + 5, 0);
    flash.flip("log", 26 + 40 + 5, 0);
    fill(log, 60);
    expect(log.droppedCorrupt).toBe(2);
    expect(log.droppedFull + log.droppedCorrupt + log.waiting).toBe(60);
    expect(open().droppedCorrupt).toBe(2);
  });
});

describe("hardware failures", () => {
  test("a reading whose write failed is written to the next block, under a sequence of its own", () => {
    for (const kept of [0, 1, 10, 19, 20]) {
      const { flash, open } = made();
      const log = open();
      fill(log, 2);
      flash.failWrite(0, kept);
      expect(logAppend(log, "again")).toBe(4);
      expect(waiting(open()).slice(-1)).toEqual(["4:again"]);
      expect(log.droppedCorrupt).toBe(0);
    }
  });

  test("a worn block is passed over; the order stays", () => {
    const { flash, open } = made();
    flash.wearOut("log", 2);
    let log = open();
    for (let i = 0; i < 20; i += 1) {
      fill(log, log.lastSequence + 7);
      const before = waiting(log);
      log = open();
      expect(waiting(log)).toEqual(before);
      expect(log.droppedFull + before.length).toBe(log.lastSequence);
    }
  });

  test("when no block takes it, the reading is refused", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 11);
    for (let block = 0; block < 4; block += 1) flash.wearOut("log", block);
    expect(logAppend(log, "lost")).toBe(0);
    expect(log.code).toBe(StoreCode.hardware);
  });
});

describe("a later format", () => {
  test("is neither read nor written to, and gives way to an erase with higher sequences", () => {
    const { flash, open } = made();
    fill(open(), 5);
    const header = "ML\x02\x00\x00\x00\x05\x00\x00\x00\x64\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    flash.port.write(small, 256, `${header}${checksum.crc32(header)}\xff`);
    const before = flash.dump("log");
    const log = open();
    expect(log.state).toBe(StoreState.newer);
    expect(logAppend(log, "x")).toBe(0);
    expect(log.code).toBe(StoreCode.newer);
    expect(waiting(log)).toEqual([]);
    expect(flash.dump("log")).toBe(before);
    expect(logErase(log)).toBe(StoreCode.ok);
    expect(logAppend(log, "x")).toBeGreaterThan(100);
    expect(waiting(open())).toHaveLength(1);
  });
});

describe("erasing", () => {
  test("leaves no byte of a reading; sequences go on, counts begin again", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 50);
    expect(log.droppedFull).toBeGreaterThan(0);
    expect(logErase(log)).toBe(StoreCode.ok);
    expect(flash.dump("log")).not.toContain("reading");
    for (const each of [log, open()]) {
      expect(waiting(each)).toEqual([]);
      expect([each.waiting, each.droppedFull, each.droppedCorrupt]).toEqual([0, 0, 0]);
    }
    expect(logAppend(open(), "x")).toBe(51);
  });

  test("formats an area that cannot be read", () => {
    const { flash, open } = made();
    for (let block = 0; block < 4; block += 1) flash.port.write(small, block * 256, "garbage");
    const log = open();
    expect(log.state).toBe(StoreState.fresh);
    expect(logErase(log)).toBe(StoreCode.ok);
    expect(flash.dump("log")).not.toContain("garbage");
    expect(logAppend(log, "x")).toBe(1);
  });
});

test("the sequences end below 2^31: the log refuses, and gives what it has", () => {
  const { flash, open } = made();
  const first = logSequenceMax - 1;
  const number = String.fromCharCode(first >>> 24, (first >>> 16) & 255, (first >>> 8) & 255, first & 255);
  const header = `ML\x01\x00\x00\x00\x04${number}\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00`;
  flash.port.write(small, 0, `${header}${checksum.crc32(header)}\xff`);
  const log = open();
  expect(logAppend(log, "a")).toBe(logSequenceMax - 1);
  expect(logAppend(log, "b")).toBe(logSequenceMax);
  expect(logAppend(log, "c")).toBe(0);
  expect(log.code).toBe(StoreCode.full);
  expect(waiting(open())).toHaveLength(2);
});
