/**
 * Changes to a machine's network that come and go: whichever are on hold together, the latest of them for each field, and when
 * all are over the network is what it was.
 */
import { createConditions } from "../world/conditions";
import type { Conditions } from "../world/conditions";
import type { Machine } from "../world/machine";

interface Weather {
  readonly usual: Conditions;
  readonly changes: Partial<Conditions>[];
}

const weathers = new WeakMap<Machine, Weather>();

function settle(machine: Machine, { usual, changes }: Weather): void {
  Object.assign(machine.conditions, usual, ...changes);
}

/** Puts a change on the machine's network; answers what takes it off again. */
export function change(machine: Machine, changed: Partial<Conditions>): () => void {
  const weather = weathers.get(machine) ?? { usual: createConditions(machine.conditions), changes: [] };
  weathers.set(machine, weather);
  weather.changes.push(changed);
  settle(machine, weather);
  return () => {
    weather.changes.splice(weather.changes.indexOf(changed), 1);
    settle(machine, weather);
  };
}
