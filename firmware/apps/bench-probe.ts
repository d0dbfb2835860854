/**
 * The device that `motet test` puts on a board (docs/HIL.md): it counts once a second, switches a fan, says back what it was told,
 * and restarts, hurries and says how much memory was free when it is asked to.
 */
import { DigitalMode, defineThing, every, lastWill, measure, onCommand, report } from "motet";

const BEAT_MS = 200;
/** Beats between two counts, unless it hurries. */
const BEATS = 5;
/** The answer to a restart has to leave first. */
const RESTART_MS = 500;

export default defineThing((thing) => {
  const { board } = thing;
  const fan = board.digital.open({ pin: "fan", mode: DigitalMode.output, initialValue: 0, onReadable: undefined });
  let count = 0;
  let beats = 0;
  let hurried = 0;
  // What waits for the collector is no loss: the best of all beats since it was asked.
  let free = 0;

  measure(thing, { key: "count" });
  measure(thing, { key: "fan.state" });
  measure(thing, { key: "echo" });
  measure(thing, { key: "free" });
  lastWill(thing, "gone");

  every(thing, BEAT_MS, () => {
    free = Math.max(free, thing.ports.system.memoryFree());
    beats += 1;
    if (hurried > 0) hurried -= 1;
    else if (beats < BEATS) return;
    beats = 0;
    count += 1;
    report(thing, "count", count);
  });

  onCommand(thing, { key: "fan", type: "boolean" }, (on) => {
    board.digital.write(fan, on ? 1 : 0);
    report(thing, "fan.state", on);
  });
  onCommand(thing, { key: "label", type: "string", bytesMax: 100 }, (text) => {
    report(thing, "echo", text);
  });
  onCommand(thing, { key: "hurry", type: "number", min: 1, max: 1000 }, (readings) => {
    hurried = readings;
  });
  onCommand(thing, { key: "memory", type: "boolean" }, () => {
    report(thing, "free", free);
    free = 0;
  });
  onCommand(thing, { key: "restart", type: "boolean" }, () => {
    board.clock.after(RESTART_MS, () => thing.ports.system.restart());
  });
});
