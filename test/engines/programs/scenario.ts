/**
 * One scenario that calls every function of every port and meets the faults of the network, the radio, the flash and the
 * buses. Steps begin at fixed uptimes, one `stepMs` apart, so that whoever stands outside can change the world between them.
 * It goes over four boots, counted in flash: all steps, then deep sleep; a restart; the watchdog; the end.
 */
import { chr, sub } from "../../../firmware/base/intrinsics";
import type { FlashArea } from "../../../hal/ports/flash";
import { ofStep } from "./scenario-place";
import type { Place } from "./scenario-place";
import type { TracedPorts } from "./trace-line";

/** Steps that make one image: a machine of the smallest kind has no room for all of them. */
export interface Part {
  readonly steps: number;
  run(this: void, ports: TracedPorts, place: Place, number: number): void;
}

/** The number of this boot, from 0, by the bytes programmed at the front of the area. */
function countBoot(ports: TracedPorts, area: FlashArea): number {
  const marks = ports.flash.read(area, 0, 8);
  let boot = 0;
  while (boot < 8 && sub(marks, boot, boot + 1) === chr(0)) boot += 1;
  if (boot === 0) ports.flash.eraseBlock(area, 0);
  if (boot < 8) ports.flash.write(area, boot, chr(0));
  return boot;
}

function step(ports: TracedPorts, place: Place, part: Part, number: number): void {
  ports.log.record("step", number, "");
  if (number < part.steps) part.run(ports, place, number);
  else ports.system.deepSleep(2000);
}

/** All steps, one at every beat: a timer for each at once would be too much for the smallest machine. */
function schedule(ports: TracedPorts, place: Place, part: Part): void {
  const state = { next: 1, beat: 0 };
  ports.clock.after(ofStep(place, 2), () => {
    state.beat = ports.clock.every(place.stepMs, () => {
      if (state.next === part.steps) ports.clock.cancel(state.beat);
      state.next += 1;
      step(ports, place, part, state.next - 1);
    });
    step(ports, place, part, 0);
  });
}

/** Feeds the watchdog for a while, then no more. A machine without one restarts by itself, when it would have been bitten. */
function starve(ports: TracedPorts): void {
  const code = ports.system.watchdogStart(4000);
  ports.clock.after(2000, () => ports.system.watchdogFeed());
  ports.clock.after(4000, () => ports.system.watchdogFeed());
  ports.clock.after(7900, () => {
    if (code !== 0) ports.system.restart();
  });
}

/** Runs one boot of a part of the scenario. */
export function scenarioPart(ports: TracedPorts, place: Place, part: Part): void {
  ports.system.resetReason();
  const area = ports.flash.open("log");
  if (area === undefined) return;
  const boot = countBoot(ports, area);
  ports.log.record("boot", boot, "");
  if (boot === 0) schedule(ports, place, part);
  if (boot === 1) ports.clock.after(1000, () => ports.system.restart());
  if (boot === 2) starve(ports);
}
