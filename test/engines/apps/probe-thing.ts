/**
 * The device that the engine suites run: it counts, switches a fan, says back what it was told, and counts the ticks that it
 * was sent. Nothing in it depends on the engine.
 */
import { DigitalMode, every, lastWill, measure, onCommand, report, type Thing } from "motet";

/** Declares all that the device does; `periodMs` lies between two counts. */
export function probeThing(thing: Thing, periodMs: number): void {
  const { board } = thing;
  const fan = board.digital.open({ pin: "D5", mode: DigitalMode.output, initialValue: 0, onReadable: undefined });
  let count = 0;
  let ticks = 0;

  measure(thing, { key: "count" });
  measure(thing, { key: "third", decimals: 3 });
  measure(thing, { key: "fan.state" });
  measure(thing, { key: "echo" });
  measure(thing, { key: "ticks", durability: "ram" });
  lastWill(thing, "gone");

  every(thing, periodMs, () => {
    count += 1;
    report(thing, "count", count);
    report(thing, "third", count / 3);
    report(thing, "ticks", ticks);
  });

  onCommand(thing, { key: "fan", type: "boolean" }, (on) => {
    board.digital.write(fan, on ? 1 : 0);
    report(thing, "fan.state", on);
  });
  onCommand(thing, { key: "label", type: "string", bytesMax: 100 }, (text) => {
    report(thing, "echo", text);
  });
  onCommand(thing, { key: "tick", type: "number" }, () => {
    ticks += 1;
  });
}
