/**
 * One device and one cloud at a desk: what `motet sim` runs. The cloud is a local one, unless a target elsewhere is named;
 * state stays in a folder, so that the next run goes on where this one ended.
 */
import { join } from "node:path";
import { AgentCode } from "../../firmware/agent/link";
import type { Device } from "../device/device";
import type { Program, ProvisionSettings, WatchSettings } from "../engines/program";
import type { SensorSource } from "../world/sensors";
import { startDeskCloud } from "./cloud";
import type { DeskCloud } from "./desk-cloud";
import { runDevice } from "./device-loop";
import { deskEvent, failedEvent } from "./events";
import type { DeskEvent } from "./events";
import { runInterpreter } from "./interpreter-loop";
import { bootableOf } from "./runner";
import type { Listener, Runner } from "./runner";
import { openStateFolder, SessionError } from "./session";
import { deskTime } from "./time";
import type { DeskTime } from "./time";
import { TIME_HOST, withTimeServer } from "./time-server";

/** A cloud that is not at this desk. */
export interface RemoteTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: 0 | 1 | 2;
  /** An activation code, or a token made by hand; "" for the other. */
  readonly code: string;
  readonly token: string;
  readonly caFile?: string;
  /** Where, and as whom, an app watches. */
  readonly watch?: WatchSettings;
}

export interface DeskOptions {
  /** The app for this process: it provisions the device whatever runs it. */
  readonly program: Program;
  readonly runner: Runner;
  readonly platform: string;
  readonly transport: string;
  readonly stateDir: string;
  readonly speed: number;
  readonly sensorSource: SensorSource;
  /** Undefined: a local cloud. */
  readonly remote?: RemoteTarget;
  /** Hears every event of the device and of the desk. */
  readonly onEvent: (event: DeskEvent) => void;
}

export interface Desk {
  /** Ends the run: the device as by pulling its plug, the cloud in order. Idempotent. */
  stop(): Promise<void>;
}

/** The port of a local cloud that a transport goes to: its own, or that of HTTP, where WebSockets begin. */
function portOf(cloud: DeskCloud, transport: string): number {
  return cloud.ports[transport] ?? cloud.ports["http"]!;
}

function settingsOf(options: DeskOptions, cloud: DeskCloud | undefined): ProvisionSettings {
  // This process and the interpreter know the time; the engines boot without it, as boards do.
  const common = { timeHost: options.runner.kind === "engine" ? TIME_HOST : "", ssid: "desk", password: "", code: "", token: "" };
  if (cloud === undefined) return { ...common, host: options.remote!.host, port: options.remote!.port, tls: options.remote!.tls };
  const port = portOf(cloud, options.transport);
  // Loopback: the one place where a connection without TLS is asked for.
  return { ...common, host: "127.0.0.1", port, tls: 0 };
}

/** For an app that watches, where and as whom. */
function watchOf({ program, remote }: DeskOptions, cloud: DeskCloud | undefined): { readonly watch?: WatchSettings } {
  const watch = program.watches === true ? (cloud?.watcher() ?? remote?.watch) : undefined;
  return watch === undefined ? {} : { watch };
}

/** What a device begins with on each platform, as a person hands it over. */
const credentials: Readonly<Record<string, string>> = {
  thethings: "add --code @FILE with an activation code, or --token @FILE with a token made by hand",
  thingsboard: "add --code @FILE with a profile's key:secret, or --token @FILE with a device's token",
  evrythng: "add --token @FILE with the thng's id and its key",
};

/** Why a device that was provisioned for a cloud elsewhere cannot begin there: `state` is what its program says of it, not 0. */
function unprovisioned({ program, platform, remote, stateDir }: DeskOptions, state: number): string {
  if (program.watches === true && remote?.watch === undefined) return "This app watches, and its cloud is elsewhere: add --watch with an address, and --watch-secret @FILE.";
  const why = state === AgentCode.activationRefused ? "holds an activation code that was refused" : "has nothing to begin with at that cloud";
  return `The device in ${stateDir} ${why}: ${credentials[platform] ?? "provision it"}.`;
}

/** Starts the cloud, provisions the device where it needs it, and boots it. Rejects with one sentence for the user. */
export async function startDesk(options: DeskOptions): Promise<Desk> {
  const time = deskTime(options.speed);
  const { program, remote, stateDir, onEvent } = options;
  openStateFolder(stateDir);
  const cloud = remote === undefined ? await startDeskCloud(options.platform, stateDir, time) : undefined;
  if (cloud !== undefined) onEvent({ event: "cloud", platform: options.platform, ...cloud.ports, ca: cloud.ca });
  let refused: SessionError | undefined;
  const prepare = (device: Device): number => {
    const given = program.state(device) === 0 ? { code: "", token: "" } : (cloud?.credentials() ?? { code: remote!.code, token: remote!.token });
    const code = program.provision(device, { ...settingsOf(options, cloud), ...given, ...watchOf(options, cloud) });
    const state = code === 0 && remote !== undefined ? program.state(device) : 0;
    if (state !== 0) refused = new SessionError(unprovisioned(options, state));
    return code === 0 ? state : code;
  };
  const listener: Listener = {
    log: (event, number, text) => {
      if (event === "activated") cloud?.activated();
      onEvent(deskEvent(time.now(), event, number, text));
    },
    failed: (problem) => {
      if (refused === undefined) onEvent(failedEvent(time.now(), problem, program));
    },
    // What an engine prints besides the log: above all, what the app threw and nothing caught.
    console: (text) => onEvent({ event: "console", time: new Date(time.now()).toISOString(), text }),
  };
  try {
    const loop = startLoop(options, time, prepare, listener, cloud);
    if (refused !== undefined) {
      await loop.stop();
      throw refused as SessionError;
    }
    return {
      stop: async () => {
        await loop.stop();
        await cloud?.close();
      },
    };
  } catch (problem) {
    await cloud?.close();
    throw problem;
  }
}

function startLoop(options: DeskOptions, time: DeskTime, prepare: (device: Device) => number, listener: Listener, cloud: DeskCloud | undefined): { stop(): void | Promise<void> } {
  const { runner } = options;
  const stateDir = join(options.stateDir, "device");
  if (runner.kind === "interpreter") return runInterpreter(stateDir, runner, prepare, listener);
  const bootable = bootableOf(options.program, runner, listener);
  const machine = () => ({
    stateDir,
    speed: options.speed,
    sensorSource: options.sensorSource,
    startTimeMs: time.now(),
    // Boards boot without the time, and so do their engines.
    clockIsSet: runner.kind === "native",
    caFile: options.remote === undefined ? cloud?.ca : options.remote.caFile,
    log: listener.log,
  });
  return runDevice({ boot: (device) => bootable.boot(withTimeServer(device, time.now)) }, machine, prepare, listener.failed);
}
