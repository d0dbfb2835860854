/** `motet sim`: one device and one cloud at this desk, live. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { compileNative } from "../boards/toolchain/compile/native";
import type { RemoteTarget } from "../sim/desk/desk";
import { chooseRunner, engineNames } from "../sim/desk/engines";
import { SPEED_MAX } from "../sim/desk/time";
import { weatherSource } from "../sim/device/weather";
import { choiceOf, interrupted, parseDuration } from "./context";
import type { Context } from "./context";

/** Where a simulation's state stays unless told otherwise. */
export const defaultState = join(".motet", "sim");

interface SimOptions {
  readonly platform: string;
  readonly transport: string;
  readonly cloud: string;
  readonly engine: string;
  readonly code?: string;
  readonly ca?: string;
  readonly speed: number;
  readonly for?: number;
  readonly state: string;
}

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (!(speed >= 1 && speed <= SPEED_MAX)) throw new InvalidArgumentError(`The speed is a number from 1 to ${SPEED_MAX}.`);
  return speed;
}

/** A secret from a file ("@path") or from standard input ("-"), never from the command line itself. */
function readSecret(source: string): string {
  if (source !== "-" && !source.startsWith("@")) throw new Error('Secrets are not taken from the command line: write "--code @file", or "--code -" for standard input.');
  return readFileSync(source === "-" ? 0 : source.slice(1), "utf8").trim();
}

function parseTarget(options: SimOptions): RemoteTarget | undefined {
  if (options.cloud === "local") return undefined;
  const match = /^(mqtt|mqtts|coap):\/\/([A-Za-z0-9.-]+)(?::(\d{1,5}))?\/?$/.exec(options.cloud);
  if (match === null) throw new Error('The cloud is "local" or an address like mqtts://HOST:8883, mqtt://HOST or coap://HOST.');
  const [, scheme, host, port] = match;
  if ((scheme === "coap") !== (options.transport === "coap")) throw new Error(`The address ${scheme}://… goes with --transport ${scheme === "coap" ? "coap" : "mqtt"}.`);
  return {
    host: host!,
    port: Number(port ?? "0"),
    tls: scheme === "mqtts" ? 2 : 0,
    code: options.code === undefined ? "" : readSecret(options.code),
    ...(options.ca === undefined ? {} : { caFile: options.ca }),
  };
}

/** What a person at the terminal can do next. */
function greet(context: Context, state: string): void {
  // As this very command was started, so that the line can be copied.
  const script = process.argv[1] ?? "motet";
  const self = script.endsWith(".js") ? `node ${relative(process.cwd(), script)}` : "motet";
  context.output.note(`Send a command from a second terminal: ${self} send fan true${state === defaultState ? "" : ` --state ${state}`}`);
  context.output.note("End with Ctrl-C.");
}

async function runSim(context: Context, app: string, options: SimOptions): Promise<void> {
  const choice = choiceOf(context, app, options);
  const remote = parseTarget(options);
  if (options.engine === "espruino" && options.speed !== 1) throw new Error("The real interpreter runs in real time: leave --speed out, or choose another engine.");
  const program = await compileNative(context.root, choice);
  const runner = await chooseRunner(context.root, choice, options.engine, process.env["ESPRUINO"]);
  const { startDesk } = await import("../sim/desk/desk");
  const counts = new Map<string, number>();
  const desk = await startDesk({
    program,
    runner,
    transport: options.transport,
    stateDir: options.state,
    speed: options.speed,
    sensorSource: weatherSource(),
    ...(remote === undefined ? {} : { remote }),
    onEvent: (event) => {
      counts.set(event.event, (counts.get(event.event) ?? 0) + (event.event === "published" ? Number(event["count"]) : 1));
      context.output.event(event);
      if (event.event === "cloud") greet(context, options.state);
      if (event.event === "failed") process.exitCode = 1;
    },
  });
  const over = options.for === undefined ? [] : [new Promise<void>((resolve) => setTimeout(resolve, options.for! / options.speed))];
  await Promise.race([interrupted(), ...over]);
  await desk.stop();
  context.output.event({ event: "end", readings: counts.get("reading") ?? 0, published: counts.get("published") ?? 0, commands: counts.get("command") ?? 0 });
  process.exit();
}

export function addSim(program: Command, context: Context): void {
  program
    .command("sim")
    .description("run a device in the simulator, against a local cloud")
    .argument("[app]", "an app's TypeScript file, or the name of an example", "weather-station")
    .option("--platform <name>", "thethings", "thethings")
    .option("--transport <name>", "mqtt or coap", "mqtt")
    .option("--cloud <address>", '"local", or mqtt://HOST[:PORT], mqtts://HOST[:PORT], coap://HOST[:PORT]', "local")
    .option("--code <source>", "activation code for a cloud elsewhere: @file, or - for standard input")
    .option("--ca <file>", "certificates (PEM) that a cloud elsewhere must chain to")
    .option("--engine <name>", `what runs the device: ${engineNames.join(", ")}`, "native")
    .option("--speed <n>", `run the clock n times faster, 1 to ${SPEED_MAX}`, parseSpeed, 1)
    .option("--for <duration>", "end after this much device time, e.g. 10m", parseDuration)
    .option("--state <dir>", "where the device's flash and the cloud's data stay", defaultState)
    .option("--json", "print one event per line as JSON")
    .action((app: string, options: SimOptions) => runSim(context, app, options));
}
