/**
 * The whole ThingsBoard emulation on real sockets: REST and WebSocket (HTTP and HTTPS), MQTT (plain and TLS), CoAP, in
 * front of one model, with its state in a folder.
 *
 * Composes only. A start that fails closes what it had opened.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CoapLimits } from "../coap/limits";
import { listenCoap } from "../coap/listen";
import { realHost } from "../host";
import type { Host } from "../host";
import type { HttpLimits } from "../http/limits";
import { portError } from "../http/ports";
import { openJournal } from "../journal";
import type { Journal } from "../journal";
import type { MqttLimits } from "../mqtt/limits";
import { listenMqtt } from "../mqtt/listen";
import { createMqttServer } from "../mqtt/server";
import { tlsIdentity } from "../tls";
import type { TlsIdentity } from "../tls";
import { thingsboardCoap } from "./coap";
import { createThingsboard } from "./model";
import type { Thingsboard, ThingsboardOptions } from "./model";
import { thingsboardMqtt } from "./mqtt";
import { newRest } from "./rest";
import type { ModelLimits } from "./types";
import { attachApi } from "./ws/attach";
import type { Census, WsOptions } from "./ws/attach";

export interface StartOptions extends Pick<ThingsboardOptions, "users" | "profiles" | "answerDevice"> {
  /** The address to listen on; default 127.0.0.1, so that only this machine gets in. */
  readonly host?: string;
  /** Ports; 0 or absent takes a free one. */
  readonly http?: number;
  readonly https?: number;
  readonly mqtt?: number;
  readonly mqtts?: number;
  readonly coap?: number;
  /** Where state and certificate authority stay; absent: nowhere, all goes at `close`. */
  readonly stateDir?: string;
  /** Time, timers, randomness and the log; default: this machine's, and no log. */
  readonly machine?: Host;
  readonly ws?: WsOptions;
  readonly limits?: {
    readonly model?: Partial<ModelLimits>;
    readonly http?: Partial<HttpLimits>;
    readonly mqtt?: Partial<MqttLimits>;
    readonly coap?: Partial<CoapLimits>;
  };
}

export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly mqtt: number;
  readonly mqtts: number;
  readonly coap: number;
}

export interface StartedThingsboard {
  readonly ports: Ports;
  /** Path of the certificate that TLS clients are given to trust. */
  readonly ca: string;
  readonly model: Thingsboard;
  /** Stops listening, ends every connection, keeps the state. Idempotent. */
  close(): Promise<void>;
}

/** A payload of 65536 bytes, its topic and its header. */
const mqttPacketBytesMax = 65536 + 1024 + 4;
/** Until a CoAP request gets its empty acknowledgement. */
const piggybackMs = 500;

/** Starts the cloud. Rejects with one sentence for the user: a port in use, a folder that cannot be used. */
export async function startThingsboard(options: StartOptions = {}): Promise<StartedThingsboard> {
  const closers: (() => unknown)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll(closers));
  try {
    const machine = options.machine ?? realHost();
    const { folder, journal } = openState(options, closers);
    const identity = tlsIdentity(machine, folder);
    const model = createThingsboard(machine, { ...options, limits: options.limits?.model ?? {}, ...(journal === undefined ? {} : { keeper: journal }) });
    closers.push(() => model.close());
    const ports = await listenAll({ machine, options, model, identity, census: new Map(), closers });
    return { ports, ca: identity.caPath, model, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Last opened, first closed. */
async function closeAll(closers: readonly (() => unknown)[]): Promise<void> {
  for (const one of [...closers].reverse()) await one();
}

function openState({ stateDir }: StartOptions, closers: (() => unknown)[]): { folder: string; journal: Journal | undefined } {
  if (stateDir !== undefined) {
    const journal = openJournal({ folder: stateDir, name: "thingsboard" });
    closers.push(() => journal.close());
    return { folder: stateDir, journal };
  }
  const folder = mkdtempSync(join(tmpdir(), "thingsboard-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, journal: undefined };
}

interface Parts {
  readonly machine: Host;
  readonly options: StartOptions;
  readonly model: Thingsboard;
  readonly identity: TlsIdentity;
  readonly census: Census;
  readonly closers: (() => unknown)[];
}

async function listenAll(parts: Parts): Promise<Ports> {
  const { machine, model, options, identity } = parts;
  const tls = { key: identity.key, cert: identity.cert };
  const mqtt = createMqttServer(machine, thingsboardMqtt(machine, model), { packetBytesMax: mqttPacketBytesMax, ...options.limits?.mqtt });
  parts.closers.push(() => mqtt.close());
  return {
    http: await listenHttp(parts, "http", undefined),
    https: await listenHttp(parts, "https", tls),
    mqtt: await bind(parts, "mqtt", (address, port) => listenMqtt(machine, mqtt, { address, port })),
    mqtts: await bind(parts, "mqtts", (address, port) => listenMqtt(machine, mqtt, { address, port, tls })),
    coap: await bind(parts, "coap", (address, port) =>
      listenCoap(machine, thingsboardCoap(machine, model), { address, port, limits: { piggybackMs, ...options.limits?.coap } }),
    ),
  };
}

/** REST and the WebSocket API on one port. */
function listenHttp(parts: Parts, option: "http" | "https", tls: { key: string; cert: string } | undefined): Promise<number> {
  const { machine, model, options, census } = parts;
  return bind(parts, option, async (address, port) => {
    const http = newRest(model, machine, { ...(tls === undefined ? {} : { tls }), ...(options.limits?.http === undefined ? {} : { limits: options.limits.http }) });
    const sockets = attachApi(model, http, census, options.ws);
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
  });
}

/** Opens one listener, or says which port could not be had and what to do. */
async function bind(parts: Parts, option: keyof Ports, listen: (address: string, port: number) => Promise<{ port: number; close: () => Promise<void> }>): Promise<number> {
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
