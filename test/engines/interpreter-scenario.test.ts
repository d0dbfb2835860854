/**
 * The scenario on the real interpreter, from its image, against the same peers on real sockets. What it does is compared,
 * resource by resource, with the checked build on a machine of the virtual world that has what a PC has: a network from its
 * boot on, no chips, no watchdog, no sleep. Times, and the order across resources, are left out.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createFlash } from "../../sim/world/flash";
import { defaultAreas } from "../../sim/world/flash-areas";
import { createWorld } from "../../sim/world/world";
import { compileEntry, root } from "./engines";
import { InterpreterDevice, INTERPRETER_BOARD, Pulse } from "./interpreter-rig";
import type { Place } from "./programs/scenario-place";
import { createEngineDevice, runUntil, stopEngines } from "./rig";
import type { Saying } from "./rig";
import { nativeScenarioAt, scenarioEntryAt } from "./scenario-bench";
import type { PartName } from "./scenario-bench";
import { faults } from "./scenario-faults";
import { peersInWorld, startPeers } from "./scenario-peers";
import type { RealPeers } from "./scenario-peers";
import { allowances, differences } from "./traces";
import type { Line } from "./traces";

const onEspruino = process.env["ESPRUINO"] ? test : test.skip;
const LOOPBACK = "127.0.0.1";
const STEP_MS = 4000;
/** Longer than the whole scenario takes where time is virtual. */
const LIMIT_MS = 300000;
const TIMEOUT_MS = 600000;

afterEach(stopEngines);

function placeFor({ echoPort, closedPort, localPort }: Pick<RealPeers, "echoPort" | "closedPort" | "localPort">): Place {
  return {
    stepMs: STEP_MS,
    localPort,
    host: "localhost",
    absentHost: "nobody.example",
    address: LOOPBACK,
    echoPort,
    closedPort,
    ssid: "attic",
    password: "correct horse",
    bus: "default",
    chip: 0x76,
    absentChip: 0x40,
    input: "D4",
    output: "D8",
    analog: "D1",
  };
}

interface Run {
  readonly lines: readonly Line[];
  readonly wire: readonly string[];
}

const traceOf = (said: readonly Saying[]): Line[] => said.filter(({ event }) => event === "trace").map(({ ms, text }) => ({ ms, text }));
const heard = (said: readonly Saying[], text: string): boolean => said.some((one) => one.event === "trace" && one.text.startsWith(text));

/** The checked build on a machine of the virtual world that is like a PC. */
function runNative(part: PartName, place: Place): Run {
  const world = createWorld({ seed: "scenario", conditions: { latencyMs: { min: 0, max: 0 } } });
  world.network.names.set(place.host, LOOPBACK);
  const wire = peersInWorld(world, place);
  const device = createEngineDevice(world, nativeScenarioAt(part, place), undefined, {
    flash: createFlash({ areas: defaultAreas, strict: false }),
    clockIsSet: true,
    watchdog: false,
    deepSleep: false,
    pinNames: { digital: [place.input, place.output], analog: [place.analog] },
  });
  runUntil(world, device, () => heard(device.said, "system deepSleep"), LIMIT_MS);
  device.machine.powerCut();
  device.machine.powerOn();
  runUntil(world, device, () => heard(device.said, "log record boot 3"), LIMIT_MS);
  return { lines: traceOf(device.said), wire: wire.lines };
}

/** The image on the interpreter; the power cut is the death of its process. */
async function runInterpreter(part: PartName, place: Place, wire: readonly string[]): Promise<Run> {
  const image = await compileEntry(INTERPRETER_BOARD, (runtime) => scenarioEntryAt(runtime, part, place));
  const device = new InterpreterDevice(image, undefined, new Pulse());
  try {
    device.powerOn();
    await device.until(() => heard(device.said, "system deepSleep"));
    await device.powerCut();
    device.powerOn();
    await device.until(() => heard(device.said, "log record boot 3"));
    expect(device.boots).toBe(4);
    return { lines: traceOf(device.said), wire: [...wire] };
  } finally {
    await device.close();
  }
}

const parts = ["machine", "net"] as const;
const changes = allowances.filter(({ engines }) => engines.includes("espruino"));

/** What both did, by the part of the scenario; each part runs once. */
const runs = new Map<PartName, Promise<{ readonly native: Run; readonly real: Run }>>();

async function runBoth(part: PartName): Promise<{ readonly native: Run; readonly real: Run }> {
  const peers = await startPeers();
  try {
    const place = placeFor(peers);
    return { native: runNative(part, place), real: await runInterpreter(part, place, peers.wire.lines) };
  } finally {
    peers.close();
  }
}

function both(part: PartName): Promise<{ readonly native: Run; readonly real: Run }> {
  const run = runs.get(part) ?? runBoth(part);
  runs.set(part, run);
  return run;
}

const allLines = async (): Promise<Line[]> => (await Promise.all(parts.map(both))).flatMap(({ real }) => real.lines);

onEspruino.each(parts)("[espruino] %s: the same calls of every resource, the same bytes at the peers", async (part) => {
  const { native, real } = await both(part);
  expect(differences(native.lines, real.lines, changes, Infinity)).toEqual([]);
  expect(real.wire).toEqual(native.wire);
}, TIMEOUT_MS);

onEspruino("[espruino] an allowance that is not needed is one too many", async () => {
  const idle: string[] = [];
  for (const one of changes) {
    const others = changes.filter((other) => other !== one);
    const found = await Promise.all(parts.map(async (part) => {
      const { native, real } = await both(part);
      return differences(native.lines, real.lines, others, Infinity);
    }));
    if (found.flat().length === 0) idle.push(one.name);
  }
  expect(idle).toEqual([]);
}, TIMEOUT_MS);

onEspruino("[espruino] faults that a PC can have are met, and no others", async () => {
  const texts = (await allLines()).map(({ text }) => text);
  const met = faults.filter(({ line }) => texts.some((text) => line.test(text)));
  expect(met.map(({ name }) => name)).toEqual(faults.filter(({ needs }) => needs === undefined).map(({ name }) => name));
  expect(met.length).toBeGreaterThanOrEqual(8);
}, TIMEOUT_MS);

test("what a PC lacks for the other faults is named where a person looks for it", () => {
  const section = readFileSync(join(root, "docs", "ENGINES.md"), "utf8").split("# The real interpreter")[1]!.replace(/\s+/g, " ");
  const left = faults.filter(({ needs }) => needs !== undefined);
  expect(left).toHaveLength(10);
  for (const { name } of left) expect(section).toContain(name);
});
