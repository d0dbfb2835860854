/**
 * One scenario that calls every function of every port and meets the faults of the network, the radio, the flash and the
 * buses. Steps begin at fixed uptimes, one `stepMs` apart, so that whoever stands outside can change the world between them.
 * It goes over four boots, counted in flash: all steps, then deep sleep; a restart; the watchdog; the end.
 */
import { chr, sub } from "../../../firmware/base/intrinsics";
import type { FlashArea } from "../../../hal/ports/flash";
import { netStep, NET_STEPS } from "./scenario-net";
import { machineStep, MACHINE_STEPS } from "./scenario-machine";
import { ofStep } from "./scenario-place";
import type { Place } from "./scenario-place";
import type { TracedPorts } from "./trace-line";

/** The number of this boot, from 0, by the bytes programmed at the front of the area. */
function countBoot(ports: TracedPorts, area: FlashArea): number {
  const marks = ports.flash.read(area, 0, 8);
  let boot = 0;
  while (boot < 8 && sub(marks, boot, boot + 1) === chr(0)) boot += 1;
  if (boot === 0) ports.flash.eraseBlock(area, 0);
  if (boot < 8) ports.flash.write(area, boot, chr(0));
  return boot;
}

function step(ports: TracedPorts, place: Place, number: number): void {
  ports.log.record("step", number, "");
  if (number < MACHINE_STEPS) machineStep(ports, place, number);
  else if (number < MACHINE_STEPS + NET_STEPS) netStep(ports, place, number - MACHINE_STEPS);
  else ports.system.deepSleep(2000);
}

function scheduleStep(ports: TracedPorts, place: Place, number: number): void {
  ports.clock.after(number * place.stepMs + ofStep(place, 2), () => step(ports, place, number));
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

/** Runs one boot of the scenario. */
export function scenario(ports: TracedPorts, place: Place): void {
  ports.system.resetReason();
  const area = ports.flash.open("log");
  if (area === undefined) return;
  const boot = countBoot(ports, area);
  ports.log.record("boot", boot, "");
  if (boot === 0) for (let number = 0; number <= MACHINE_STEPS + NET_STEPS; number += 1) scheduleStep(ports, place, number);
  if (boot === 1) ports.clock.after(1000, () => ports.system.restart());
  if (boot === 2) starve(ports);
}
