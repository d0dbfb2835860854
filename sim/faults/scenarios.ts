/** The scenarios that have a name: what `--faults NAME` means. */
import type { FaultRule, Scenario, Settings } from "./fault";
import { kinds } from "./kinds";

const SECOND = 1000;
const MINUTE = 60000;
const HOUR = 3600000;

function rule(kind: string, everyMs: number, least = 0, most = least, settings: Settings = {}): FaultRule {
  const usual = Object.fromEntries(Object.entries(kinds.get(kind)!.settings).map(([name, setting]) => [name, setting.usual]));
  return { kind, everyMs, forMs: { least, most }, settings: { ...usual, ...settings } };
}

const badWifi = [
  rule("wifi-gone", 3 * HOUR, 5 * SECOND, 20 * MINUTE),
  rule("tcp-loss", HOUR, MINUTE, 15 * MINUTE),
  rule("udp-loss", HOUR, MINUTE, 15 * MINUTE),
  rule("slow-network", 2 * HOUR, MINUTE, 10 * MINUTE),
  rule("small-segments", 2 * HOUR, MINUTE, 20 * MINUTE),
  rule("half-open", 3 * HOUR),
  rule("cut-connection", HOUR),
  rule("dns-fails", 4 * HOUR, SECOND, 10 * MINUTE),
  rule("dns-silent", 6 * HOUR, SECOND, 5 * MINUTE),
];

const brokerRestarts = [
  rule("broker-restart", 2 * HOUR, SECOND, 15 * MINUTE),
  rule("connects-refused", 4 * HOUR, SECOND, 5 * MINUTE),
  rule("connects-silent", 6 * HOUR, SECOND, 5 * MINUTE),
  rule("lost-answers", 4 * HOUR, SECOND, 3 * MINUTE),
  rule("lost-requests", 4 * HOUR, SECOND, 3 * MINUTE),
  rule("cloud-disk-full", 8 * HOUR, SECOND, 10 * MINUTE),
];

const lossyUdp = [
  rule("udp-loss", 30 * MINUTE, MINUTE, HOUR),
  rule("udp-duplicates", 30 * MINUTE, MINUTE, HOUR),
  rule("udp-reorder", 30 * MINUTE, MINUTE, HOUR),
];

const powerCuts = [
  rule("power-cut", 3 * HOUR, SECOND, 10 * MINUTE),
  rule("power-cut-in-write", 3 * HOUR, MINUTE, 10 * MINUTE),
  rule("power-cut-in-erase", 8 * HOUR, 10 * MINUTE, HOUR),
];

const flashDying = [
  rule("flash-write-fails", 2 * HOUR, MINUTE, 30 * MINUTE),
  rule("flash-erase-fails", 6 * HOUR, 10 * MINUTE, HOUR),
  rule("bit-flip", 6 * HOUR),
  rule("worn-block", 48 * HOUR),
];

const clockJumps = [rule("clock-jump", 6 * HOUR)];

const badSensors = [
  rule("sensor-silent", 4 * HOUR, SECOND, 40 * MINUTE),
  rule("sensor-bus-stuck", 6 * HOUR, SECOND, 40 * MINUTE),
  rule("sensor-hangs", 6 * HOUR, SECOND, 40 * MINUTE),
  rule("sensor-floats", 8 * HOUR, SECOND, 40 * MINUTE),
  rule("sensor-damage", 4 * HOUR, 10 * MINUTE, HOUR),
  rule("sensor-drift", 8 * HOUR, HOUR, 4 * HOUR),
];

const named: Readonly<Record<string, readonly FaultRule[]>> = {
  "bad-wifi": badWifi,
  "broker-restarts": brokerRestarts,
  "lossy-udp": lossyUdp,
  "power-cuts": powerCuts,
  "flash-dying": flashDying,
  "clock-jumps": clockJumps,
  "bad-sensors": badSensors,
  storm: [...badWifi, ...brokerRestarts, ...lossyUdp, ...powerCuts, ...flashDying, ...clockJumps, ...badSensors],
};

export const scenarioNames: readonly string[] = Object.keys(named);

/** The scenario of that name; undefined for none. */
export function namedScenario(name: string): Scenario | undefined {
  const rules = named[name];
  return rules === undefined ? undefined : { name, rules };
}
