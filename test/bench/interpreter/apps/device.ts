/**
 * The device whose memory is measured: everything that the agent does, with one measure, one command and a will, and no driver.
 */
import { defineThing, every, lastWill, measure, minutes, onCommand, report } from "motet";

export default defineThing((thing) => {
  let count = 0;
  measure(thing, { key: "count" });
  lastWill(thing, "gone");
  every(thing, minutes(1), () => {
    count += 1;
    report(thing, "count", count);
  });
  onCommand(thing, { key: "fan", type: "boolean" }, (on) => {
    report(thing, "count", on ? 1 : 0);
  });
});
