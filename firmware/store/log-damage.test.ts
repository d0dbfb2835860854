/** The reading log when something fails: bits, marks, writes, formats, and the end of the sequences. */
import { checksum } from "../../sim/world/checksum";
import { budget } from "../../test/support/budget";
import { acknowledge, fill, made, range, small, waiting } from "../../test/support/log-rig";
import { StoreCode, StoreState } from "./code";
import { logAppend, logErase, logSequenceMax } from "./log";

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

  test("nor is it forgotten where a reading that has arrived is damaged in its place, and that one's block goes as well", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 5);
    flash.flip("log", 26 + 2 * 20 + 5, 0);
    acknowledge(log, () => true);
    expect(log.droppedCorrupt).toBe(1);
    fill(log, 28);
    acknowledge(log, () => true);
    waiting(log);
    // In the newest block, behind what has been walked past: a later boot would count it.
    flash.flip("log", 2 * 256 + 26 + 20 + 5, 0);
    for (let until = 34; until <= 60; until += 3) {
      fill(log, until);
      acknowledge(log, () => true);
      expect([waiting(log), log.droppedCorrupt]).toEqual([[], 1]);
      const again = open();
      expect([waiting(again), again.droppedFull, again.droppedCorrupt]).toEqual([[], 0, 1]);
    }
  });

  test("nor is it forgotten where numbers were left out behind that block", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 11);
    expect(waiting(log)).toEqual(range(1, 11));
    // Walked past while it was whole, so that it waits by all that is known.
    flash.flip("log", 26 + 20 + 5, 0);
    // The first record of the next block is torn: its number is never used, and the log goes on in the block behind it.
    flash.failWrite(1, 5);
    fill(log, 24);
    expect([log.lastSequence, log.block, log.droppedFull, log.waiting]).toEqual([24, 3, 10, 12]);
    const again = open();
    expect([again.droppedFull, again.droppedCorrupt, waiting(again).length]).toEqual([10, 1, 12]);
  });
});

describe("a block that loses its head", () => {
  test.each([0, 1, 2, 3])("is counted when it is dropped, and stays counted after a boot (round %i)", (round) => {
    const { flash, open } = made();
    const log = open();
    // Some rounds of the ring, so that what came before the block is gone.
    fill(log, 60 + round * 5);
    const all = log.lastSequence;
    const oldest = (log.block + 2) % 4;
    const before = log.waiting;
    flash.flip("log", oldest * 256 + 5, 2);
    fill(log, all + 40);
    const sum = log.waiting + log.droppedFull + log.droppedCorrupt;
    expect(waiting(log)).toHaveLength(log.waiting);
    expect([before > 0, sum]).toEqual([true, all + 40]);
    const again = open();
    expect(waiting(again)).toHaveLength(again.waiting);
    expect(again.waiting + again.droppedFull + again.droppedCorrupt).toBe(all + 40);
  });
});

describe("a newest block that loses its head while it is written to", () => {
  test.each([
    [-4, false], [0, false], [3, false], [7, false], [-4, true], [0, true], [3, true], [7, true],
  ])("%i readings of the block before it wait, and the next block is worn: %p", (left, worn) => {
    const { flash, open } = made();
    const log = open();
    // Four readings stand in the newest block.
    fill(log, 70);
    const before = log.waiting;
    acknowledge(log, (n) => n <= 66 - left);
    const acknowledged = before - log.waiting;
    if (worn) flash.wearOut("log", (log.block + 1) % 4);
    flash.flip("log", log.block * 256 + 5, 2);
    // What is stored from now on cannot be found again: it counts as waiting, until it is known to be lost.
    for (let until = 73; until <= 130; until += 3) {
      fill(log, until);
      expect(waiting(log).length).toBeLessThanOrEqual(log.waiting);
      expect([until, log.waiting + log.droppedFull + log.droppedCorrupt + acknowledged]).toEqual([until, log.lastSequence]);
    }
    // Once the log is empty there is no doubt.
    const { length } = waiting(log);
    acknowledge(log, () => true);
    expect([waiting(log), log.waiting, log.droppedFull + log.droppedCorrupt + acknowledged + length]).toEqual([[], 0, log.lastSequence]);
    const again = open();
    expect([waiting(again), again.droppedFull]).toEqual([[], log.droppedFull]);
    // What was acknowledged in the damaged block may look lost to another boot.
    const more = again.droppedCorrupt - log.droppedCorrupt;
    expect([more >= 0, more <= Math.max(0, -left)]).toEqual([true, true]);
  });
});

describe("hardware failures", () => {
  test("a reading whose write failed is written to the next block, under a sequence of its own", () => {
    for (const kept of [0, 1, 7, 10]) {
      const { flash, open } = made();
      const log = open();
      fill(log, 2);
      flash.failWrite(0, kept);
      expect(logAppend(log, "again")).toBe(4);
      expect(waiting(open()).slice(-1)).toEqual(["4:again"]);
      expect(log.droppedCorrupt).toBe(0);
    }
  });

  test("what a write answers does not matter where the area holds all of its bytes", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 2);
    flash.failWrite(0, 20);
    expect(logAppend(log, "again")).toBe(3);
    expect(waiting(log).slice(-1)).toEqual(["3:again"]);
    flash.failWrite(0, 1);
    acknowledge(log, (n) => n === 3);
    expect(waiting(open())).toEqual(range(1, 2));
    expect(log.waiting).toBe(2);
    expect(log.droppedCorrupt).toBe(0);
  });

  test("a reading that stands in spite of a flipped bit in its mark is not stored once more", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 2);
    // The mark of the third record, which is still blank.
    flash.flip("log", 26 + 2 * 20 + 2, 3);
    expect(logAppend(log, "third")).toBe(3);
    expect(waiting(log)).toHaveLength(3);
    acknowledge(log, () => true);
    expect([waiting(log), log.waiting, log.droppedCorrupt]).toEqual([[], 0, 0]);
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

  test("what waits goes on waiting while no block takes anything, and is no more and no less", () => {
    const { flash, open } = made();
    const log = open();
    fill(log, 50);
    const before = [log.waiting, log.droppedFull];
    for (let block = 0; block < 4; block += 1) flash.wearOut("log", block);
    for (let i = 0; i < 10; i += 1) expect(logAppend(log, "lost")).toBe(0);
    expect(waiting(log)).toHaveLength(before[0]!);
    expect([log.waiting, log.droppedFull]).toEqual(before);
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
