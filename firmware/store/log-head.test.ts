/** A reading log that loses the head of its newest block, and whose readings have all arrived. */
import { acknowledge, fill, made, waiting } from "../../test/support/log-rig";

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
