/**
 * One device and one cloud in virtual time: what `motet sim --time virtual` runs. A day takes a moment, and the same seed gives the
 * same run. Everything begins anew: nothing is read from a folder or left in one.
 */
import { planFaults } from "../faults/plan";
import { direct } from "../faults/director";
import type { Scenario } from "../faults/fault";
import type { Program } from "../engines/program";
import { createLabCloud } from "../lab/cloud";
import { createLabDevice, settingsFor } from "../lab/device";
import { platformOf } from "../lab/platforms";
import { Trace } from "../lab/trace";
import type { SensorSource } from "../world/sensors";
import { createWorld } from "../world/world";
import { deskEvent, failedEvent } from "./events";
import type { DeskEvent } from "./events";

/** The network that the device's settings name. */
const SITE = { ssid: "desk", password: "password of the desk" } as const;
/** Virtual time between two looks at whether the user has had enough. */
const SLICE_MS = 600000;

export interface VirtualOptions {
  readonly program: Program;
  /** Whose cloud it meets. */
  readonly platform: string;
  readonly seed: number;
  readonly forMs: number;
  readonly sensorSource: SensorSource;
  /** What goes wrong meanwhile; nothing unless given. */
  readonly scenario?: Scenario;
  readonly onEvent: (event: DeskEvent) => void;
  /** Looked at between two slices of time; true ends the run. */
  readonly isOver: () => boolean;
}

/** Runs the device; resolves with a hash of everything that it said, equal for equal runs. A program that throws ends it with the event "failed". */
export async function runVirtual({ program, platform, seed, forMs, sensorSource, scenario, onEvent, isOver }: VirtualOptions): Promise<string> {
  const world = createWorld({ seed, accessPoints: [SITE] });
  const cloud = createLabCloud(world, platformOf(platform));
  const trace = new Trace();
  const device = createLabDevice(world, {
    program,
    provision: settingsFor({ ...SITE, ...cloud.side.credentials() }),
    machine: { sensorSource },
    onSaid: (event, number, text) => {
      trace.number(world.clock.now());
      trace.number(number);
      trace.text(`${event} ${text}`);
      onEvent(deskEvent(world.now(), event, number, text));
    },
  });
  const plan = scenario === undefined ? [] : planFaults(scenario, { seed, devices: 1, fromMs: 0, untilMs: forMs });
  direct({ world, cloud, devices: [device] }, plan, ({ kind, forMs: lasts }) => {
    onEvent({ event: "fault", time: new Date(world.now()).toISOString(), kind, forMs: lasts });
  });
  try {
    for (let leftMs = forMs; leftMs > 0 && !isOver(); leftMs -= SLICE_MS) {
      world.run(Math.min(SLICE_MS, leftMs));
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (problem) {
    onEvent(failedEvent(world.now(), problem, program));
  }
  return trace.hash;
}
