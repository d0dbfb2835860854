/**
 * From a scenario and a seed to a plan. Each rule befalls each of its targets by a stream of its own, so that another device or
 * another rule changes nothing for the rest; one kind never befalls a target twice at a time.
 */
import { Random } from "../world/random";
import type { FaultRule, PlannedFault, PlanScope, Scenario } from "./fault";
import { kinds } from "./kinds";

/** From the end of one to the beginning of the next: exponential, as of events that know nothing of each other. */
function waitMs(random: Random, meanMs: number): number {
  return Math.max(1, Math.round(-Math.log((random.next() + 1) / 4294967297) * meanMs));
}

function planRule(rule: FaultRule, device: number, scope: PlanScope, stream: string): PlannedFault[] {
  const random = new Random(`${scope.seed}/${stream}`);
  const planned: PlannedFault[] = [];
  for (let atMs = scope.fromMs + waitMs(random, rule.everyMs); atMs < scope.untilMs; ) {
    const forMs = Math.min(random.between(rule.forMs.least, rule.forMs.most), scope.untilMs - atMs);
    planned.push({ kind: rule.kind, atMs, forMs, device, settings: rule.settings, seed: `${scope.seed}/${stream}/${planned.length}` });
    atMs += forMs + waitMs(random, rule.everyMs);
  }
  return planned;
}

/** The faults of a run, by time. Everything of it ends at `untilMs`. */
export function planFaults(scenario: Scenario, scope: PlanScope): PlannedFault[] {
  const planned = scenario.rules.flatMap((rule, i) => {
    if (kinds.get(rule.kind)!.befalls === "all") return planRule(rule, -1, scope, `${i}`);
    return Array.from({ length: scope.devices }, (_, device) => planRule(rule, device, scope, `${i}/${device}`)).flat();
  });
  return planned.sort((a, b) => a.atMs - b.atMs);
}
