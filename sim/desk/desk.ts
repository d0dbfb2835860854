/**
 * One device and one cloud at a desk: what `motet sim` runs. The cloud is a local one, unless a target elsewhere is named;
 * state stays in a folder, so that the next run goes on where this one ended.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Device } from "../device/device";
import type { Program, ProvisionSettings } from "../engines/program";
import type { SensorSource } from "../world/sensors";
import { startThethings } from "../cloud/thethings/index";
import type { StartedThethings } from "../cloud/thethings/index";
import { runDevice } from "./device-loop";
import { deskEvent } from "./events";
import type { DeskEvent } from "./events";
import { runInterpreter } from "./interpreter-loop";
import { bootableOf } from "./runner";
import type { Listener, Runner } from "./runner";
import { loadSession, saveSession, saveToken } from "./session";
import { deskHost, deskTime } from "./time";
import type { DeskTime } from "./time";
import { TIME_HOST, withTimeServer } from "./time-server";

/** A cloud that is not at this desk. */
export interface RemoteTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: 0 | 1 | 2;
  readonly code: string;
  readonly caFile?: string;
}

export interface DeskOptions {
  /** The app for this process: it provisions the device whatever runs it. */
  readonly program: Program;
  readonly runner: Runner;
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
  /** The local cloud's ports, or undefined. */
  readonly cloud: StartedThethings | undefined;
  /** Ends the run: the device as by pulling its plug, the cloud in order. Idempotent. */
  stop(): Promise<void>;
}

const appEmail = "desk@motet.invalid";

async function startCloud(options: DeskOptions, time: DeskTime): Promise<StartedThethings> {
  const before = loadSession(options.stateDir);
  const wanted = { stateDir: join(options.stateDir, "cloud"), machine: deskHost(time, () => undefined) };
  if (before === undefined) return startThethings(wanted);
  try {
    // The same ports as last time, so that what a person typed goes on working.
    return await startThethings({ ...wanted, http: before.http, mqtt: before.mqtt, coap: before.coap });
  } catch {
    return startThethings(wanted);
  }
}

/** The app's side: a user whose session `motet send` uses. */
function openSession(cloud: StartedThethings, stateDir: string): void {
  const before = loadSession(stateDir);
  const password = before?.password ?? randomBytes(18).toString("base64url");
  const login = { email: appEmail, password };
  const opened = cloud.model.apps.login(login);
  const session = opened.ok ? opened : cloud.model.apps.register(login);
  if (!session.ok) throw new Error("The local cloud's state folder and the desk's session do not belong together: delete the state folder and start again.");
  const { http, mqtt, coap } = cloud.ports;
  const kept = before?.thingId === undefined ? {} : { thingId: before.thingId };
  saveSession(stateDir, { http, mqtt, coap, sessionToken: session.token, password, ...kept });
}

/** The device got its token: the desk's app is linked to it, as its owner would do. */
function linkThings(cloud: StartedThethings, stateDir: string): void {
  const session = loadSession(stateDir);
  const user = session === undefined ? undefined : cloud.model.apps.session(session.sessionToken);
  if (session === undefined || user === undefined) return;
  for (const thingId of cloud.model.things()) {
    const linked = cloud.model.apps.link(user, cloud.model.tokenOf(thingId));
    if (!linked.ok) continue;
    saveSession(stateDir, { ...session, thingId });
    saveToken(stateDir, cloud.model.tokenOf(thingId)!);
  }
}

function settingsOf(options: DeskOptions, cloud: StartedThethings | undefined): ProvisionSettings {
  // This process and the interpreter know the time; the engines boot without it, as boards do.
  const common = { timeHost: options.runner.kind === "engine" ? TIME_HOST : "", ssid: "desk", password: "", code: "", token: "" };
  if (cloud === undefined) return { ...common, host: options.remote!.host, port: options.remote!.port, tls: options.remote!.tls };
  const port = options.transport === "coap" ? cloud.ports.coap : cloud.ports.mqtt;
  // Loopback: the one place where a connection without TLS is asked for.
  return { ...common, host: "127.0.0.1", port, tls: 0 };
}

/** Starts the cloud, provisions the device where it needs it, and boots it. Rejects with one sentence for the user. */
export async function startDesk(options: DeskOptions): Promise<Desk> {
  const time = deskTime(options.speed);
  const { program, remote, stateDir, onEvent } = options;
  const cloud = remote === undefined ? await startCloud(options, time) : undefined;
  let code = remote?.code ?? "";
  if (cloud !== undefined) {
    openSession(cloud, stateDir);
    onEvent({ event: "cloud", platform: "thethings", ...cloud.ports, ca: cloud.ca });
  }
  const prepare = (device: Device): number => {
    const needed = program.state(device) !== 0;
    if (needed && cloud !== undefined && code === "") code = cloud.model.createCodes(1)[0]!;
    return program.provision(device, { ...settingsOf(options, cloud), code: needed ? code : "" });
  };
  const listener: Listener = {
    log: (event, number, text) => {
      if (event === "activated" && cloud !== undefined) linkThings(cloud, stateDir);
      onEvent(deskEvent(time.now(), event, number, text));
    },
    failed: (problem) => {
      const message = typeof problem === "number" ? `fault ${problem}` : problem instanceof Error ? problem.message : String(problem);
      onEvent({ event: "failed", message });
    },
  };
  try {
    const loop = startLoop(options, time, prepare, listener, cloud);
    return {
      cloud,
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

function startLoop(options: DeskOptions, time: DeskTime, prepare: (device: Device) => number, listener: Listener, cloud: StartedThethings | undefined): { stop(): void | Promise<void> } {
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
