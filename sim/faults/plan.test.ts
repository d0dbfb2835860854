import { planFaults } from "./plan";
import type { Scenario } from "./fault";
import { namedScenario, scenarioNames } from "./scenarios";
import { kinds } from "./kinds";

const HOUR = 3600000;
const scope = { seed: 1, devices: 2, fromMs: HOUR, untilMs: 25 * HOUR };
const storm = namedScenario("storm")!;

describe("a plan", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(planFaults(storm, scope)).toEqual(planFaults(storm, scope));
    expect(planFaults(storm, scope)).not.toEqual(planFaults(storm, { ...scope, seed: 2 }));
  });

  test("lies in its time, in order, and befalls whom its kinds befall", () => {
    const plan = planFaults(storm, scope);
    expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).sort((a, b) => a - b));
    for (const { kind, device, atMs, forMs } of plan) {
      expect(atMs).toBeGreaterThan(scope.fromMs);
      expect(atMs + forMs).toBeLessThanOrEqual(scope.untilMs);
      expect(device === -1).toBe(kinds.get(kind)!.befalls === "all");
    }
  });

  test("one rule never overlaps itself on a target", () => {
    const dense: Scenario = { name: "dense", rules: [{ kind: "tcp-loss", everyMs: 60000, forMs: { least: 60000, most: 120000 }, settings: { rate: 1 } }] };
    const own = planFaults(dense, scope).filter(({ device }) => device === 1);
    expect(own.length).toBeGreaterThan(100);
    for (const [i, fault] of own.slice(1).entries()) expect(fault.atMs).toBeGreaterThan(own[i]!.atMs + own[i]!.forMs);
  });

  test("another device changes nothing for the others", () => {
    const more = planFaults(storm, { ...scope, devices: 3 });
    expect(more.filter(({ device }) => device < 2)).toEqual(planFaults(storm, scope));
  });

  test("faults come as often as their rule says, on the average", () => {
    const rule: Scenario = { name: "one", rules: [{ kind: "clock-jump", everyMs: HOUR, forMs: { least: 0, most: 0 }, settings: { by: 1 } }] };
    const { length } = planFaults(rule, { seed: 3, devices: 100, fromMs: 0, untilMs: 100 * HOUR });
    expect(length).toBeGreaterThan(9500);
    expect(length).toBeLessThan(10500);
  });
});

test("every named scenario names kinds that exist, and a storm brings at least 20 faults of 6 kinds to a device a day", () => {
  expect(scenarioNames).toEqual(["bad-wifi", "broker-restarts", "lossy-udp", "power-cuts", "flash-dying", "clock-jumps", "bad-sensors", "storm"]);
  for (const name of scenarioNames) for (const { kind } of namedScenario(name)!.rules) expect(kinds.has(kind)).toBe(true);
  expect(namedScenario("sunshine")).toBeUndefined();
  for (let seed = 0; seed < 50; seed += 1) {
    const plan = planFaults(storm, { seed, devices: 1, fromMs: 0, untilMs: 24 * HOUR });
    expect(plan.length).toBeGreaterThanOrEqual(20);
    expect(new Set(plan.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(6);
  }
});
