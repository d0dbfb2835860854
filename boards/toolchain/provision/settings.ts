/**
 * What a person tells a device, with the range of each value, and one sentence for each mistake. No sentence repeats a value: it may be
 * a secret. Texts are what people type; on the device they are the bytes of their UTF-8.
 */
import type { Provision } from "../../../firmware/agent/settings";
import type { WatchProvision } from "../../../firmware/agent/watch-settings";
import { TlsLevel } from "../../../hal/ports/tls";
import type { Board } from "../board";

/** Where the platform is. */
export interface CloudAddress {
  readonly host: string;
  /** 1 to 65535, or 0 for the platform's standard port. */
  readonly port: number;
  /** The least TLS level that a token may be sent over. */
  readonly tls: TlsLevel;
  /** An SNTP server, or "". */
  readonly timeHost: string;
}

export interface WifiSettings {
  readonly ssid: string;
  /** "" for a network without one. */
  readonly password: string;
}

/** What is to change; what is absent stays as it is on the device. */
export interface DeviceSettings {
  readonly cloud?: CloudAddress;
  readonly wifi?: WifiSettings;
  /** An activation code; on ThingsBoard a profile's provisioning key and secret with a colon between. */
  readonly code?: string;
  /** A token made by hand; on EVRYTHNG the thng's id and its key, one after the other. It replaces a stored one. */
  readonly token?: string;
  /** Where and as whom a device watches values of other things. */
  readonly watch?: WatchProvision;
  /** What unlocks the console from the next boot on, or "" to leave it open. */
  readonly consolePassword?: string;
}

/** A value out of its range; the message is one sentence that says what is right. */
export class SettingsError extends Error {}

const HOST_BYTES_MAX = 100;
const TIME_HOST_BYTES_MAX = 60;
const SSID_BYTES_MAX = 32;
const CODE_BYTES_MAX = 100;
const TOKEN_BYTES_MAX = 128;
/** All texts of who watches share one record. */
const WATCH_KEY_BYTES_MAX = 236;
const PORT_MAX = 65535;
/** What Espruino's console takes; and it lets anybody try for ever. */
const CONSOLE_PASSWORD_MAX = 20;
const CONSOLE_PASSWORD_MIN = 8;

/** As the device keeps a text: one char a byte. */
export const toBytes = (typed: string): string => Buffer.from(typed, "utf8").toString("latin1");
export const fromBytes = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");

const isHost = (host: string, bytesMax: number): boolean => host.length <= bytesMax && /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host);
const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= PORT_MAX;
const hasControls = (typed: string): boolean => [...typed].some((char) => char < " " || char === "\x7f");

function cloudProblem({ host, port, tls, timeHost }: CloudAddress): string | undefined {
  if (!isHost(host, HOST_BYTES_MAX)) return `The cloud's host is a name or an IPv4 address of 1 to ${HOST_BYTES_MAX} letters, digits, dots and dashes, e.g. mqtt.thethings.io.`;
  if (!isPort(port)) return `The cloud's port is a number from 1 to ${PORT_MAX}, or absent for the platform's own.`;
  if (![TlsLevel.none, TlsLevel.encryptedUnverified, TlsLevel.verified].includes(tls)) return "The demanded TLS level is none, encrypted or verified.";
  if (timeHost !== "" && !isHost(timeHost, TIME_HOST_BYTES_MAX)) return `The time server is a host name of at most ${TIME_HOST_BYTES_MAX} letters, digits, dots and dashes, e.g. pool.ntp.org.`;
  return undefined;
}

/** IEEE 802.11: a name of 1 to 32 bytes; WPA takes a passphrase of 8 to 63 printable ASCII characters, or the key itself in hex. */
function wifiProblem({ ssid, password }: WifiSettings): string | undefined {
  const nameBytes = Buffer.byteLength(ssid);
  if (nameBytes < 1 || nameBytes > SSID_BYTES_MAX) return `A WiFi network's name has 1 to ${SSID_BYTES_MAX} bytes, and this one has ${nameBytes}: check --ssid.`;
  if (hasControls(ssid)) return "A WiFi network's name has no control characters: check --ssid.";
  const isKey = /^[0-9A-Fa-f]{64}$/.test(password);
  if (password === "" || isKey || /^[ -~]{8,63}$/.test(password)) return undefined;
  return "A WiFi password has 8 to 63 characters of ASCII, or is a key of 64 hexadecimal digits; leave it empty for an open network.";
}

function watchProblem({ host, port, tls, loginHost, loginPort, user, secret, app, thing }: WatchProvision): string | undefined {
  if (!isHost(host, HOST_BYTES_MAX) || !isPort(port)) return "What is watched is at an address like wss://HOST or ws://HOST:8080.";
  if (cloudProblem({ host, port, tls, timeHost: "" }) !== undefined) return "The TLS level of what is watched is none, encrypted or verified.";
  if ((loginHost !== "" && !isHost(loginHost, HOST_BYTES_MAX)) || !isPort(loginPort)) return "The login of what is watched is at a host name, with a port from 1 to 65535.";
  if (secret === "") return "Nothing can be watched without a password or key: add --watch-secret.";
  const bytes = [user, secret, app, thing].reduce((sum, each) => sum + Buffer.byteLength(each), 0);
  if (bytes > WATCH_KEY_BYTES_MAX) return `User and secret of what is watched have ${WATCH_KEY_BYTES_MAX} bytes at most together, and these have ${bytes}.`;
  return undefined;
}

function consoleProblem(password: string): string | undefined {
  const isRight = password.length >= CONSOLE_PASSWORD_MIN && password.length <= CONSOLE_PASSWORD_MAX && /^[!-~]+$/.test(password);
  return isRight || password === "" ? undefined : `A console's password has ${CONSOLE_PASSWORD_MIN} to ${CONSOLE_PASSWORD_MAX} characters of ASCII without blanks.`;
}

/** What is wrong with settings by themselves, or undefined. */
export function settingsProblem({ cloud, wifi, code, token, watch, consolePassword }: DeviceSettings): string | undefined {
  const problem = (cloud && cloudProblem(cloud)) ?? (wifi && wifiProblem(wifi)) ?? (watch && watchProblem(watch)) ?? consoleProblem(consolePassword ?? "");
  if (problem !== undefined) return problem;
  if (code !== undefined && token !== undefined) return "A device takes an activation code or a token: leave one of them out.";
  if (code !== undefined && (code.length > CODE_BYTES_MAX || !/^[!-~]+$/.test(code) || /["\\/+#]/.test(code))) return `An activation code has 1 to ${CODE_BYTES_MAX} characters of ASCII, without blanks, quotes, slashes, + and #.`;
  if (token !== undefined && (token.length > TOKEN_BYTES_MAX || !/^[A-Za-z0-9_-]+$/.test(token))) return `A token has 1 to ${TOKEN_BYTES_MAX} letters, digits, dashes and underscores; on EVRYTHNG it is the thng's id and its key, one after the other.`;
  return undefined;
}

/** What of settings a board can never live up to, or undefined: a device would hold them and not get anywhere. */
export function boardProblem({ id, runtime, constants }: Board, { cloud, consolePassword }: DeviceSettings): string | undefined {
  if (runtime === "lua" && (consolePassword ?? "") !== "") return "NodeMCU's console takes no password: leave --lock out, and keep the board's cable to yourself.";
  if (cloud === undefined || cloud.tls <= constants.tlsLevel) return undefined;
  if (constants.tlsLevel === TlsLevel.none) return `${id} has no TLS, so its device would never connect: name the cloud by an address without (mqtt://, ws:// or coap://) in a network of your own, or take another board.`;
  return `${id} checks no certificates, so its device would never connect: leave --tls verified out, or take another board.`;
}

/** Settings as the firmware takes them, beside the cloud that the device knows already. */
export function toProvision({ cloud, wifi, code, token, watch }: DeviceSettings, known: CloudAddress | undefined): Provision {
  const { host, port, tls, timeHost } = cloud ?? known ?? { host: "", port: 0, tls: TlsLevel.encryptedUnverified, timeHost: "" };
  return {
    host,
    port,
    tls,
    timeHost,
    ssid: toBytes(wifi?.ssid ?? ""),
    password: wifi?.password ?? "",
    code: code ?? "",
    token: token ?? "",
    ...(watch === undefined ? {} : { watch: { ...watch, user: toBytes(watch.user), secret: toBytes(watch.secret), app: toBytes(watch.app), thing: toBytes(watch.thing) } }),
  };
}
