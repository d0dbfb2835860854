/** Acknowledge marks of the reading log that fail: flipped, cut, or in a block that takes no more. */
import { acknowledge, fill, made, range, small, waiting } from "../../test/support/log-rig";
import { StoreCode } from "./code";
import { logAcknowledge, logCursor, logEntry, logNext, logRewind } from "./log";
import type { ReadingLog } from "./log";

/** Acknowledges what the log gives, by choice; answers how each went. */
function acknowledgeCodes(log: ReadingLog, choose: (sequence: number) => boolean): number[] {
  const cursor = logCursor();
  const entry = logEntry();
  const codes: number[] = [];
  logRewind(log, cursor);
  while (logNext(log, cursor, entry)) if (choose(entry.sequence)) codes.push(logAcknowledge(log, cursor, entry.sequence));
  return codes;
}

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

test("marks that cannot be programmed, in order: each is remembered for this boot", () => {
  const { flash, open } = made();
  const log = open();
  fill(log, 11);
  flash.wearOut("log", 0);
  expect(acknowledgeCodes(log, () => true)).toEqual(new Array(11).fill(StoreCode.hardware));
  expect([log.waiting, waiting(log)]).toEqual([0, []]);
  expect(waiting(open())).toEqual(range(1, 11));
});

test("marks that cannot be programmed behind one that waits are remembered up to a limit; the one that waits can always leave, and then they can", () => {
  const { flash, open } = made();
  const log = open();
  fill(log, 11);
  flash.wearOut("log", 0);
  expect(acknowledgeCodes(log, (sequence) => sequence > 1)).toEqual(new Array(10).fill(StoreCode.hardware));
  expect([log.waiting, waiting(log)]).toEqual([3, [...range(1, 1), ...range(10, 11)]]);
  expect(acknowledgeCodes(log, (sequence) => sequence === 1)).toEqual([StoreCode.hardware]);
  expect([log.waiting, waiting(log)]).toEqual([2, range(10, 11)]);
  acknowledgeCodes(log, () => true);
  expect([log.waiting, waiting(log)]).toEqual([0, []]);
});

test("a mark that cannot be programmed is counted once, however often it is asked for", () => {
  const { flash, open } = made();
  const log = open();
  fill(log, 3);
  flash.wearOut("log", 0);
  const cursor = logCursor();
  const entry = logEntry();
  logRewind(log, cursor);
  logNext(log, cursor, entry);
  expect(logAcknowledge(log, cursor, 1)).toBe(StoreCode.hardware);
  expect(logAcknowledge(log, cursor, 1)).toBe(StoreCode.ok);
  expect([log.waiting, waiting(log)]).toEqual([2, range(2, 3)]);
});

test("marks that cannot be programmed are remembered in whatever order they come: one ahead of the others keeps no place of those passed over", () => {
  const { flash, open } = made();
  const log = open();
  fill(log, 10);
  flash.wearOut("log", 0);
  acknowledgeCodes(log, (sequence) => sequence > 7);
  acknowledgeCodes(log, (sequence) => sequence < 6);
  expect(waiting(log)).toEqual(range(6, 7));
  // Eight are remembered, and five of them lie before the oldest that waits.
  acknowledgeCodes(log, () => true);
  expect([log.waiting, waiting(log)]).toEqual([0, []]);
});

test("what was acknowledged without its mark is not dropped when the ring comes round to it", () => {
  const { flash, open } = made({ ...small, blocks: 6 });
  const log = open();
  for (const block of [0, 1]) {
    fill(log, log.lastSequence + 5);
    flash.wearOut("log", block);
    // Those of block 1 take the place of those of block 0, which lie before the oldest that waits.
    acknowledgeCodes(log, () => true);
  }
  for (let last = 15; last < 130; last += 5) {
    fill(log, last);
    acknowledgeCodes(log, () => true);
    expect([log.waiting, log.droppedFull, log.droppedCorrupt, waiting(log)]).toEqual([0, 0, 0, []]);
  }
});
