/**
 * A device of any engine in the virtual world: provisioned into its flash as a person does it, then left alone. Whatever the
 * engine, what it says is searched for its secrets, and its death fails the test.
 */
import { provisionThing } from "../../firmware/agent/provision";
import type { Provision } from "../../firmware/agent/settings";
import type { Machine, MachineOptions } from "../../sim/world/machine";
import type { World } from "../../sim/world/world";
import type { Boot } from "../../sim/engines/engine";
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

/** A time server in the world: an image's clock is its own, and is not set when it boots. RFC 4330 5. */
export function serveTime(world: World): void {
  const server = world.bindUdp(123, (bytes, address, port) => {
    if (bytes.length < 48) return;
    const stamp = Buffer.alloc(8);
    const ms = world.now();
    stamp.writeUInt32BE(Math.floor(ms / 1000) + 2208988800, 0);
    stamp.writeUInt32BE(Math.floor(((ms % 1000) / 1000) * 4294967296), 4);
    const now = stamp.toString("latin1");
    server.send(`\x24\x01${"\0".repeat(22)}${bytes.slice(40, 48)}${now}${now}`, address, port);
  });
}

/** Settings of a network for machines whose radio has to join one; in a world without access points any will do. */
export const network = { ssid: "attic", password: "correct horse" } as const;

/** Boots that may still run. */
const running = new Set<Boot>();

/** Ends every engine that a test left running. */
export function stopEngines(): void {
  for (const boot of running) boot.stop();
  running.clear();
}

/** A device without settings is one that a test program runs on. */
export function createEngineDevice(world: World, main: Main, provision: Provision | undefined, options: MachineOptions = {}): EngineDevice {
  const said: Saying[] = [];
  const failures: string[] = [];
  const secrets = [provision?.code, provision?.password, provision?.token].filter((secret) => secret !== undefined && secret !== "") as string[];
  let provisioned = provision === undefined;
  let boot: Boot | undefined;
  const machine = world.createDevice({
    clockIsSet: true,
    ...options,
    main: (ports) => {
      const code = provisioned ? 0 : provisionThing(ports, provision!);
      if (code !== 0) failures.push(`provisioning failed with ${code}`);
      provisioned = true;
      if (boot !== undefined) {
        boot.stop();
        running.delete(boot);
      }
      boot = main(ports, {
        said: (event, number, text) => {
          if (secrets.some((secret) => text.includes(secret))) failures.push(`the event "${event}" holds a secret`);
          said.push({ ms: world.clock.now(), event, number, text });
        },
        failed: (message) => failures.push(message),
      });
      running.add(boot);
    },
  });
  return { machine, said, failures, told: (event) => said.filter((one) => one.event === event) };
}

/** What a device said last, and what its engine complained of. */
function lastWords(device: EngineDevice): string {
  const last = device.said.slice(-8).map(({ ms, event, number, text }) => `${ms} ${event} ${number} ${text}`);
  return [...device.failures.slice(0, 4), ...last].join("\n");
}

/** Runs the world for `ms`; throws as soon as the engine complains. */
export function runFor(world: World, device: EngineDevice, ms: number): void {
  world.runUntil(() => device.failures.length > 0, ms);
  if (device.failures.length > 0) throw new Error(`the engine failed\n${lastWords(device)}`);
}

/** Runs the world until `done` holds; throws when that does not come about, or the engine complains. */
export function runUntil(world: World, device: EngineDevice, done: () => boolean, limitMs: number): void {
  const came = world.runUntil(() => device.failures.length > 0 || done(), limitMs);
  if (!came || device.failures.length > 0) throw new Error(`it never came to that\n${lastWords(device)}`);
}
