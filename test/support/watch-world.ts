/** A device that only watches, in the virtual world: provisioned before its first boot; what it says of itself is searched for secrets. */
import { eraseThing, provisionWatcher, watcherState } from "../../firmware/agent/provision";
import type { Host } from "../../firmware/agent/thing";
import { bootWatcher } from "../../firmware/agent/watch-boot";
import type { WatchDriver } from "../../firmware/agent/watch-link";
import type { Program, WatchSettings } from "../../sim/engines/program";
import { createLabDevice, settingsFor } from "../../sim/lab/device";
import type { Said } from "../../sim/lab/device";
import type { Machine, MachineOptions } from "../../sim/world/machine";
import { SERVER_ADDRESS } from "../../sim/world/network";
import type { World } from "../../sim/world/world";

export interface WatchDevice {
  readonly machine: Machine;
  readonly host: () => Host;
  /** What the device said of itself, as "event number text". */
  readonly said: string[];
  told(event: string): Said[];
}

export interface WatchDeviceOptions {
  readonly driver: () => WatchDriver;
  readonly watch: Partial<WatchSettings>;
  readonly definition: (host: Host) => void;
  readonly machine?: MachineOptions;
}

/** What must not stand in anything that a device says. */
function secretsOf(watch: Partial<WatchSettings>, host: Host | undefined): string[] {
  const { token = "", refresh = "" } = host?.watcher ?? {};
  return [watch.user, watch.secret, watch.app, watch.thing, token, refresh].filter((secret) => secret !== undefined && secret !== "") as string[];
}

export function createWatchDevice(world: World, { driver, watch, definition, machine = {} }: WatchDeviceOptions): WatchDevice {
  const all: Said[] = [];
  const program: Program = {
    boot: (ports) => bootWatcher(ports, driver(), { name: "test", version: "1.0.0", inMemory: true }, definition),
    provision: provisionWatcher,
    state: watcherState,
    erase: eraseThing,
  };
  const place = { host: SERVER_ADDRESS, port: 80, tls: 0 as const, loginHost: "", loginPort: 0, user: "", secret: "", app: "", thing: "", ...watch };
  const device = createLabDevice(world, {
    program,
    provision: settingsFor({ host: "", ssid: "home", watch: place }),
    machine,
    onSaid: (event, number, text) => {
      if (secretsOf(watch, device.running() as Host | undefined).some((secret) => text.includes(secret))) throw new Error(`the event "${event}" holds a secret`);
      all.push({ ms: world.clock.now(), event, number, text });
      said.push(`${event} ${number} ${text}`);
    },
  });
  const said: string[] = [];
  return { machine: device.machine, host: () => device.running() as Host, said, told: (event) => all.filter((one) => one.event === event) };
}
