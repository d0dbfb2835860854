/** `motet cloud`: a local emulation of a platform, until it is interrupted. */
import type { Command } from "commander";
import { realHost } from "../sim/cloud/host";
import type { startThethings as Start } from "../sim/cloud/thethings/index";
import { interrupted, parsePort } from "./context";
import type { Context } from "./context";

interface CloudOptions {
  readonly host: string;
  readonly http?: number;
  readonly https?: number;
  readonly mqtt?: number;
  readonly mqtts?: number;
  readonly coap?: number;
  readonly state?: string;
  readonly activationCodes?: string;
  readonly activationDelay?: number;
}

function present<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

async function runCloud(context: Context, platform: string, options: CloudOptions): Promise<void> {
  if (platform !== "thethings") throw new Error(`There is no local "${platform}": the platforms are thethings.`);
  const { host, http, https, mqtt, mqtts, coap, state } = options;
  const codes = options.activationCodes?.split(",").map((code) => code.trim()).filter((code) => code !== "");
  const { startThethings } = await import("../sim/cloud/thethings/index");
  const cloud = await startThethings({
    ...present({ host, http, https, mqtt, mqtts, coap, stateDir: state, activationCodes: codes, activationDelayMs: options.activationDelay }),
    machine: realHost((event) => context.output.event(event)),
  } as Parameters<typeof Start>[0]);
  context.output.event({ event: "ready", platform, ...cloud.ports, ca: cloud.ca });
  await interrupted();
  await cloud.close();
  context.output.event({ event: "end" });
}

export function addCloud(program: Command, context: Context): void {
  program
    .command("cloud")
    .description("run a local emulation of a platform")
    .argument("<platform>", "thethings")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--http <port>", "REST and socket.io", parsePort)
    .option("--https <port>", "REST and socket.io under TLS", parsePort)
    .option("--mqtt <port>", "MQTT", parsePort)
    .option("--mqtts <port>", "MQTT under TLS", parsePort)
    .option("--coap <port>", "CoAP", parsePort)
    .option("--state <dir>", "where things, values and the certificate authority stay; without it, nothing stays")
    .option("--activation-codes <codes>", "activation codes to accept, separated by commas (local fixtures, never real ones)")
    .option("--activation-delay <ms>", "how long an activation over MQTT takes, 0 to 10000", parsePort)
    .option("--json", "print one event per line as JSON")
    .addHelpText("after", "\nA port of 0, or no port, takes a free one; the first line says which.")
    .action((platform: string, options: CloudOptions) => runCloud(context, platform, options));
}
