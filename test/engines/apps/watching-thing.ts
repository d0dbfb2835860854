/** A device with readings of its own that watches besides. */
import { defineThing, every, measure, report, seconds, watch } from "motet";
import { resource } from "motet/watch/thethings";

export default defineThing((thing) => {
  let outside = 0;
  measure(thing, { key: "outside", decimals: 1 });
  watch(thing, { of: resource("temperature"), type: "number", decimals: 1 }, (value) => {
    outside = value;
  });
  every(thing, seconds(30), () => report(thing, "outside", outside));
});
