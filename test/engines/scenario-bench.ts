/**
 * The scenario in the virtual world: the peers that it talks to, the faults that befall it at fixed times, and what all of it
 * left behind: the lines of its trace, by resource, and the bytes at the peers.
 */
import { join } from "node:path";
import type { Ports } from "../../hal/ports";
import { createFlash } from "../../sim/world/flash";
import { defaultAreas } from "../../sim/world/flash-areas";
import { SERVER_ADDRESS } from "../../sim/world/network";
import { BME280_ADDRESS } from "../../sim/world/sensors";
import { createWorld } from "../../sim/world/world";
import type { World } from "../../sim/world/world";
import { root } from "./engines";
import type { Main } from "./engines";
import type { Place } from "./programs/scenario-place";
import { scenarioPart } from "./programs/scenario";
import type { Part } from "./programs/scenario";
import { machineScenario, MACHINE_STEPS } from "./programs/scenario-machine";
import { netScenario } from "./programs/scenario-net";
import { wholeScenario } from "./programs/scenario-parts";
import { tracePorts } from "./programs/trace";
import { createEngineDevice } from "./rig";
import type { EngineDevice } from "./rig";
import { peersInWorld } from "./scenario-peers";
import type { Line } from "./traces";

const ssid = "attic";
const password = "correct horse";

/** The analog input of the ESP32's image for Espruino, which has no pin "A0". */
const espruinoAnalog = "D36";

/** What a step and all that waits in it take where time is virtual. */
const STEP_MS = 20000;

const place: Place = {
  stepMs: STEP_MS,
  localPort: 5555,
  host: "cloud.example",
  absentHost: "nobody.example",
  address: SERVER_ADDRESS,
  echoPort: 7000,
  closedPort: 7001,
  ssid,
  password,
  bus: "default",
  chip: BME280_ADDRESS,
  absentChip: 0x40,
  input: "D4",
  output: "D8",
  analog: "A0",
};

export interface Run {
  readonly lines: readonly Line[];
  /** What each connection and each datagram brought to the peers, in their order, in hex. */
  readonly wire: readonly string[];
  readonly boots: readonly number[];
  readonly failures: readonly string[];
}

export type PartName = "whole" | "machine" | "net";

/** Each part, and where an image has it from. */
const parts: Readonly<Record<PartName, { readonly part: Part; readonly name: string; readonly module: string }>> = {
  whole: { part: wholeScenario, name: "wholeScenario", module: "scenario-parts" },
  machine: { part: machineScenario, name: "machineScenario", module: "scenario-machine" },
  net: { part: netScenario, name: "netScenario", module: "scenario-net" },
};

/** The entry of an image that runs the scenario on the runtime's ports. */
export function scenarioEntry(runtime: "espruino" | "nodemcu"): string {
  return scenarioEntryAt(runtime, "whole", runtime === "espruino" ? { ...place, analog: espruinoAnalog } : place);
}

/** The entry of a part of it, elsewhere. */
export function scenarioEntryAt(runtime: "espruino" | "nodemcu", partName: PartName, here: Place): string {
  const { name, module } = parts[partName];
  const from = (path: string): string => JSON.stringify(join(root, path));
  return [
    `import { start } from ${from(`hal/${runtime}/start`)};`,
    `import { ports } from ${from(`hal/${runtime}/index`)};`,
    `import { scenarioPart } from ${from("test/engines/programs/scenario")};`,
    `import { ${name} } from ${from(`test/engines/programs/${module}`)};`,
    `import { tracePorts } from ${from("test/engines/programs/trace")};`,
    'function say(this: void, line: string): void { ports.log.record("trace", 0, line); }',
    `function run(this: void): void { scenarioPart(tracePorts(ports, say), ${JSON.stringify(here)}, ${name}); }`,
    "start(run);",
    "",
  ].join("\n");
}

/** A part of the scenario in this process. */
export function nativeScenarioAt(partName: PartName, here: Place): Main {
  return (ports: Ports, watcher) => {
    const heard: Ports = { ...ports, log: { record: (event, number, text) => watcher.said(event, number, text) } };
    scenarioPart(tracePorts(heard, (line) => watcher.said("trace", 0, line)), here, parts[partName].part);
    return { stop: () => undefined };
  };
}

export const nativeScenario = nativeScenarioAt("whole", place);

/** Changes the world while the scenario runs, by the steps that it is in. */
function scriptFaults(world: World, device: EngineDevice): void {
  const { machine } = device;
  const during = (step: number, ms: number, act: () => void): void => void world.clock.schedule(step * STEP_MS + ms, act);
  const net = (step: number, ms: number, act: () => void): void => during(MACHINE_STEPS + step, ms, act);
  machine.flash.wearOut("log", 2);
  during(4, 500, () => (machine.buses.get(place.bus)!.stuck = true));
  during(4, 8000, () => (machine.buses.get(place.bus)!.stuck = false));
  for (const [ms, level] of [[3000, 0], [5000, 1], [7000, 0]] as const) during(5, ms, () => machine.pins.drive(place.input, level));
  during(5, 500, () => {
    for (const pin of [place.analog, espruinoAnalog]) machine.pins.setAnalog(pin, 512);
  });
  net(11, 500, () => (machine.conditions.udpLossRate = 1));
  net(11, 15000, () => (machine.conditions.udpLossRate = 0));
  net(12, 6000, () => world.setAccessPoint(ssid, { present: false }));
}

/** Runs the scenario over all its boots. */
export function runScenario(main: Main): Run {
  const world = createWorld({ seed: "scenario", accessPoints: [{ ssid, password }], conditions: { latencyMs: { min: 30, max: 30 } } });
  world.network.names.set(place.host, SERVER_ADDRESS);
  const wire = peersInWorld(world, place);
  const flash = createFlash({ areas: defaultAreas, strict: false });
  const pinNames = { digital: [place.input, place.output], analog: [place.analog, espruinoAnalog] };
  const device = createEngineDevice(world, main, undefined, { flash, clockIsSet: false, pinNames });
  scriptFaults(world, device);
  // A device that dies says so in `failures`.
  world.runUntil(() => device.failures.length > 0, 460000);
  return {
    lines: device.told("trace").map(({ ms, text }) => ({ ms, text: text.replace(`analog ${espruinoAnalog} `, `analog ${place.analog} `) })),
    wire: wire.lines,
    boots: device.machine.boots,
    failures: device.failures,
  };
}
