/** From the options of `motet provision`, or what a person types, to the settings of a device. */
import type { CloudAddress, DeviceSettings } from "../boards/toolchain/provision/settings";
import { TlsLevel } from "../hal/ports/tls";
import { addressOf } from "./address";
import { ask, Secrets } from "./secret";

export interface SettingOptions {
  readonly platform: string;
  readonly cloud?: string;
  readonly tls?: string;
  readonly timeHost?: string;
  readonly ssid?: string;
  readonly password?: string;
  readonly code?: string;
  readonly token?: string;
  readonly watch?: string;
  readonly watchUser?: string;
  readonly watchSecret?: string;
  readonly lock?: string;
  readonly unlock?: true;
}

/** What a person at a terminal is asked for. */
export interface Asker {
  readonly isThere: boolean;
  ask(question: string, isHidden: boolean): Promise<string>;
}

export const terminal: Asker = { isThere: process.stdin.isTTY, ask };

/** What a platform's devices begin with, and where the platform is, if that is one place. */
const platforms: Readonly<Record<string, { readonly credential: "code" | "token"; readonly question: string; readonly cloud?: string }>> = {
  thethings: { credential: "code", question: "Activation code", cloud: "mqtts://mqtt.thethings.io" },
  evrythng: { credential: "token", question: "The thng's id and its key, one after the other" },
  thingsboard: { credential: "code", question: "The profile's provisioning key and secret, with a colon between" },
};

const levels: Readonly<Record<string, TlsLevel>> = { none: TlsLevel.none, encrypted: TlsLevel.encryptedUnverified, verified: TlsLevel.verified };
const SECURE = /^(mqtts|wss)$/;

function levelOf(option: string | undefined, isSecure: boolean): TlsLevel {
  if (option === undefined) return isSecure ? TlsLevel.encryptedUnverified : TlsLevel.none;
  const level = levels[option];
  if (level === undefined) throw new Error("The demanded TLS level is none, encrypted or verified.");
  if (!isSecure && level !== TlsLevel.none) throw new Error("An address without TLS gives none of that level: write mqtts:// or wss://, or leave --tls out.");
  return level;
}

/** An address's scheme says what TLS is demanded, unless an option says more. */
export function parseCloud(text: string, tls: string | undefined, timeHost: string): CloudAddress {
  const found = addressOf(text, "mqtts?|coap|wss?");
  if (found === undefined) throw new Error("The cloud is at an address like mqtts://HOST, mqtts://HOST:8883, wss://HOST, mqtt://HOST or coap://HOST.");
  return { host: found.host, port: found.port, tls: levelOf(tls, SECURE.test(found.scheme)), timeHost };
}

function watchOf({ watch, watchUser, watchSecret, tls }: SettingOptions, secrets: Secrets): DeviceSettings["watch"] {
  if (watch === undefined) {
    if (watchUser !== undefined || watchSecret !== undefined) throw new Error("Add --watch wss://HOST: a user and a secret are for what is watched there.");
    return undefined;
  }
  const found = addressOf(watch, "wss?");
  if (found === undefined) throw new Error("What is watched is at an address like wss://HOST or ws://HOST:8080.");
  const user = watchUser === undefined ? "" : secrets.read(watchUser, "watch-user").trim();
  const secret = watchSecret === undefined ? "" : secrets.read(watchSecret, "watch-secret");
  return { host: found.host, port: found.port, tls: levelOf(tls, SECURE.test(found.scheme)), loginHost: "", loginPort: 0, user, secret, app: "", thing: "" };
}

function passwordOf({ password }: SettingOptions, secrets: Secrets, asker: Asker): Promise<string> {
  if (password !== undefined) return Promise.resolve(secrets.read(password, "password"));
  if (asker.isThere) return asker.ask("WiFi password (empty for an open network): ", true);
  return Promise.reject(new Error("The WiFi network needs its password: add --password @FILE, or --password - for standard input; an empty one is for an open network."));
}

async function wifiOf(options: SettingOptions, secrets: Secrets, asker: Asker): Promise<DeviceSettings["wifi"]> {
  if (options.ssid !== undefined) return { ssid: options.ssid, password: await passwordOf(options, secrets, asker) };
  if (options.password !== undefined) throw new Error("Add --ssid: the password is for a network that has a name.");
  return undefined;
}

function consoleOf({ lock, unlock }: SettingOptions, secrets: Secrets): string | undefined {
  if (lock === undefined) return unlock === true ? "" : undefined;
  if (unlock === true) throw new Error("A console is locked or not: leave --lock or --unlock out.");
  const password = secrets.read(lock, "lock").trim();
  if (password === "") throw new Error("A lock needs a password: check what --lock names, or use --unlock.");
  return password;
}

/** True when no option names a setting: then a person is asked for them all. */
export function namesNothing({ cloud, ssid, password, code, token, watch, lock, unlock }: SettingOptions): boolean {
  return [cloud, ssid, password, code, token, watch, lock, unlock].every((each) => each === undefined);
}

/** The settings that options name. Secrets are read in the order in which a person would type them. */
export async function settingsOf(options: SettingOptions, asker: Asker = terminal): Promise<DeviceSettings> {
  const { cloud, tls, timeHost, code, token, password, watchUser, watchSecret } = options;
  if (cloud === undefined && timeHost !== undefined) throw new Error("Add --cloud: the time server is stored with the cloud's address.");
  if (cloud === undefined && options.watch === undefined && tls !== undefined) throw new Error("Add --cloud: the TLS level is stored with the cloud's address.");
  const secrets = new Secrets([password, code, token, watchUser, watchSecret, options.lock]);
  const place = cloud === undefined ? undefined : parseCloud(cloud, tls, timeHost ?? "");
  const wifi = await wifiOf(options, secrets, asker);
  const given = code === undefined ? undefined : secrets.read(code, "code").trim();
  // EVRYTHNG's id and key may stand on lines of their own.
  const made = token === undefined ? undefined : secrets.read(token, "token").replace(/\s+/g, "");
  const watch = watchOf(options, secrets);
  const consolePassword = consoleOf(options, secrets);
  return { ...(place && { cloud: place }), ...(wifi && { wifi }), ...(given !== undefined && { code: given }), ...(made !== undefined && { token: made }), ...(watch && { watch }), ...(consolePassword !== undefined && { consolePassword }) };
}

/** Asks a person for everything that a new device needs; an empty answer leaves what the device has. */
export async function askSettings({ platform }: SettingOptions, hasRadio: boolean, asker: Asker): Promise<DeviceSettings> {
  const known = platforms[platform];
  if (known === undefined) throw new Error(`There is no platform "${platform}": choose ${Object.keys(platforms).join(", ")}.`);
  const ssid = hasRadio ? await asker.ask("WiFi network (empty: as it is): ", false) : "";
  const password = ssid === "" ? "" : await asker.ask("WiFi password (empty for an open network): ", true);
  const offered = known.cloud === undefined ? "" : ` [${known.cloud}]`;
  const place = (await asker.ask(`Cloud${offered}: `, false)).trim() || (known.cloud ?? "");
  const secret = (await asker.ask(`${known.question} (empty: as it is): `, true)).replace(/\s+/g, "");
  return {
    ...(ssid === "" ? {} : { wifi: { ssid, password } }),
    ...(place === "" ? {} : { cloud: parseCloud(place, undefined, "") }),
    ...(secret === "" ? {} : { [known.credential]: secret }),
  };
}
