/**
 * The device whose peak is measured: once its report of the boot has arrived it fills the window with four batches of one
 * reading, then lets twenty more wait, and obeys the longest text there is.
 */
import { defineThing, every, measure, onCommand, report } from "motet";

const WINDOW = 4;
const READINGS = 24;
const BEAT_MS = 50;

export default defineThing((thing) => {
  const keys = ["one", "two", "three", "four"];
  let count = 0;
  for (const key of keys) measure(thing, { key });
  every(thing, BEAT_MS, () => {
    const publisher = thing.publisher;
    if (publisher.arrived === 0 || count >= READINGS || (count <= WINDOW && publisher.flights.length !== count)) return;
    report(thing, keys[count % WINDOW]!, count);
    count += 1;
  });
  onCommand(thing, { key: "text", type: "string", bytesMax: 200 }, (text) => {
    thing.ports.log.record("obeyed", text.length, "");
  });
});
