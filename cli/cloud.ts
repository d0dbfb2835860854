/** `motet cloud`: a local emulation of a platform, until it is interrupted. */
import { Option } from "commander";
import type { Command } from "commander";
import { realHost } from "../sim/cloud/host";
import type { startEvrythng as Evrythng } from "../sim/cloud/evrythng/index";
import type { startThethings as Thethings } from "../sim/cloud/thethings/index";
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
  readonly badSubscribe?: "silent" | "suback80";
  readonly badPublish?: "close" | "drop";
}

function present<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

interface Running {
  /** What the first event says besides the platform. */
  readonly ready: object;
  close(): Promise<void>;
}

/** What each platform has of its own among the options, by name. */
const own: ReadonlyMap<string, readonly (keyof CloudOptions)[]> = new Map([
  ["thethings", ["coap", "activationCodes", "activationDelay"]],
  ["evrythng", ["badSubscribe", "badPublish"]],
] as const);

/** Refuses what the platform does not have, rather than passing it over. */
function check(platform: string, options: CloudOptions): void {
  const platforms = [...own.keys()];
  if (!own.has(platform)) throw new Error(`There is no local "${platform}": the platforms are ${platforms.join(", ")}.`);
  for (const [other, names] of own) {
    for (const name of other === platform ? [] : names) {
      if (options[name] === undefined) continue;
      const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      throw new Error(`--${flag} is for ${other}: leave it out for ${platform}.`);
    }
  }
}

async function startThethings(context: Context, options: CloudOptions): Promise<Running> {
  const { host, http, https, mqtt, mqtts, coap, state } = options;
  const codes = options.activationCodes?.split(",").map((code) => code.trim()).filter((code) => code !== "");
  const { startThethings: start } = await import("../sim/cloud/thethings/index");
  const cloud = await start({
    ...present({ host, http, https, mqtt, mqtts, coap, stateDir: state, activationCodes: codes, activationDelayMs: options.activationDelay }),
    machine: realHost((event) => context.output.event(event)),
  } as Parameters<typeof Thethings>[0]);
  return { ready: { ...cloud.ports, ca: cloud.ca }, close: cloud.close };
}

async function startEvrythng(context: Context, options: CloudOptions): Promise<Running> {
  const { host, http, https, mqtt, mqtts, state, badSubscribe, badPublish } = options;
  const { startEvrythng: start } = await import("../sim/cloud/evrythng/index");
  const cloud = await start({
    ...present({ host, http, https, mqtt, mqtts, stateDir: state }),
    broker: present({ badSubscribe, badPublish }),
    machine: realHost((event) => context.output.event(event)),
  } as Parameters<typeof Evrythng>[0]);
  return { ready: { ...cloud.ports, ca: cloud.ca, operatorKey: cloud.operatorKey }, close: cloud.close };
}

async function runCloud(context: Context, platform: string, options: CloudOptions): Promise<void> {
  check(platform, options);
  const cloud = await (platform === "thethings" ? startThethings : startEvrythng)(context, options);
  context.output.event({ event: "ready", platform, ...cloud.ready });
  await interrupted();
  await cloud.close();
  context.output.event({ event: "end" });
}

export function addCloud(program: Command, context: Context): void {
  program
    .command("cloud")
    .description("run a local emulation of a platform")
    .argument("<platform>", "thethings or evrythng")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--http <port>", "REST, and socket.io or WebSockets", parsePort)
    .option("--https <port>", "the same under TLS", parsePort)
    .option("--mqtt <port>", "MQTT", parsePort)
    .option("--mqtts <port>", "MQTT under TLS", parsePort)
    .option("--coap <port>", "CoAP (thethings)", parsePort)
    .option("--state <dir>", "where things, values, keys and the certificate authority stay; without it, nothing stays")
    .option("--activation-codes <codes>", "activation codes to accept, separated by commas (thethings; local fixtures, never real ones)")
    .option("--activation-delay <ms>", "how long an activation over MQTT takes, 0 to 10000 (thethings)", parsePort)
    .addOption(new Option("--bad-subscribe <how>", "answer to a subscription that cannot be: silence as documented, or 0x80 (evrythng)").choices(["silent", "suback80"]))
    .addOption(new Option("--bad-publish <how>", "what follows a QoS 1 publication that cannot be: closing, or a PUBACK for nothing (evrythng)").choices(["close", "drop"]))
    .option("--json", "print one event per line as JSON")
    .addHelpText("after", "\nA port of 0, or no port, takes a free one; the first line says which. The first line of evrythng names the file with its operator's key.")
    .action((platform: string, options: CloudOptions) => runCloud(context, platform, options));
}
