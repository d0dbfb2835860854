/** The app of suites that look at what arrives and what is obeyed. */
import { every, measure, onCommand, report, seconds } from "../../firmware/index";
import type { Definition } from "../../firmware/index";

/** Counts every ten seconds, and tells `obeyed` what it was commanded. */
export function counter(obeyed: unknown[] = []): Definition {
  return (thing) => {
    let n = 0;
    measure(thing, { key: "count" });
    every(thing, seconds(10), () => {
      if (report(thing, "count", n + 1) === 0) n += 1;
    });
    onCommand(thing, { key: "fan", type: "boolean" }, (on) => void obeyed.push(on));
    onCommand(thing, { key: "speed", type: "number", min: 0, max: 10 }, (speed) => void obeyed.push(speed));
  };
}
