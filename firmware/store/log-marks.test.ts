/** Acknowledge marks of the reading log that fail: flipped, cut, or in a block that takes no more. */
import { acknowledge, fill, made, range, small, waiting } from "../../test/support/log-rig";
import { StoreCode } from "./code";
import { logAcknowledge, logCursor, logEntry, logNext, logRewind } from "./log";

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

test("marks that cannot be programmed are remembered in whatever order they come: one ahead of the others keeps no place of those passed over", () => {
  const { flash, open } = made();
  const log = open();
  fill(log, 10);
  flash.wearOut("log", 0);
  const acknowledgeAll = (choose: (sequence: number) => boolean): void => {
    const cursor = logCursor();
    const entry = logEntry();
    logRewind(log, cursor);
    while (logNext(log, cursor, entry)) if (choose(entry.sequence)) logAcknowledge(log, cursor, entry.sequence);
  };
  acknowledgeAll((sequence) => sequence > 7);
  acknowledgeAll((sequence) => sequence < 6);
  expect(waiting(log)).toEqual(range(6, 7));
  // Eight are remembered, and five of them lie before the oldest that waits.
  acknowledgeAll(() => true);
  expect([log.waiting, waiting(log)]).toEqual([0, []]);
});

test("what was acknowledged without its mark is not dropped when the ring comes round to it", () => {
  const { flash, open } = made({ ...small, blocks: 6 });
  const log = open();
  const settle = (): void => {
    const cursor = logCursor();
    const entry = logEntry();
    logRewind(log, cursor);
    while (logNext(log, cursor, entry)) logAcknowledge(log, cursor, entry.sequence);
  };
  for (const block of [0, 1]) {
    fill(log, log.lastSequence + 5);
    flash.wearOut("log", block);
    // Those of block 1 take the place of those of block 0, which lie before the oldest that waits.
    settle();
  }
  for (let last = 15; last < 130; last += 5) {
    fill(log, last);
    settle();
    expect([log.waiting, log.droppedFull, log.droppedCorrupt, waiting(log)]).toEqual([0, 0, 0, []]);
  }
});
