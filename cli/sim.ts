/** `motet sim`: one device and one cloud at this desk, live. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { builtProgram } from "../boards/toolchain/kept";
import type { RemoteTarget } from "../sim/desk/desk";
import type { DeskEvent } from "../sim/desk/events";
import { chooseRunner, engineNames } from "../sim/desk/engines";
import { SPEED_MAX } from "../sim/desk/time";
import { weatherSource } from "../sim/device/weather";
import { readSensorData, replayed } from "../sim/world/sensor-data";
import type { SensorSource } from "../sim/world/sensors";
import { scenarioNames } from "../sim/faults/scenarios";
import { TRANSPORTS, choiceOf, defaultState, endedByUser, interrupted, parseDuration, parseSeed } from "./context";
import type { Context } from "./context";
import { addressOf } from "./address";
import { quoted } from "./quoted";
import { scenarioOf } from "./scenario";
import { Secrets } from "./secret";

/** In virtual time, unless told otherwise. */
const SEED = 1;
const VIRTUAL_MS = 86400000;

interface SimOptions {
  readonly platform: string;
  readonly transport: string;
  readonly cloud: string;
  readonly engine: string;
  readonly code?: string;
  readonly token?: string;
  readonly ca?: string;
  readonly watch?: string;
  readonly watchUser?: string;
  readonly watchSecret?: string;
  readonly speed: number;
  readonly for?: number;
  readonly state: string;
  readonly sensorData?: string;
  readonly time: string;
  readonly seed?: number;
  readonly faults?: string;
}

/** A secret from what an option names; "" for an option that is not there. */
type ReadSecret = (source: string | undefined, option: string) => string;

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (!(speed >= 1 && speed <= SPEED_MAX)) throw new InvalidArgumentError(`The speed is a number from 1 to ${SPEED_MAX}.`);
  return speed;
}

/** Where an app watches that has its cloud elsewhere. */
function parseWatch({ watch, watchUser, watchSecret, ca }: SimOptions, read: ReadSecret): Pick<RemoteTarget, "watch" | "caFile"> {
  if (watch === undefined) return {};
  const place = addressOf(watch, "wss?");
  if (place === undefined) throw new Error("What is watched is at an address like wss://HOST or ws://HOST:8080.");
  if (watchSecret === undefined) throw new Error("Nothing can be watched without a password or key: add --watch-secret @file.");
  const key = { user: read(watchUser, "watch-user"), secret: read(watchSecret, "watch-secret"), app: "", thing: "" };
  const { scheme, host, port } = place;
  return { watch: { host, port, tls: scheme === "wss" ? 2 : 0, loginHost: "", loginPort: 0, ...key }, ...(ca === undefined ? {} : { caFile: ca }) };
}

/** The option that says something of a cloud elsewhere, as it stands on the command line, where none is named. */
function withoutCloud({ cloud, watch, code, token, ca, watchUser, watchSecret }: SimOptions): string | undefined {
  if (cloud === "local" && (code ?? token) !== undefined) return code === undefined ? "--token" : "--code";
  if (watch !== undefined) return undefined;
  if ((watchUser ?? watchSecret) !== undefined) return watchUser === undefined ? "--watch-secret" : "--watch-user";
  return cloud === "local" && ca !== undefined ? "--ca" : undefined;
}

/** Which transports an address is for, by its scheme. */
const transportsOf: Readonly<Record<string, readonly string[]>> = { mqtt: ["mqtt"], mqtts: ["mqtt"], coap: ["coap"], ws: ["mqtt-ws", "ws"], wss: ["mqtt-ws", "ws"] };

function parseTarget(options: SimOptions): RemoteTarget | undefined {
  const stray = withoutCloud(options);
  if (stray !== undefined) throw new Error(`${stray} is for a cloud elsewhere: add ${stray.startsWith("--watch") ? "--watch" : "--cloud"} with its address, or leave ${stray} out.`);
  const { code, token, watchUser, watchSecret } = options;
  const secrets = new Secrets([code, token, watchUser, watchSecret]);
  const read: ReadSecret = (source, option) => (source === undefined ? "" : secrets.read(source, option).trim());
  if (options.cloud === "local") return options.watch === undefined ? undefined : { host: "", port: 0, tls: 0, code: "", token: "", ...parseWatch(options, read) };
  const place = addressOf(options.cloud, "mqtts?|coap|wss?");
  if (place === undefined) throw new Error('The cloud is "local" or an address like mqtts://HOST:8883, mqtt://HOST, wss://HOST or coap://HOST.');
  const { scheme, host, port } = place;
  const transports = transportsOf[scheme]!;
  if (!transports.includes(options.transport)) throw new Error(`The address ${scheme}://… goes with --transport ${transports.join(" or ")}.`);
  return {
    host,
    port,
    tls: scheme === "mqtts" || scheme === "wss" ? 2 : 0,
    code: read(code, "code"),
    // EVRYTHNG's id and key may stand on lines of their own.
    token: read(token, "token").replace(/\s+/g, ""),
    ...(options.ca === undefined ? {} : { caFile: options.ca }),
    ...parseWatch(options, read),
  };
}

/** What the sensors feel: a recording from its first line on, or the weather. */
function sensorsOf({ sensorData }: SimOptions): SensorSource {
  if (sensorData === undefined) return weatherSource();
  let text: string;
  try {
    text = readFileSync(sensorData, "utf8");
  } catch (cause) {
    throw new Error(`The sensor data cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown error"}): give --sensor-data the path of a CSV file.`, { cause });
  }
  return replayed(readSensorData(text));
}

/** What a person at the terminal can do next. */
function greet(context: Context, { state, platform }: SimOptions, watches: boolean): void {
  // As this very command was started, so that the line can be copied.
  const script = process.argv[1] ?? "motet";
  const self = script.endsWith(".js") ? `node ${quoted(relative(process.cwd(), script))}` : "motet";
  const where = state === defaultState ? "" : ` --state ${quoted(state)}`;
  if (watches) {
    context.output.note(`Say a value of what it watches from a second terminal: ${self} send temperature 21.5${where}`);
    if (platform === "thingsboard") context.output.note(`Raise an alarm, and clear it with false: ${self} send HOT true --alarm${where}`);
  } else context.output.note(`Send a command from a second terminal: ${self} send fan true${where}`);
  context.output.note("End with Ctrl-C.");
}

/** What passed, for the line at the end. */
class Counts {
  private readonly counts = new Map<string, number>();

  hear(event: DeskEvent): void {
    this.counts.set(event.event, (this.counts.get(event.event) ?? 0) + (event.event === "published" ? Number(event["count"]) : 1));
  }

  end(): { readonly readings: number; readonly published: number; readonly commands: number } {
    const of = (name: string): number => this.counts.get(name) ?? 0;
    return { readings: of("reading"), published: of("published"), commands: of("command") };
  }
}

/** The option that virtual time has no use for, as it stands on the command line. */
function outOfPlace({ engine, cloud, speed, state }: SimOptions): string | undefined {
  if (engine !== "native") return "--engine";
  if (cloud !== "local") return "--cloud";
  if (speed !== 1) return "--speed";
  return state === defaultState ? undefined : "--state";
}

async function runInVirtualTime(context: Context, app: string, options: SimOptions): Promise<void> {
  const wrong = outOfPlace(options);
  if (wrong !== undefined) throw new Error(`In virtual time a device runs natively against a local cloud, as fast as it can, and leaves nothing behind: leave ${wrong} out.`);
  const scenario = options.faults === undefined ? {} : { scenario: scenarioOf(options.faults) };
  const program = await builtProgram(context.root, choiceOf(context, app, options));
  if (program.watches === true) throw new Error("An app that watches runs in real time: leave --time virtual and --faults out.");
  const { runVirtual } = await import("../sim/desk/virtual");
  const signal = endedByUser();
  const counts = new Counts();
  const { seed = SEED, for: forMs = VIRTUAL_MS } = options;
  const hash = await runVirtual({
    program,
    platform: options.platform,
    seed,
    forMs,
    sensorSource: sensorsOf(options),
    ...scenario,
    onEvent: (event) => {
      counts.hear(event);
      context.output.event(event);
      if (event.event === "failed") process.exitCode = 1;
    },
    isOver: () => signal.aborted,
  });
  context.output.event({ event: "end", ...counts.end(), seed, hash });
}

/** Node's longest timer, ms; it takes a longer one for none. */
const TIMER_MS_MAX = 2147483647;

async function passed(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= TIMER_MS_MAX) await new Promise((resolve) => setTimeout(resolve, Math.min(left, TIMER_MS_MAX)));
}

async function runSim(context: Context, app: string, options: SimOptions): Promise<void> {
  if (options.time !== "real" && options.time !== "virtual") throw new Error(`There is no time "${options.time}": choose real or virtual.`);
  // Faults are planned in virtual time; nobody waits a day for them.
  if (options.time === "virtual" || options.faults !== undefined) return runInVirtualTime(context, app, options);
  if (options.seed !== undefined) throw new Error("Real time has no seed: add --time virtual, or leave --seed out.");
  const choice = choiceOf(context, app, options);
  const remote = parseTarget(options);
  if (options.engine === "espruino" && options.speed !== 1) throw new Error("The real interpreter runs in real time: leave --speed out, or choose another engine.");
  const program = await builtProgram(context.root, choice);
  const runner = await chooseRunner(context.root, choice, options.engine, process.env["ESPRUINO"]);
  const { startDesk } = await import("../sim/desk/desk");
  const counts = new Counts();
  // From here on there is something to end in order: a cloud with its state, and what runs the device.
  const over = interrupted();
  const desk = await startDesk({
    program,
    runner,
    platform: options.platform,
    transport: options.transport,
    stateDir: options.state,
    speed: options.speed,
    sensorSource: sensorsOf(options),
    ...(remote === undefined ? {} : { remote }),
    onEvent: (event) => {
      counts.hear(event);
      context.output.event(event);
      if (event.event === "cloud") greet(context, options, program.watches === true);
      if (event.event === "failed") process.exitCode = 1;
    },
  });
  await Promise.race([over, ...(options.for === undefined ? [] : [passed(options.for / options.speed)])]);
  await desk.stop();
  context.output.event({ event: "end", ...counts.end() });
  process.exit();
}

export function addSim(program: Command, context: Context): void {
  program
    .command("sim")
    .description("run a device in the simulator, against a local cloud")
    .argument("[app]", "an app's TypeScript file, or the name of an example", "weather-station")
    .option("--platform <name>", "thethings, evrythng or thingsboard", "thethings")
    .option("--transport <name>", TRANSPORTS, "mqtt")
    .option("--cloud <address>", '"local", or mqtt://HOST[:PORT], mqtts://HOST[:PORT], coap://HOST[:PORT], ws://HOST[:PORT], wss://HOST[:PORT]', "local")
    .option("--code <source>", "activation code for a cloud elsewhere (ThingsBoard: a profile's key:secret): @file, or - for standard input")
    .option("--token <source>", "in its place, a token made by hand (EVRYTHNG: the thng's id and its key): @file, or -")
    .option("--ca <file>", "certificates (PEM) that a cloud elsewhere must chain to")
    .option("--watch <address>", "where an app watches with its cloud elsewhere: wss://HOST[:PORT] or ws://HOST[:PORT]")
    .option("--watch-user <source>", "the user's name there (EVRYTHNG: leave it out): @file, or -")
    .option("--watch-secret <source>", "the user's password, or a key: @file, or -")
    .option("--engine <name>", `what runs the device: ${engineNames.join(", ")}`, "native")
    .option("--speed <n>", `run the clock n times faster, 1 to ${SPEED_MAX}`, parseSpeed, 1)
    .option("--time <kind>", "real, or virtual: as fast as this computer can, and always the same", "real")
    .option("--seed <n>", "in virtual time: the same seed gives the same run", parseSeed)
    .option("--faults <scenario>", `in virtual time: what goes wrong, ${scenarioNames.join(", ")}, or a file`)
    .option("--for <duration>", "end after this much device time, e.g. 10m; 24h in virtual time", parseDuration)
    .option("--sensor-data <file>", "what the sensors feel, from the first line on: CSV with time, temperature, humidity, pressure")
    .option("--state <dir>", "where the device's flash and the cloud's data stay", defaultState)
    .option("--json", "print one event per line as JSON")
    .action((app: string, options: SimOptions) => runSim(context, app, options));
}
