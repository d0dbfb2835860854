/**
 * The device whose speed is measured: from when the link is live it reports a count as fast as its queue takes it.
 */
import { defineThing, measure, report } from "motet";

/** Readings that may wait: fewer than the queue in memory holds, so that it drops none. */
const WAITING_MAX = 20;
const LOOK_MS = 100;

export default defineThing((thing) => {
  const clock = thing.board.clock;
  let count = 0;
  measure(thing, { key: "count", durability: "ram" });
  const more = (): void => {
    const live = thing.publisher.live;
    while (live && thing.publisher.ram.readings.length < WAITING_MAX) {
      count += 1;
      report(thing, "count", count);
    }
    clock.after(live ? 0 : LOOK_MS, more);
  };
  clock.after(LOOK_MS, more);
});
