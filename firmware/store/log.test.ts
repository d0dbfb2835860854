/** The reading log in good health: order, acknowledgement, capacity, cost. */
import { checksum } from "../../sim/world/checksum";
import { createFlash } from "../../sim/world/flash";
import { acknowledge, fill, made, pages, range, small, waiting } from "../../test/support/log-rig";
import { StoreCode, StoreState } from "./code";
import { logAcknowledge, logAppend, logCursor, logEntry, logNext, logOpen, logRecordBytesMax, logRewind } from "./log";
import type { ReadingLog } from "./log";
import type { FlashArea } from "../../hal/ports/flash";

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
