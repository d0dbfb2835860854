/** `motet cloud`: a local emulation of a platform, until it is interrupted. */
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { openStateFolder } from "../sim/desk/session";
import { knownUser, platforms } from "./cloud-platforms";
import type { CloudOptions } from "./cloud-platforms";
import { interrupted, parsePort, wholeNumber } from "./context";
import type { Context } from "./context";

const DELAY_MS_MAX = 10000;

/** An empty one would be all addresses of this machine, which nobody means who wrote a variable that is not set. */
function parseHost(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("An address to listen on is a name or a number, e.g. 127.0.0.1; 0.0.0.0 is all of this machine.");
  return text;
}

/** Refuses what the platform does not have, rather than passing it over. */
function check(platform: string, own: readonly (keyof CloudOptions)[], options: CloudOptions): void {
  for (const [other, { own: others }] of platforms) {
    for (const name of others) {
      if (options[name] === undefined || own.includes(name)) continue;
      const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      throw new Error(`--${flag} is for ${other}: leave it out for ${platform}.`);
    }
  }
}

async function runCloud(context: Context, platform: string, options: CloudOptions): Promise<void> {
  const found = platforms.get(platform);
  if (found === undefined) throw new Error(`There is no local "${platform}": the platforms are ${[...platforms.keys()].join(", ")}.`);
  check(platform, found.own, options);
  if (options.state !== undefined) openStateFolder(options.state);
  const cloud = await found.start(context, options);
  context.output.event({ event: "ready", platform, ...cloud.ready });
  await interrupted();
  await cloud.close();
  context.output.event({ event: "end" });
}

export function addCloud(program: Command, context: Context): void {
  program
    .command("cloud")
    .description("run a local emulation of a platform")
    .argument("<platform>", [...platforms.keys()].join(", "))
    .option("--host <address>", "address to listen on", parseHost, "127.0.0.1")
    .option("--http <port>", "REST, and socket.io or WebSockets", parsePort)
    .option("--https <port>", "the same under TLS", parsePort)
    .option("--mqtt <port>", "MQTT", parsePort)
    .option("--mqtts <port>", "MQTT under TLS", parsePort)
    .option("--coap <port>", "CoAP (thethings, thingsboard)", parsePort)
    .option("--state <dir>", "where things, values, keys and the certificate authority stay; without it, nothing stays")
    .option("--activation-codes <codes>", "activation codes to accept, separated by commas; for thingsboard key:secret of provisioning profiles (local fixtures, never real ones)")
    .option("--activation-delay <ms>", "how long an activation over MQTT takes, 0 to 10000 (thethings)", wholeNumber(0, DELAY_MS_MAX, "The delay in milliseconds"))
    .option("--users <users>", `logins email:password, separated by commas (thingsboard; local fixtures; ${knownUser} without it)`)
    .addOption(new Option("--bad-subscribe <how>", "answer to a subscription that cannot be: silence as documented, or 0x80 (evrythng)").choices(["silent", "suback80"]))
    .addOption(new Option("--bad-publish <how>", "what follows a QoS 1 publication that cannot be: closing, or a PUBACK for nothing (evrythng)").choices(["close", "drop"]))
    .option("--json", "print one event per line as JSON")
    .addHelpText("after", "\nA port of 0, or no port, takes a free one; the first line says which. The first line of evrythng names the file with its operator's key.")
    .action((platform: string, options: CloudOptions) => runCloud(context, platform, options));
}
