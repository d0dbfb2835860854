/**
 * The whole ThingsBoard emulation on real sockets: REST and WebSocket (HTTP and HTTPS), MQTT (plain and TLS), CoAP, in
 * front of one model, with its state in a folder.
 *
 * Composes only. A start that fails closes what it had opened.
 */
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
export function startThingsboard(options: StartOptions = {}): Promise<StartedThingsboard> {
  return openCloud(async (opening) => {
    const machine = options.machine ?? realHost();
    const { folder, journal } = opening.state("thingsboard", options.stateDir);
    const identity = tlsIdentity(machine, folder);
    const model = createThingsboard(machine, { ...options, limits: options.limits?.model ?? {}, ...(journal === undefined ? {} : { keeper: journal }) });
    opening.onClose(() => model.close());
    const ports = await listenAll({ machine, options, model, identity, census: new Map(), opening });
    return { ports, ca: identity.caPath, model, close: () => opening.close() };
  });
}

interface Parts {
  readonly machine: Host;
  readonly options: StartOptions;
  readonly model: Thingsboard;
  readonly identity: TlsIdentity;
  readonly census: Census;
  readonly opening: Opening;
}

async function listenAll(parts: Parts): Promise<Ports> {
  const { machine, model, options, identity, opening } = parts;
  const tls = { key: identity.key, cert: identity.cert };
  const mqtt = createMqttServer(machine, thingsboardMqtt(machine, model), { packetBytesMax: mqttPacketBytesMax, ...options.limits?.mqtt });
  opening.onClose(() => mqtt.close());
  return {
    http: await opening.bind(options, "http", (address, port) => listenHttp(parts, address, port, undefined)),
    https: await opening.bind(options, "https", (address, port) => listenHttp(parts, address, port, tls)),
    mqtt: await opening.bind(options, "mqtt", (address, port) => listenMqtt(machine, mqtt, { address, port })),
    mqtts: await opening.bind(options, "mqtts", (address, port) => listenMqtt(machine, mqtt, { address, port, tls })),
    coap: await opening.bind(options, "coap", (address, port) =>
      listenCoap(machine, thingsboardCoap(machine, model), { address, port, limits: { piggybackMs, ...options.limits?.coap } }),
    ),
  };
}

/** REST and the WebSocket API on one port. */
function listenHttp(parts: Parts, address: string, port: number, tls: { key: string; cert: string } | undefined): Promise<Listening> {
  const { machine, model, options, census } = parts;
  const http = newRest(model, machine, { ...(tls === undefined ? {} : { tls }), ...(options.limits?.http === undefined ? {} : { limits: options.limits.http }) });
  return listenTogether(http, attachApi(model, http, census, options.ws), address, port);
}
