/** `motet cloud`: a local emulation of a platform, until it is interrupted. */
import type { Command } from "commander";
import { realHost } from "../sim/cloud/host";
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
  readonly users?: string;
}

/** What a cloud that runs tells. */
interface Started {
  readonly ports: object;
  readonly ca: string;
  close(): Promise<void>;
}

function present<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

type Starter = (context: Context, options: CloudOptions) => Promise<Started>;

/** The platforms that exist here. */
const platforms: Readonly<Record<string, Starter>> = {
  thethings: async (context, options) => {
    const { startThethings } = await import("../sim/cloud/thethings/index");
    const own = present({ ...shared(context, options), activationCodes: listed(options.activationCodes), activationDelayMs: options.activationDelay });
    return startThethings(own as Parameters<typeof startThethings>[0]);
  },
  thingsboard: async (context, options) => {
    const { startThingsboard } = await import("../sim/cloud/thingsboard/index");
    const profiles = listed(options.activationCodes)?.map((text) => pair(text, "--activation-codes", "key:secret")).map(([key, secret]) => ({ key, secret }));
    const users = usersOf(options).map((text) => pair(text, "--users", "email:password")).map(([email, password]) => ({ email, password }));
    const own = present({ ...shared(context, options), users, profiles });
    return startThingsboard(own as Parameters<typeof startThingsboard>[0]);
  },
};

/** The login that scripts for a fresh installation of the platform have built in. */
const knownUser = "tenant@thingsboard.org:tenant";

/** A login that everybody knows is for this machine alone. */
function usersOf({ users, host }: CloudOptions): readonly string[] {
  const named = listed(users) ?? [];
  if (named.length > 0) return named;
  if (!["127.0.0.1", "::1", "localhost"].includes(host)) throw new Error(`Others can reach ${host}: name your own users with --users email:password.`);
  return [knownUser];
}

function shared(context: Context, { host, http, https, mqtt, mqtts, coap, state }: CloudOptions): object {
  return { host, http, https, mqtt, mqtts, coap, stateDir: state, machine: realHost((event) => context.output.event(event)) };
}

/** "a, b" as texts. */
function listed(text: string | undefined): readonly string[] | undefined {
  return text?.split(",").map((one) => one.trim()).filter((one) => one !== "");
}

/** "a:b" in its two parts. */
function pair(text: string, option: string, form: string): readonly [string, string] {
  const split = text.indexOf(":");
  if (split <= 0 || split === text.length - 1) throw new Error(`Each of ${option} is written ${form} for this platform.`);
  return [text.slice(0, split), text.slice(split + 1)];
}

async function runCloud(context: Context, platform: string, options: CloudOptions): Promise<void> {
  const start = Object.hasOwn(platforms, platform) ? platforms[platform] : undefined;
  if (start === undefined) throw new Error(`There is no local "${platform}": the platforms are ${Object.keys(platforms).join(", ")}.`);
  const cloud = await start(context, options);
  context.output.event({ event: "ready", platform, ...cloud.ports, ca: cloud.ca });
  await interrupted();
  await cloud.close();
  context.output.event({ event: "end" });
}

export function addCloud(program: Command, context: Context): void {
  program
    .command("cloud")
    .description("run a local emulation of a platform")
    .argument("<platform>", Object.keys(platforms).join(" or "))
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--http <port>", "REST and realtime API", parsePort)
    .option("--https <port>", "the same under TLS", parsePort)
    .option("--mqtt <port>", "MQTT", parsePort)
    .option("--mqtts <port>", "MQTT under TLS", parsePort)
    .option("--coap <port>", "CoAP", parsePort)
    .option("--state <dir>", "where things, values and the certificate authority stay; without it, nothing stays")
    .option("--activation-codes <codes>", "activation codes to accept, separated by commas; for thingsboard key:secret of provisioning profiles (local fixtures, never real ones)")
    .option("--users <users>", `logins email:password of thingsboard, separated by commas (local fixtures; default ${knownUser})`)
    .option("--activation-delay <ms>", "how long an activation over MQTT takes, 0 to 10000", parsePort)
    .option("--json", "print one event per line as JSON")
    .addHelpText("after", "\nA port of 0, or no port, takes a free one; the first line says which.")
    .action((platform: string, options: CloudOptions) => runCloud(context, platform, options));
}
