/** A reading log that loses the head of its newest block, and from which readings have arrived. */
import { acknowledge, fill, made, range, waiting } from "../../test/support/log-rig";
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
