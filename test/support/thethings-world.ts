/**
 * The virtual world with a local thethings.iO in it, as suites use it: what crosses the wire is kept, what device and cloud say of
 * themselves is searched for secrets, and activation codes are known.
 */
import type { Definition } from "../../firmware/agent/thing";
import type { Provision } from "../../firmware/agent/settings";
import type { Thing } from "../../firmware/agent/thing";
import { createLabCloud } from "../../sim/lab/cloud";
import type { LabCloud } from "../../sim/lab/cloud";
import { createLabDevice, settingsFor } from "../../sim/lab/device";
import type { Said } from "../../sim/lab/device";
import { thethings } from "../../sim/lab/platforms/thethings";
import type { ThethingsSide } from "../../sim/lab/platforms/thethings";
import { programOf } from "../../sim/lab/program";
import type { Machine, MachineOptions } from "../../sim/world/machine";
import { createWorld } from "../../sim/world/world";
import type { World, WorldOptions } from "../../sim/world/world";
import { crossed } from "../conformance/statement";

export type Transport = "mqtt" | "coap";

/** The codes that a world's cloud knows. */
export const CODES = ["canary-code-one", "canary-code-two", "canary-code-three"] as const;

/** All values of a key that the cloud holds, oldest first. It answers a hundred a read at most: so it is walked back from the newest. */
export function everyValue(model: ThethingsSide["model"], token: string, key: string): unknown[] {
  const values: unknown[] = [];
  let end: string | undefined;
  for (;;) {
    const read = model.read(token, key, [["limit", "100"], ...(end === undefined ? [] : [["endDate", end] as const])]);
    if (!read.ok || read.elements.length === 0) return values;
    values.unshift(...read.elements.map(({ value }) => value).reverse());
    end = read.elements.at(-1)!.datetime;
  }
}

export interface CloudWorld extends Pick<LabCloud, "wire" | "disk" | "inject"> {
  readonly model: ThethingsSide["model"];
  readonly world: World;
  /** Everything that crossed the wire, both ways, as binary strings. */
  readonly crossed: string[];
  stopCloud(): void;
  startCloud(): void;
}

/** A world with a cloud that runs. */
export function createCloudWorld(options: WorldOptions): CloudWorld {
  const world = createWorld(options);
  const wire: string[] = [];
  const cloud = createLabCloud(world, thethings, {
    activationCodes: CODES,
    onEvent: (event) => {
      const text = JSON.stringify(event);
      if (CODES.some((code) => text.includes(code)) || /v2\/(things|activations)\//.test(text)) throw new Error(`the cloud's event "${event.event}" holds a secret`);
    },
    onWire: (bytes) => {
      wire.push(bytes);
      crossed(bytes);
    },
  });
  return {
    world,
    model: cloud.side.model,
    wire: cloud.wire,
    disk: cloud.disk,
    crossed: wire,
    stopCloud: () => cloud.stop(),
    startCloud: () => cloud.start(),
    inject: (bytes) => cloud.inject(bytes),
  };
}

/** Settings for the world's cloud and its first code. */
export function settings(changes: Partial<Provision> = {}): Provision {
  return settingsFor({ code: CODES[0], ...changes });
}

export interface WorldDevice {
  readonly machine: Machine;
  readonly said: Said[];
  /** The running device of the present boot. */
  readonly thing: () => Thing;
  /** Things it said under that name. */
  told(event: string): Said[];
}

/** A device that is provisioned before its first boot and then left alone. */
export function createThingDevice(cloud: CloudWorld, transport: Transport, definition: Definition, provision: Provision | undefined, options: MachineOptions = {}): WorldDevice {
  const said: Said[] = [];
  const thing = (): Thing => device.running() as Thing;
  // Every suite that runs a device searches what the device says.
  const onSaid = (event: string, number: number, text: string): void => {
    const secrets = [provision?.code, provision?.password, provision?.token, (device.running() as Thing | undefined)?.token];
    if (secrets.some((secret) => secret !== undefined && secret !== "" && text.includes(secret))) throw new Error(`the event "${event}" holds a secret`);
    said.push({ ms: cloud.world.clock.now(), event, number, text });
  };
  const device = createLabDevice(cloud.world, { program: programOf(definition, { platform: "thethings", transport }, "test"), provision, machine: options, onSaid });
  return { machine: device.machine, said, thing, told: (event) => said.filter((one) => one.event === event) };
}
