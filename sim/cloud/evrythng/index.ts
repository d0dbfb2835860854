/**
 * The whole EVRYTHNG emulation on real sockets: REST and WebSockets (HTTP and HTTPS), MQTT (plain and TLS), in front of one
 * model, with its state in a folder.
 *
 * Composes only. A start that fails closes what it had opened.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realHost } from "../host";
import type { Host } from "../host";
import type { HttpLimits } from "../http/limits";
import { portError } from "../http/ports";
import { openJournal } from "../journal";
import type { Journal } from "../journal";
import type { MqttLimits } from "../mqtt/limits";
import { listenMqtt } from "../mqtt/listen";
import { createMqttServer } from "../mqtt/server";
import type { MqttServer } from "../mqtt/server";
import { tlsIdentity } from "../tls";
import type { WebSocketLimits } from "../websocket/limits";
import { attachWebSockets } from "../websocket/server";
import { createEvrythng } from "./model";
import type { Evrythng } from "./model";
import { evrythngMqtt } from "./mqtt";
import { newRest } from "./rest";
import type { Broker, BrokerOptions } from "./topics";
import type { ModelLimits } from "./types";
import { evrythngWebSockets } from "./websocket";

export interface StartOptions {
  /** The address to listen on; default 127.0.0.1, so that only this machine gets in. */
  readonly host?: string;
  /** Ports; 0 or absent takes a free one. REST and WebSockets share theirs. */
  readonly http?: number;
  readonly https?: number;
  readonly mqtt?: number;
  readonly mqtts?: number;
  /** Where state, certificate authority and operator's key stay; absent: nowhere, all goes at `close`. */
  readonly stateDir?: string;
  readonly broker?: BrokerOptions;
  /** Time, timers, randomness and the log; default: this machine's, and no log. */
  readonly machine?: Host;
  readonly limits?: {
    readonly model?: Partial<ModelLimits>;
    readonly http?: Partial<HttpLimits>;
    readonly webSocket?: Partial<WebSocketLimits>;
    readonly mqtt?: Partial<MqttLimits>;
  };
}

export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly mqtt: number;
  readonly mqtts: number;
}

export interface StartedEvrythng {
  readonly ports: Ports;
  /** Path of the certificate that TLS clients are given to trust. */
  readonly ca: string;
  /** Path of a file with the key of the first account's operator, readable by its owner only. */
  readonly operatorKey: string;
  readonly model: Evrythng;
  /** Stops listening, ends every connection, keeps the state. Idempotent. */
  close(): Promise<void>;
}

/** A frame may hold a whole MQTT packet of the largest size, and the beginning of the next. */
const messageBytesMax = 131072;

/** Starts the cloud. Rejects with one sentence for the user: a port in use, a folder that cannot be used. */
export async function startEvrythng(options: StartOptions = {}): Promise<StartedEvrythng> {
  const closers: (() => unknown)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll(closers));
  try {
    const machine = options.machine ?? realHost();
    const { folder, journal } = openState(options, closers);
    const identity = tlsIdentity(machine, folder);
    const model = createEvrythng(machine, { limits: options.limits?.model ?? {}, ...(journal === undefined ? {} : { keeper: journal }) });
    const operatorKey = keepOperatorKey(model, folder);
    const broker: Broker = { host: machine, model, options: options.broker ?? {} };
    const ports = await listenAll({ options, broker, tls: { key: identity.key, cert: identity.cert }, closers });
    return { ports, ca: identity.caPath, operatorKey, model, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Last opened, first closed. */
async function closeAll(closers: readonly (() => unknown)[]): Promise<void> {
  for (const one of [...closers].reverse()) await one();
}

function openState(options: StartOptions, closers: (() => unknown)[]): { folder: string; journal: Journal | undefined } {
  if (options.stateDir !== undefined) {
    const journal = openJournal({ folder: options.stateDir, name: "evrythng" });
    closers.push(() => journal.close());
    return { folder: options.stateDir, journal };
  }
  const folder = mkdtempSync(join(tmpdir(), "evrythng-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, journal: undefined };
}

/** Writes down the first operator's key, which is made at the first start: the path. */
function keepOperatorKey(model: Evrythng, folder: string): string {
  const key = model.operatorKeys()[0] ?? model.createAccount().operatorKey;
  const path = join(folder, "operator-key");
  writeFileSync(path, `${key}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return path;
}

interface Parts {
  readonly options: StartOptions;
  readonly broker: Broker;
  readonly tls: { readonly key: string; readonly cert: string };
  readonly closers: (() => unknown)[];
}

async function listenAll(parts: Parts): Promise<Ports> {
  const { options, broker, tls } = parts;
  const { host } = broker;
  const mqtt = createMqttServer(host, evrythngMqtt(broker), options.limits?.mqtt);
  parts.closers.push(() => mqtt.close());
  return {
    http: await bind(parts, "http", (address, port) => listenHttp(parts, mqtt, address, port, undefined)),
    https: await bind(parts, "https", (address, port) => listenHttp(parts, mqtt, address, port, tls)),
    mqtt: await bind(parts, "mqtt", (address, port) => listenMqtt(host, mqtt, { address, port })),
    mqtts: await bind(parts, "mqtts", (address, port) => listenMqtt(host, mqtt, { address, port, tls })),
  };
}

interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** REST, native WebSockets and MQTT over WebSockets on one port. */
async function listenHttp(parts: Parts, mqtt: MqttServer, address: string, port: number, tls: Parts["tls"] | undefined): Promise<Listening> {
  const { options, broker } = parts;
  const http = newRest(broker.model, broker.host, {
    ...(tls === undefined ? {} : { tls }),
    ...(options.limits?.http === undefined ? {} : { limits: options.limits.http }),
  });
  const limits = { messageBytesMax, ...options.limits?.webSocket };
  const sockets = attachWebSockets(broker.host, http.app.server, evrythngWebSockets(broker, mqtt), limits);
  const close = async (): Promise<void> => {
    sockets.close();
    await http.close();
  };
  try {
    return { port: await http.listen(address, port), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens one listener, or says which port could not be had and what to do. */
async function bind(parts: Parts, option: keyof Ports, listen: (address: string, port: number) => Promise<Listening>): Promise<number> {
  const address = parts.options.host ?? "127.0.0.1";
  const asked = parts.options[option] ?? 0;
  try {
    const listening = await listen(address, asked);
    parts.closers.push(() => listening.close());
    return listening.port;
  } catch (error) {
    throw portError(error, option, address, asked);
  }
}
