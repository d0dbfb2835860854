/**
 * The scenario in the virtual world: the peers that it talks to, the faults that befall it at fixed times, and what all of it
 * left behind: the lines of its trace, by resource, and the bytes at the peers.
 */
import { join } from "node:path";
import type { Ports } from "../../hal/ports";
import { createFlash } from "../../sim/world/flash";
import { defaultAreas } from "../../sim/world/flash-areas";
import { SERVER_ADDRESS } from "../../sim/world/network";
import type { ServerStream } from "../../sim/world/network";
import { BME280_ADDRESS } from "../../sim/world/sensors";
import { createWorld } from "../../sim/world/world";
import type { World } from "../../sim/world/world";
import { root } from "./engines";
import type { Main } from "./engines";
import { MACHINE_STEPS } from "./programs/scenario-machine";
import type { Place } from "./programs/scenario-place";
import { scenario, STEP_MS } from "./programs/scenario";
import { tracePorts } from "./programs/trace";
import { createEngineDevice } from "./rig";
import type { EngineDevice } from "./rig";
import type { Line } from "./traces";

const ssid = "attic";
const password = "correct horse";

/** The analog input of the ESP32's image for Espruino, which has no pin "A0". */
const espruinoAnalog = "D36";

const place: Place = {
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

/** The entry of an image that runs the scenario on the runtime's ports. */
export function scenarioEntry(runtime: "espruino" | "nodemcu"): string {
  const here: Place = runtime === "espruino" ? { ...place, analog: espruinoAnalog } : place;
  const from = (path: string): string => JSON.stringify(join(root, path));
  return [
    `import { start } from ${from(`hal/${runtime}/start`)};`,
    `import { ports } from ${from(`hal/${runtime}/index`)};`,
    `import { scenario } from ${from("test/engines/programs/scenario")};`,
    `import { tracePorts } from ${from("test/engines/programs/trace")};`,
    'function say(this: void, line: string): void { ports.log.record("trace", 0, line); }',
    `function run(this: void): void { scenario(tracePorts(ports, say), ${JSON.stringify(here)}); }`,
    "start(run);",
    "",
  ].join("\n");
}

/** The scenario in this process. */
export const nativeScenario: Main = (ports: Ports, watcher) => {
  const heard: Ports = { ...ports, log: { record: (event, number, text) => watcher.said(event, number, text) } };
  scenario(tracePorts(heard, (line) => watcher.said("trace", 0, line)), place);
  return { stop: () => undefined };
};

const hex = (bytes: string): string => Buffer.from(bytes, "latin1").toString("hex");

/** A peer for connections: it says back what it hears, until it is told how to end. */
function listenEcho(world: World, wire: string[]): void {
  world.listenTcp(place.echoPort, (stream: ServerStream) => {
    const index = wire.push("tcp ") - 1;
    let silent = false;
    return {
      onBytes: (bytes) => {
        wire[index] += hex(bytes);
        if (bytes.includes("hush")) silent = true;
        if (!silent) stream.send(bytes);
        if (bytes.includes("bye")) stream.close();
        if (bytes.includes("cut")) stream.abort();
      },
      onEnded: (fault) => {
        wire[index] += ` ended ${fault}`;
      },
    };
  });
}

function bindEcho(world: World, wire: string[]): void {
  const server = world.bindUdp(place.echoPort, (bytes, address, port) => {
    wire.push(`udp ${hex(bytes)}`);
    server.send(bytes, address, port);
  });
}

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
  const wire: string[] = [];
  const world = createWorld({ seed: "scenario", accessPoints: [{ ssid, password }], conditions: { latencyMs: { min: 30, max: 30 } } });
  world.network.names.set(place.host, SERVER_ADDRESS);
  listenEcho(world, wire);
  bindEcho(world, wire);
  const flash = createFlash({ areas: defaultAreas, strict: false });
  const pinNames = { digital: [place.input, place.output], analog: [place.analog, espruinoAnalog] };
  const device = createEngineDevice(world, main, undefined, { flash, clockIsSet: false, pinNames });
  scriptFaults(world, device);
  // A device that dies says so in `failures`.
  world.runUntil(() => device.failures.length > 0, 460000);
  return {
    lines: device.told("trace").map(({ ms, text }) => ({ ms, text: text.replace(`analog ${espruinoAnalog} `, `analog ${place.analog} `) })),
    wire,
    boots: device.machine.boots,
    failures: device.failures,
  };
}
