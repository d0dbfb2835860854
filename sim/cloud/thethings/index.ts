/**
 * The whole thethings.iO emulation on real sockets: REST and socket.io (HTTP and HTTPS), MQTT (plain and TLS), CoAP, in
 * front of one model, with its state in a folder.
 *
 * Composes only. A start that fails closes what it had opened.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CoapLimits } from "../coap/limits";
import { listenCoap } from "../coap/listen";
import { realHost } from "../host";
import type { Host } from "../host";
import type { HttpLimits } from "../http/limits";
import type { MqttLimits } from "../mqtt/limits";
import { listenMqtt } from "../mqtt/listen";
import { createMqttServer } from "../mqtt/server";
import { listenTogether, openCloud } from "../opening";
import type { Listening, Opening } from "../opening";
import { tlsIdentity } from "../tls";
import type { TlsIdentity } from "../tls";
import { thethingsCoap } from "./coap";
import { createThethings } from "./model";
import type { Thethings, ThethingsOptions } from "./model";
import { thethingsMqtt } from "./mqtt";
import { newRest } from "./rest";
import { attachSocketio } from "./socketio";
import type { SocketioLimits } from "./socketio";
import type { ModelLimits } from "./types";

export interface StartOptions extends Pick<ThethingsOptions, "activationCodes" | "multiUse" | "apps"> {
  /** The address to listen on; default 127.0.0.1, so that only this machine gets in. */
  readonly host?: string;
  /** Ports; 0 or absent takes a free one. */
  readonly http?: number;
  readonly https?: number;
  readonly mqtt?: number;
  readonly mqtts?: number;
  readonly coap?: number;
  /** Where state, certificate authority and administrator's token stay; absent: nowhere, all goes at `close`. */
  readonly stateDir?: string;
  /** 0 to 10000; default 2000 (A7). */
  readonly activationDelayMs?: number;
  /** Of the routes under /admin; default: the one kept in the state folder, or a new one. */
  readonly adminToken?: string;
  /** Time, timers, randomness and the log; default: this machine's, and no log. */
  readonly machine?: Host;
  readonly limits?: {
    readonly model?: Partial<ModelLimits>;
    readonly http?: Partial<HttpLimits>;
    readonly socketio?: Partial<SocketioLimits>;
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

export interface StartedThethings {
  readonly ports: Ports;
  /** Path of the certificate that TLS clients are given to trust. */
  readonly ca: string;
  readonly adminToken: string;
  readonly model: Thethings;
  /** Stops listening, ends every connection, keeps the state. Idempotent. */
  close(): Promise<void>;
}

/** Starts the cloud. Rejects with one sentence for the user: a port in use, a folder that cannot be used. */
export function startThethings(options: StartOptions = {}): Promise<StartedThethings> {
  return openCloud(async (opening) => {
    const machine = options.machine ?? realHost();
    const { folder, journal } = opening.state("thethings", options.stateDir);
    const adminToken = options.adminToken ?? adminTokenOf(folder, machine);
    const identity = tlsIdentity(machine, folder);
    const model = createThethings(machine, {
      ...options,
      limits: options.limits?.model ?? {},
      ...(journal === undefined ? {} : { keeper: journal }),
    });
    const ports = await listenAll({ machine, options, model, identity, adminToken, opening });
    return { ports, ca: identity.caPath, adminToken, model, close: () => opening.close() };
  });
}

/** The administrator's token of this state folder, made at the first start; readable by the owner only. */
function adminTokenOf(folder: string, machine: Host): string {
  const path = join(folder, "admin-token");
  if (existsSync(path)) {
    const token = readFileSync(path, "latin1").trim();
    if (token.length >= 16) return token;
  }
  const token = machine.random(32).toString("base64url");
  writeFileSync(path, `${token}\n`, { mode: 0o600 });
  chmodSync(path, 0o600);
  return token;
}

interface Parts {
  readonly machine: Host;
  readonly options: StartOptions;
  readonly model: Thethings;
  readonly identity: TlsIdentity;
  readonly adminToken: string;
  readonly opening: Opening;
}

async function listenAll(parts: Parts): Promise<Ports> {
  const { machine, model, options, identity, opening } = parts;
  const tls = { key: identity.key, cert: identity.cert };
  const mqtt = createMqttServer(machine, thethingsMqtt(machine, model, delayOf(options)), options.limits?.mqtt);
  opening.onClose(() => mqtt.close());
  return {
    http: await opening.bind(options, "http", (address, port) => listenHttp(parts, address, port, undefined)),
    https: await opening.bind(options, "https", (address, port) => listenHttp(parts, address, port, tls)),
    mqtt: await opening.bind(options, "mqtt", (address, port) => listenMqtt(machine, mqtt, { address, port })),
    mqtts: await opening.bind(options, "mqtts", (address, port) => listenMqtt(machine, mqtt, { address, port, tls })),
    coap: await opening.bind(options, "coap", (address, port) =>
      listenCoap(machine, thethingsCoap(machine, model), { address, port, limits: options.limits?.coap ?? {} }),
    ),
  };
}

function delayOf(options: StartOptions): { activationDelayMs?: number } {
  return options.activationDelayMs === undefined ? {} : { activationDelayMs: options.activationDelayMs };
}

/** REST and socket.io on one port. */
function listenHttp(parts: Parts, address: string, port: number, tls: { key: string; cert: string } | undefined): Promise<Listening> {
  const { machine, model, options, adminToken } = parts;
  const http = newRest(model, machine, {
    adminToken,
    ...(tls === undefined ? {} : { tls }),
    ...(options.limits?.http === undefined ? {} : { limits: options.limits.http }),
  });
  return listenTogether(http, attachSocketio(model, machine, http, options.limits?.socketio), address, port);
}
