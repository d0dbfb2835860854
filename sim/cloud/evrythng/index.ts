/**
 * The whole EVRYTHNG emulation on real sockets: REST and WebSockets (HTTP and HTTPS), MQTT (plain and TLS), in front of one
 * model, with its state in a folder.
 *
 * Composes only. A start that fails closes what it had opened.
 */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realHost } from "../host";
import type { Host } from "../host";
import type { HttpLimits } from "../http/limits";
import type { MqttLimits } from "../mqtt/limits";
import { listenMqtt } from "../mqtt/listen";
import { createMqttServer } from "../mqtt/server";
import type { MqttServer } from "../mqtt/server";
import { listenTogether, openCloud } from "../opening";
import type { Listening, Opening } from "../opening";
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
export function startEvrythng(options: StartOptions = {}): Promise<StartedEvrythng> {
  return openCloud(async (opening) => {
    const machine = options.machine ?? realHost();
    const { folder, journal } = opening.state("evrythng", options.stateDir);
    const identity = tlsIdentity(machine, folder);
    const model = createEvrythng(machine, { limits: options.limits?.model ?? {}, ...(journal === undefined ? {} : { keeper: journal }) });
    const operatorKey = keepOperatorKey(model, folder);
    const broker: Broker = { host: machine, model, options: options.broker ?? {} };
    const ports = await listenAll({ options, broker, tls: { key: identity.key, cert: identity.cert }, opening });
    return { ports, ca: identity.caPath, operatorKey, model, close: () => opening.close() };
  });
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
  readonly opening: Opening;
}

async function listenAll(parts: Parts): Promise<Ports> {
  const { options, broker, tls, opening } = parts;
  const { host } = broker;
  const mqtt = createMqttServer(host, evrythngMqtt(broker), options.limits?.mqtt);
  opening.onClose(() => mqtt.close());
  return {
    http: await opening.bind(options, "http", (address, port) => listenHttp(parts, mqtt, address, port, undefined)),
    https: await opening.bind(options, "https", (address, port) => listenHttp(parts, mqtt, address, port, tls)),
    mqtt: await opening.bind(options, "mqtt", (address, port) => listenMqtt(host, mqtt, { address, port })),
    mqtts: await opening.bind(options, "mqtts", (address, port) => listenMqtt(host, mqtt, { address, port, tls })),
  };
}

/** REST, native WebSockets and MQTT over WebSockets on one port. */
function listenHttp(parts: Parts, mqtt: MqttServer, address: string, port: number, tls: Parts["tls"] | undefined): Promise<Listening> {
  const { options, broker } = parts;
  const http = newRest(broker.model, broker.host, {
    ...(tls === undefined ? {} : { tls }),
    ...(options.limits?.http === undefined ? {} : { limits: options.limits.http }),
  });
  const limits = { messageBytesMax, ...options.limits?.webSocket };
  return listenTogether(http, attachWebSockets(broker.host, http.app.server, evrythngWebSockets(broker, mqtt), limits), address, port);
}
