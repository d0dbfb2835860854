/**
 * What the suites of the local thethings.iO cloud share: the cloud on loopback sockets, real peers as processes, and
 * plain MQTT and CoAP clients over mqtt-packet and coap-packet that show what exactly came.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate as coapBytes, parse as coapParse } from "coap-packet";
import type { Packet as CoapPacket, ParsedPacket } from "coap-packet";
import { generate, parser } from "mqtt-packet";
import type { Packet } from "mqtt-packet";
import type { CoapLimits } from "../../sim/cloud/coap/limits";
import { listenCoap } from "../../sim/cloud/coap/listen";
import type { CoapServer } from "../../sim/cloud/coap/server";
import { realHost } from "../../sim/cloud/host";
import type { Host, HostEvent } from "../../sim/cloud/host";
import type { MqttLimits } from "../../sim/cloud/mqtt/limits";
import { listenMqtt } from "../../sim/cloud/mqtt/listen";
import { createMqttServer } from "../../sim/cloud/mqtt/server";
import type { MqttServer } from "../../sim/cloud/mqtt/server";
import { thethingsCoap } from "../../sim/cloud/thethings/coap";
import { createThethings } from "../../sim/cloud/thethings/model";
import type { Thethings, ThethingsOptions } from "../../sim/cloud/thethings/model";
import { thethingsMqtt } from "../../sim/cloud/thethings/mqtt";
import { newRest } from "../../sim/cloud/thethings/rest";
import { tlsIdentity } from "../../sim/cloud/tls";
import { crossed } from "../conformance/statement";

export interface PeersCloud {
  readonly host: Host;
  /** Everything that the cloud logged. */
  readonly events: readonly HostEvent[];
  readonly model: Thethings;
  readonly mqtt: number;
  readonly mqtts: number;
  readonly coap: number;
  readonly rest: number;
  /** Path of the certificate to trust. */
  readonly ca: string;
  readonly mqttServer: MqttServer;
  readonly coapServer: CoapServer;
  close(): Promise<void>;
}

export interface PeersCloudOptions {
  readonly host?: Host & { readonly events: HostEvent[] };
  readonly model?: ThethingsOptions;
  readonly activationDelayMs?: number;
  readonly mqttLimits?: Partial<MqttLimits>;
  readonly coapLimits?: Partial<CoapLimits>;
}

/** All front ends on free ports of loopback, over one model; activation answers at once unless told otherwise. */
export async function openThethings(options: PeersCloudOptions = {}): Promise<PeersCloud> {
  const events: HostEvent[] = options.host?.events ?? [];
  const host = options.host ?? realHost((event) => void events.push(event));
  const folder = mkdtempSync(join(tmpdir(), "motet-cloud-"));
  const identity = tlsIdentity(realHost(), folder);
  const model = createThethings(host, options.model);
  const service = thethingsMqtt(host, model, { activationDelayMs: options.activationDelayMs ?? 0 });
  const mqttServer = createMqttServer(host, service, options.mqttLimits);
  const at = { address: "127.0.0.1", port: 0 };
  const plain = await listenMqtt(host, mqttServer, at);
  const secure = await listenMqtt(host, mqttServer, { ...at, tls: identity });
  const coap = await listenCoap(host, thethingsCoap(host, model), { ...at, limits: options.coapLimits ?? {} });
  const rest = newRest(model, host);
  const ports = { mqtt: plain.port, mqtts: secure.port, coap: coap.port, rest: await rest.listen("127.0.0.1", 0) };
  const close = async (): Promise<void> => {
    mqttServer.close();
    await Promise.all([plain.close(), secure.close(), coap.close(), rest.close()]);
    rmSync(folder, { recursive: true });
  };
  return { host, events, model, ...ports, ca: identity.caPath, mqttServer, coapServer: coap.server, close };
}

/** What came and was not taken yet, and who waits for more. */
export class Inbox<T> {
  private readonly items: T[] = [];
  private readonly takers: { resolve: (item: T) => void; reject: (why: Error) => void }[] = [];
  private over: Error | undefined;

  put(item: T): void {
    const taker = this.takers.shift();
    if (taker === undefined) this.items.push(item);
    else taker.resolve(item);
  }

  /** Nothing more comes: whoever waits for it fails. */
  end(why: Error): void {
    this.over = why;
    for (const taker of this.takers.splice(0)) taker.reject(why);
  }

  next(): Promise<T> {
    const item = this.items.shift();
    if (item !== undefined) return Promise.resolve(item);
    if (this.over !== undefined) return Promise.reject(this.over);
    return new Promise((resolve, reject) => this.takers.push({ resolve, reject }));
  }

  /** What came and was not taken. */
  get untaken(): readonly T[] {
    return this.items;
  }
}

/** One MQTT connection that does what it is told and nothing else. */
export interface MqttPeer {
  readonly socket: Socket;
  readonly inbox: Inbox<Packet>;
  /** Resolves when the connection has ended, however. */
  readonly closed: Promise<void>;
  send(packet: Packet): void;
  raw(bytes: Buffer): void;
  /** Sends and gives the next packet that comes. */
  ask(packet: Packet): Promise<Packet>;
}

export function mqttPeer(port: number): MqttPeer {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const inbox = new Inbox<Packet>();
  const reader = parser({ protocolVersion: 4 });
  reader.on("packet", (packet) => inbox.put(packet));
  socket.on("data", (bytes) => {
    crossed(bytes);
    reader.parse(bytes);
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const raw = (bytes: Buffer): void => void socket.write(bytes);
  const send = (packet: Packet): void => raw(generate(packet));
  const ask = (packet: Packet): Promise<Packet> => {
    send(packet);
    return inbox.next();
  };
  return { socket, inbox, closed, send, raw, ask };
}

export type ConnectOptions = Partial<Extract<Packet, { cmd: "connect" }>>;

export function connectPacket(options: ConnectOptions = {}): Packet {
  return { cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clean: true, clientId: "peer", keepalive: 0, ...options };
}

/** A peer that is connected. */
export async function connectedPeer(port: number, options: ConnectOptions = {}): Promise<MqttPeer> {
  const peer = mqttPeer(port);
  expect(await peer.ask(connectPacket(options))).toMatchObject({ cmd: "connack", returnCode: 0, sessionPresent: false });
  return peer;
}

export interface CoapPeer {
  readonly port: number;
  readonly inbox: Inbox<ParsedPacket>;
  send(bytes: Buffer): void;
  /** Sends a request and gives the next message that comes. */
  ask(method: string, path: string, more?: CoapAsk): Promise<ParsedPacket>;
  close(): Promise<void>;
}

export interface CoapAsk {
  readonly payload?: string | Buffer;
  readonly query?: readonly string[];
  readonly observe?: 0 | 1;
  readonly token?: string;
  readonly messageId?: number;
  readonly confirmable?: boolean;
  /** More options, by name or number. */
  readonly options?: NonNullable<CoapPacket["options"]>;
}

export function coapRequest(method: string, path: string, more: CoapAsk, messageId: number): Buffer {
  const segments = path === "" ? [] : path.split("/");
  const options = [
    ...segments.map((segment) => ({ name: "Uri-Path", value: Buffer.from(segment) })),
    ...(more.query ?? []).map((one) => ({ name: "Uri-Query", value: Buffer.from(one) })),
    ...(more.observe === undefined ? [] : [{ name: "Observe", value: more.observe === 0 ? Buffer.alloc(0) : Buffer.from([1]) }]),
    ...(more.options ?? []),
  ];
  const token = Buffer.from(more.token ?? "tok");
  const payload = Buffer.from(more.payload ?? "");
  return coapBytes({ code: method, confirmable: more.confirmable ?? true, messageId, token, options, payload }, 2000);
}

export async function coapPeer(port: number): Promise<CoapPeer> {
  const socket = createSocket("udp4");
  const inbox = new Inbox<ParsedPacket>();
  socket.on("message", (bytes) => {
    crossed(bytes);
    inbox.put(coapParse(bytes));
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  let messageId = 100;
  const send = (bytes: Buffer): void => socket.send(bytes, port, "127.0.0.1");
  return {
    port: socket.address().port,
    inbox,
    send,
    ask: (method, path, more = {}) => {
      messageId += 1;
      send(coapRequest(method, path, more, more.messageId ?? messageId));
      return inbox.next();
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** Waits, turn by turn of the event loop, for what a peer on a socket brings about. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** The values of an option, in order. */
export function optionsOf(message: ParsedPacket, name: string): Buffer[] {
  return message.options.filter((one) => one.name === name).map((one) => one.value);
}

/** A real peer as a process. */
export interface Peer {
  readonly process: ChildProcess;
  /** The next whole line of its standard output. */
  line(): Promise<string>;
  /** All of its standard output and error, once it has ended. */
  readonly done: Promise<{ readonly code: number | null; readonly output: string }>;
}

/**
 * Starts a real peer, its output line by line even into a pipe. Missing, it fails with the package to install: a peer is
 * never passed over.
 */
export function startPeer(command: string, toInstall: string, args: readonly string[]): Peer {
  const child = spawn("stdbuf", ["-oL", command, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const lines = new Inbox<string>();
  let output = "";
  let partial = "";
  child.stdout.on("data", (bytes: Buffer) => {
    crossed(bytes);
    output += bytes.toString();
    partial += bytes.toString();
    const parts = partial.split("\n");
    partial = parts.pop() ?? "";
    for (const part of parts) lines.put(part);
  });
  child.stderr.on("data", (bytes: Buffer) => (output += bytes.toString()));
  const done = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.once("error", () => reject(new Error("stdbuf cannot be started: install the Debian package coreutils")));
    // 127 is what stdbuf says when there is no such command.
    child.once("close", (code) => (code === 127 ? reject(new Error(`${command} is missing: install ${toInstall}`)) : resolve({ code, output })));
  });
  done.then(() => lines.end(new Error(`${command} ended: ${output}`))).catch((error: Error) => lines.end(error));
  return { process: child, line: () => lines.next(), done };
}

export const mosquittoClients = "the Debian package mosquitto-clients";
export const libcoapBinaries = "the Debian package libcoap3-bin";

export function mosquittoPub(args: readonly string[]): Peer {
  return startPeer("mosquitto_pub", mosquittoClients, args);
}

/** Subscribes, and resolves when the broker has granted it. Debug output and messages share standard output. */
export async function mosquittoSub(args: readonly string[]): Promise<Peer> {
  const peer = startPeer("mosquitto_sub", mosquittoClients, ["-d", ...args]);
  for (;;) {
    const line = await peer.line();
    if (line.includes("Subscribed (mid")) return peer;
  }
}

/** The next line that is a message, past those of mosquitto_sub's debug output. */
export async function messageLine(peer: Peer): Promise<string> {
  for (;;) {
    const line = await peer.line();
    if (line.startsWith("{") || line.startsWith("[")) return line;
  }
}
