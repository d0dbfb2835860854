/** The whole scenario, for engines with room for it. */
import type { Part } from "./scenario";
import { machineStep, MACHINE_STEPS } from "./scenario-machine";
import { netStep, NET_STEPS } from "./scenario-net";

export const wholeScenario: Part = {
  steps: MACHINE_STEPS + NET_STEPS,
  run: (ports, place, number) => {
    if (number < MACHINE_STEPS) machineStep(ports, place, number);
    else netStep(ports, place, number - MACHINE_STEPS);
  },
};
