/**
 * The device whose speed is measured: from when the link is live it reports a count as fast as its queue takes it.
 */
import { defineThing, measure, report } from "motet";

/** Readings of one turn: as many as go into one message. */
const READINGS = 12;
const LOOK_MS = 100;

export default defineThing((thing) => {
  const clock = thing.board.clock;
  let count = 0;
  measure(thing, { key: "count", durability: "ram" });
  const more = (): void => {
    const publisher = thing.publisher;
    for (let left = publisher.live && publisher.ram.count === 0 ? READINGS : 0; left > 0; left -= 1) {
      count += 1;
      report(thing, "count", count);
    }
    clock.after(publisher.live ? 0 : LOOK_MS, more);
  };
  clock.after(LOOK_MS, more);
});
