/**
 * A device of any engine in the virtual world: provisioned into its flash as a person does it, then left alone. Whatever the
 * engine, what it says is searched for its secrets, and its death fails the test.
 */
import { provisionThing } from "../../firmware/agent/provision";
import type { Provision } from "../../firmware/agent/settings";
import type { Machine, MachineOptions } from "../../sim/world/machine";
import type { World } from "../../sim/world/world";
import type { Main } from "./engines";

export interface Saying {
  readonly ms: number;
  readonly event: string;
  readonly number: number;
  readonly text: string;
}

export interface EngineDevice {
  readonly machine: Machine;
  /** All that it said, over all boots. */
  readonly said: Saying[];
  /** What the engine itself complained of. */
  readonly failures: string[];
  /** Things it said under that name. */
  told(event: string): Saying[];
}

export function createEngineDevice(world: World, main: Main, provision: Provision, options: MachineOptions = {}): EngineDevice {
  const said: Saying[] = [];
  const failures: string[] = [];
  const secrets = [provision.code, provision.password, provision.token].filter((secret) => secret !== "");
  let provisioned = false;
  const machine = world.createDevice({
    clockIsSet: true,
    ...options,
    main: (ports) => {
      const code = provisioned ? 0 : provisionThing(ports, provision);
      if (code !== 0) failures.push(`provisioning failed with ${code}`);
      provisioned = true;
      main(ports, {
        said: (event, number, text) => {
          if (secrets.some((secret) => text.includes(secret))) failures.push(`the event "${event}" holds a secret`);
          said.push({ ms: world.clock.now(), event, number, text });
        },
        failed: (message) => failures.push(message),
      });
    },
  });
  return { machine, said, failures, told: (event) => said.filter((one) => one.event === event) };
}
