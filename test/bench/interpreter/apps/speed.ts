/**
 * The device whose speed is measured: from when the link is live it reports a count as fast as its messages take it.
 */
import { defineThing, measure, report } from "motet";

const LOOK_MS = 100;
/** Of a message, and of the digits of one reading and its milliseconds. */
const MESSAGE_BYTES = 960;
const DIGITS = 14;

export default defineThing((thing) => {
  const clock = thing.board.clock;
  const platform = thing.driver.platform;
  // Readings of one turn: as many as go into one message.
  const most = Math.floor(MESSAGE_BYTES / ((platform.batchJoin + platform.valueHead("count") + platform.valueMiddle(2000000000) + platform.valueEnd).length + DIGITS));
  let count = 0;
  measure(thing, { key: "count", durability: "ram" });
  const more = (): void => {
    const publisher = thing.publisher;
    for (let left = publisher.live && publisher.ram.text === "" ? most : 0; left > 0; left -= 1) {
      count += 1;
      report(thing, "count", count);
    }
    clock.after(publisher.live ? 0 : LOOK_MS, more);
  };
  clock.after(LOOK_MS, more);
});
