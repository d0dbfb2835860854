/**
 * A device in the virtual world: a machine, the program that boots on it again and again, and what it says of itself. It is
 * provisioned before its first boot, as at a desk, and then left alone.
 */
import type { Ports } from "../../hal/ports";
import type { Program, ProvisionSettings } from "../engines/program";
import { SERVER_ADDRESS } from "../world/network";
import type { Machine, MachineOptions } from "../world/machine";
import type { World } from "../world/world";

/** One thing that a device said of itself; `ms` is virtual time since the beginning. */
export interface Said {
  readonly ms: number;
  readonly event: string;
  readonly number: number;
  readonly text: string;
}

/** Hears a device's log. */
export type Ear = (event: string, number: number, text: string) => void;

export interface LabDeviceOptions {
  readonly program: Program;
  /** Undefined: a device that nobody has provisioned. */
  readonly provision: ProvisionSettings | undefined;
  readonly machine?: MachineOptions;
  readonly onSaid: Ear;
  /** Called before each boot. */
  readonly beforeBoot?: () => void;
  /** Hears of each boot, with what the program answered. */
  readonly onBoot?: (running: unknown) => void;
}

export interface LabDevice {
  readonly machine: Machine;
  /** What `boot` answered in the present boot. */
  running(): unknown;
  /** Provisions the machine anew before its next boot: a person at the bench. */
  provision(settings: ProvisionSettings): void;
}

/** Settings for the world's own cloud; loopback-like, so without TLS. */
export function settingsFor(changes: Partial<ProvisionSettings>): ProvisionSettings {
  return { host: SERVER_ADDRESS, port: 0, tls: 0, timeHost: "", ssid: "", password: "", code: "", token: "", ...changes };
}

/** A device with power; it boots on a turn of its own. */
export function createLabDevice(world: World, { program, provision, machine: options = {}, onSaid, beforeBoot, onBoot }: LabDeviceOptions): LabDevice {
  let running: unknown;
  let wanted = provision;
  const main = (ports: Ports): void => {
    if (wanted !== undefined) {
      const code = program.provision(ports, wanted);
      if (code !== 0) throw new Error(`provisioning failed with ${code}`);
      wanted = undefined;
    }
    beforeBoot?.();
    running = program.boot(ports);
    if (typeof running === "number") throw new Error(`boot failed with ${running}`);
    onBoot?.(running);
  };
  const machine = world.createDevice({ clockIsSet: true, ...options, log: { record: onSaid }, main });
  return { machine, running: () => running, provision: (settings) => (wanted = settings) };
}
