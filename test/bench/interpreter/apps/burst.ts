/** The device that a burst of commands comes to: it says of each which one it obeyed. */
import { defineThing, every, hours, measure, onCommand, report } from "motet";

export default defineThing((thing) => {
  measure(thing, { key: "count" });
  every(thing, hours(1), () => {
    report(thing, "count", 0);
  });
  onCommand(thing, { key: "fan", type: "number" }, (value) => {
    thing.ports.log.record("obeyed", value, "");
  });
});
