/** A reading log of which a block loses its head, and from which readings have arrived. */
import { acknowledge, fill, made, range, reading, waiting } from "../../test/support/log-rig";
import { logAppend } from "./log";

test("what arrived from a newest block without a head is not counted as lost when the block goes", () => {
  const { flash, open } = made();
  const log = open();
  fill(log, 70);
  const full = log.droppedFull;
  acknowledge(log, () => true);
  flash.flip("log", log.block * 256 + 5, 2);
  for (let until = 73; until <= 130; until += 3) {
    fill(log, until);
    acknowledge(log, () => true);
    expect([log.waiting, log.droppedFull, log.droppedCorrupt]).toEqual([0, full, 0]);
  }
  const again = open();
  expect([waiting(again), again.droppedFull, again.droppedCorrupt]).toEqual([[], full, 0]);
});

test("when the newest block has lost its head, what has arrived from the one before, which is marked done, is no loss", () => {
  const { flash, open } = made();
  const log = open();
  fill(log, 23);
  acknowledge(log, (n) => n > 1);
  waiting(log);
  flash.flip("log", log.block * 256 + 5, 2);
  const again = open();
  expect([waiting(again), again.waiting, again.droppedCorrupt]).toEqual([range(1, 1), 1, 0]);
  acknowledge(again, () => true);
  expect(logAppend(again, "more")).toBeGreaterThan(23);
  expect([waiting(again).length, again.waiting, again.droppedCorrupt]).toEqual([1, 1, 0]);
});

/** A log that has to leave numbers out: the last two of so many readings wait, and it was opened when its oldest block had lost its head. */
function leavingOut(blocks: number, count: number) {
  const { flash, open } = made({ name: "log", blockBytes: 256, blocks });
  const before = open();
  fill(before, count);
  acknowledge(before, (n) => n <= count - 2);
  flash.flip("log", ((before.block + 1) % blocks) * 256 + 5, 2);
  return { flash, open, log: open(), full: before.droppedFull };
}

test.each([false, true])("numbers that were left out before a newest block are no loss when it loses its head (a boot between: %j)", (isRebooted) => {
  const { flash, open, log: begun, full } = leavingOut(4, 45);
  expect(logAppend(begun, "first")).toBeGreaterThan(46);
  logAppend(begun, "second");
  const log = isRebooted ? open() : begun;
  flash.flip("log", log.block * 256 + 5, 2);
  expect(waiting(log).map((each) => each.replace(/\d+:/, ""))).toEqual([...range(44, 45).map((each) => each.replace(/\d+:/, "")), "first", "second"]);
  expect([log.waiting, log.droppedFull, log.droppedCorrupt]).toEqual([4, full, 0]);
});

test("numbers that were left out before a block that loses its head later are no loss once all has arrived", () => {
  const { flash, open, log, full } = leavingOut(6, 67);
  logAppend(log, "begun");
  const block = log.block;
  fill(log, log.lastSequence + 15);
  flash.flip("log", block * 256 + 5, 2);
  const after = (count: number): void => {
    acknowledge(log, () => true);
    expect([log.waiting, log.droppedFull, log.droppedCorrupt]).toEqual([0, full, count]);
  };
  // "begun" and those behind it in its block.
  after(11);
  for (let round = 0; round < 12; round += 1) {
    fill(log, log.lastSequence + 7);
    after(11);
  }
  expect(open().droppedCorrupt).toBe(11);
});

test("nor are they where what waits behind that block was not looked at yet when the one before it goes", () => {
  const { flash, open, log, full } = leavingOut(6, 67);
  logAppend(log, "begun");
  flash.flip("log", log.block * 256 + 5, 2);
  while (log.droppedFull < full + 2) fill(log, log.lastSequence + 1);
  expect(open().droppedCorrupt).toBe(11);
});

/** A log whose first block is marked done and whose second one, of which some have arrived, has lost its head. */
function behindDone(blocks: number, count: number, arrived: number) {
  const { flash, open } = made({ name: "log", blockBytes: 256, blocks });
  const log = open();
  fill(log, count);
  acknowledge(log, (n) => n <= arrived);
  waiting(log);
  flash.flip("log", 256 + 5, 2);
  return { log, open };
}

test("a block that loses its head behind one that is marked done is counted by a boot, and when that one goes", () => {
  const { open } = behindDone(6, 30, 11);
  const log = open();
  expect(log.waiting).toBe(19);
  expect(waiting(log)).toEqual(range(23, 30));
  expect([log.waiting, log.droppedCorrupt, open().waiting]).toEqual([8, 11, 19]);
  for (let until = 35; until <= 140; until += 5) {
    fill(log, until);
    acknowledge(log, () => true);
    const again = open();
    expect(waiting(again)).toEqual([]);
    expect([until, log.droppedCorrupt, again.droppedCorrupt, again.waiting]).toEqual([until, 11, 11, 0]);
  }
});

test("nothing is missing behind a block that is marked done where the next one took no header", () => {
  const { flash, open } = made({ name: "log", blockBytes: 256, blocks: 6 });
  flash.wearOut("log", 1);
  const log = open();
  fill(log, 15);
  acknowledge(log, (n) => n <= 11);
  waiting(log);
  const again = open();
  expect([again.waiting, waiting(again), again.droppedCorrupt]).toEqual([4, range(12, 15), 0]);
});

test("what still waits in a block without a head is no loss when the one before it, which is marked done, goes", () => {
  const { log, open } = behindDone(4, 22, 20);
  fill(log, 34);
  expect(waiting(log)).toEqual(range(21, 34));
  expect([log.waiting, log.droppedFull, log.droppedCorrupt, open().droppedCorrupt]).toEqual([14, 0, 0, 0]);
});

test("what a block without a head took stays counted where the ones before it were passed over", () => {
  const { flash, open } = made();
  const log = open();
  // Where two blocks in a row take no header, a reading is refused, and the next one is taken.
  const more = (isEnough: () => boolean): void => {
    while (!isEnough()) logAppend(log, reading(log.lastSequence + 1));
  };
  fill(log, 11);
  flash.wearOut("log", 2);
  flash.wearOut("log", 3);
  more(() => log.block === 0 && log.serial > 8);
  more(() => log.block === 1);
  flash.flip("log", 5, 2);
  expect([waiting(log).length, log.waiting, log.droppedCorrupt]).toEqual([1, 1, 11]);
  for (let round = 0; round < 6; round += 1) {
    acknowledge(log, () => true);
    const { block } = log;
    more(() => log.block !== block && log.block < 2);
    expect([log.droppedCorrupt, open().droppedCorrupt]).toEqual([11, 11]);
  }
});

test("a block that was erased behind the log's back gets no mark that it is done", () => {
  const { flash, open } = made();
  const log = open();
  fill(log, 11);
  acknowledge(log, () => true);
  expect(waiting(log)).toEqual([]);
  const area = flash.port.open("log")!;
  flash.port.eraseBlock(area, log.oldest.block);
  fill(log, 12);
  expect(waiting(log)).toEqual(range(12, 12));
  expect(flash.port.read(area, 0, 256)).toBe("\xff".repeat(256));
});
