/**
 * The engines that run in this process over the ports of a machine, under one face: an app, compiled for the engine's board
 * exactly as a device is, becomes a function that boots it.
 */
import { join } from "node:path";
import type { Ports } from "../../hal/ports";
import type { BuildChoice } from "../../boards/toolchain/compile/entry";
import { compileNative } from "../../boards/toolchain/compile/native";

export const root = join(__dirname, "..", "..");

export const engineNames = ["native"] as const;
export type EngineName = (typeof engineNames)[number];

/** What a running image tells whoever watches it. */
export interface Watcher {
  said(event: string, number: number, text: string): void;
  /** The engine died, or something nobody caught was thrown. */
  failed(message: string): void;
}

/** Begins one boot on the ports of a machine. */
export type Main = (ports: Ports, watcher: Watcher) => void;

async function nativeMain(choice: BuildChoice): Promise<Main> {
  const program = await compileNative(root, choice);
  return (ports, watcher) => {
    const running = program.boot({ ...ports, log: { record: (event, number, text) => watcher.said(event, number, text) } });
    if (typeof running === "number") watcher.failed(`boot failed with ${running}`);
  };
}

const made = new Map<string, Promise<Main>>();

/** The app of that name (of apps/, or of the framework) for one engine; compiled once. */
export function mainOf(engine: EngineName, app: string, transport: "mqtt" | "coap"): Promise<Main> {
  const key = `${engine} ${app} ${transport}`;
  const choice = { app: join(root, app), platform: "thethings", transport, name: "probe", version: "1.0.0" };
  const main = made.get(key) ?? nativeMain(choice);
  made.set(key, main);
  return main;
}
