/**
 * What the suites of the local EVRYTHNG cloud share: the cloud on loopback sockets, two tenants with things in them, and
 * plain clients on each transport that show what exactly came.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { realHost } from "../../sim/cloud/host";
import type { Host, HostEvent } from "../../sim/cloud/host";
import type { HttpLimits } from "../../sim/cloud/http/limits";
import type { MqttLimits } from "../../sim/cloud/mqtt/limits";
import { listenMqtt } from "../../sim/cloud/mqtt/listen";
import { createMqttServer } from "../../sim/cloud/mqtt/server";
import type { MqttService } from "../../sim/cloud/mqtt/service";
import { tlsIdentity } from "../../sim/cloud/tls";
import { createEvrythng } from "../../sim/cloud/evrythng/model";
import type { Evrythng, EvrythngOptions } from "../../sim/cloud/evrythng/model";
import { evrythngMqtt } from "../../sim/cloud/evrythng/mqtt";
import { parseAddress } from "../../sim/cloud/evrythng/resource";
import { newRest } from "../../sim/cloud/evrythng/rest";
import type { Broker, BrokerOptions } from "../../sim/cloud/evrythng/topics";
import { evrythngWebSockets } from "../../sim/cloud/evrythng/websocket";
import type { WebSocketLimits } from "../../sim/cloud/websocket/limits";
import { attachWebSockets } from "../../sim/cloud/websocket/server";
import { crossed } from "../conformance/statement";
import { call } from "../conformance/thethings-peer";
import type { Answer } from "../conformance/thethings-peer";
import { Inbox, connectedPeer, until } from "./cloud-peers";
import type { ConnectOptions, MqttPeer } from "./cloud-peers";

export interface CloudOptions {
  readonly host?: Host & { readonly events: HostEvent[] };
  readonly model?: EvrythngOptions;
  readonly broker?: BrokerOptions;
  readonly mqttLimits?: Partial<MqttLimits>;
  readonly webSocketLimits?: Partial<WebSocketLimits>;
  readonly httpLimits?: Partial<HttpLimits>;
  /** What stands in place of the model, or of the MQTT front end. */
  readonly wrapModel?: (model: Evrythng) => Evrythng;
  readonly wrapMqtt?: (service: MqttService) => MqttService;
}

export interface EvrythngCloud {
  readonly host: Host;
  readonly events: readonly HostEvent[];
  readonly model: Evrythng;
  /** REST and WebSockets, plain and under TLS. */
  readonly http: number;
  readonly https: number;
  readonly mqtt: number;
  readonly mqtts: number;
  /** Path of the certificate to trust. */
  readonly ca: string;
  close(): Promise<void>;
}

/** All front ends on free ports of loopback, over one model. */
export async function openEvrythng(options: CloudOptions = {}): Promise<EvrythngCloud> {
  const events: HostEvent[] = options.host?.events ?? [];
  const host = options.host ?? realHost((event) => void events.push(event));
  const folder = mkdtempSync(join(tmpdir(), "motet-evrythng-"));
  const identity = tlsIdentity(realHost(), folder);
  const made = createEvrythng(host, options.model);
  const model = options.wrapModel?.(made) ?? made;
  const broker: Broker = { host, model, options: options.broker ?? {} };
  const service = evrythngMqtt(broker);
  const server = createMqttServer(host, options.wrapMqtt?.(service) ?? service, options.mqttLimits);
  const at = { address: "127.0.0.1", port: 0 };
  const plain = await listenMqtt(host, server, at);
  const secure = await listenMqtt(host, server, { ...at, tls: identity });
  const web = [undefined, identity].map((tls) => {
    const http = newRest(model, host, { ...(tls === undefined ? {} : { tls }), limits: options.httpLimits ?? {} });
    const sockets = attachWebSockets(host, http.app.server, evrythngWebSockets(broker, server), options.webSocketLimits);
    return { http, sockets };
  });
  const [http, https] = await Promise.all(web.map((one) => one.http.listen("127.0.0.1", 0)));
  const close = async (): Promise<void> => {
    server.close();
    for (const { sockets } of web) sockets.close();
    await Promise.all([plain.close(), secure.close(), ...web.map((one) => one.http.close())]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { host, events, model, http: http as number, https: https as number, mqtt: plain.port, mqtts: secure.port, ca: identity.caPath, close };
}

/** The cloud of the test that runs. */
export let cloud: EvrythngCloud;
/** What the test leaves to be closed after it, last opened first. */
export let closers: (() => unknown)[] = [];

export async function open(options: CloudOptions = {}): Promise<EvrythngCloud> {
  const opened = await openEvrythng(options);
  closers.push(() => opened.close());
  return (cloud = opened);
}

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

/** One tenant: an account with one of each. */
export interface Tenant {
  readonly account: string;
  readonly operator: string;
  readonly project: string;
  readonly app: string;
  readonly trusted: string;
  readonly user: string;
  readonly product: string;
  readonly thng: string;
  readonly device: string;
  readonly collection: string;
  readonly batch: string;
}

/** Does as an operator what REST would; the id of what was made. */
export function make(model: Evrythng, key: string, verb: "create" | "update" | "read" | "remove", path: string, body?: unknown): Record<string, unknown> & { id: string } {
  const access = model.authenticate(key);
  const address = parseAddress(path);
  if (access === undefined || address === undefined) throw new Error(`cannot ${verb} ${path}`);
  const result = model.perform(access, verb, address, body);
  if (!result.ok) throw new Error(`${verb} ${path}: ${result.message}`);
  return { ...(result.body as object), id: result.id ?? "" };
}

/** A tenant with one of each; everything but the account is in its project. */
export function tenant(model: Evrythng): Tenant {
  const { account, operatorKey: operator } = model.createAccount();
  const create = (path: string, body: unknown) => make(model, operator, "create", path, body);
  const project = create("/projects", { name: "project" }).id;
  const appMade = create(`/projects/${project}/applications`, { name: "app" });
  const app = String(appMade["appApiKey"]);
  const trusted = String(make(model, operator, "read", `/projects/${project}/applications/${appMade.id}/secretKey`)["secretApiKey"]);
  const user = String(make(model, app, "create", "/auth/evrythng/users?anonymous=true", {})["evrythngApiKey"]);
  const inProject = `?project=${project}`;
  const product = create(`/products${inProject}`, { name: "product" }).id;
  const thng = create(`/thngs${inProject}`, { name: "thng", product }).id;
  const device = String(create("/auth/evrythng/thngs", { thngId: thng })["thngApiKey"]);
  const collection = create(`/collections${inProject}`, { name: "collection" }).id;
  const batch = create(`/batches${inProject}`, { name: "batch" }).id;
  create(`/actions${inProject}`, { name: "_go" });
  return { account, operator, project, app, trusted, user, product, thng, device, collection, batch };
}

/** A plain MQTT client, connected with a key. */
export async function peer(key: string | undefined, clientId = "peer", more: ConnectOptions = {}): Promise<MqttPeer> {
  const credentials = key === undefined ? {} : { username: "authorization", password: Buffer.from(key) };
  const made = await connectedPeer(cloud.mqtt, { clientId, ...credentials, ...more });
  closers.push(() => made.socket.destroy());
  return made;
}

export async function subscribe(of: MqttPeer, topic: string, qos: 0 | 1 = 0): Promise<void> {
  const answer = await of.ask({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic, qos }] });
  expect(answer).toMatchObject({ cmd: "suback", messageId: 1, granted: [qos] });
}

/** Publishes at QoS 1; true when it was acknowledged, false when the connection was closed. Other packets stay where they are. */
export async function publish(of: MqttPeer, topic: string, body: unknown, text = JSON.stringify(body)): Promise<boolean> {
  const before = of.inbox.untaken.filter((packet) => packet.cmd === "puback").length;
  let closed = false;
  void of.closed.then(() => (closed = true));
  of.send({ cmd: "publish", topic, payload: text, qos: 1, messageId: 7, dup: false, retain: false });
  await until(() => closed || of.inbox.untaken.filter((packet) => packet.cmd === "puback").length > before);
  return !closed;
}

/** The next message: its topic and its payload as JSON, undefined for an empty one. */
export async function message(of: MqttPeer): Promise<{ topic: string; json: unknown; qos: number }> {
  for (;;) {
    const packet = await of.inbox.next();
    if (packet.cmd !== "publish") continue;
    const text = String(packet.payload);
    expect(packet.retain).toBe(false);
    return { topic: packet.topic, json: text === "" ? undefined : (JSON.parse(text) as unknown), qos: packet.qos };
  }
}

/** Has everything arrived that was on its way, and was it nothing? A ping comes back after it. */
export async function silent(of: MqttPeer): Promise<void> {
  of.send({ cmd: "pingreq" });
  for (;;) {
    const packet = await of.inbox.next();
    if (packet.cmd === "pingresp") return;
    if (packet.cmd !== "puback") throw new Error(`unexpected ${packet.cmd}${packet.cmd === "publish" ? ` on ${packet.topic}` : ""}`);
  }
}

/** One request to REST. */
export function rest(method: string, path: string, key?: string, body?: unknown): Promise<Answer> {
  const headers = { ...(body === undefined ? {} : { "content-type": "application/json" }), ...(key === undefined ? {} : { authorization: key }) };
  return call(cloud.http, path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

export interface NativeSocket {
  readonly socket: WebSocket;
  readonly inbox: Inbox<string>;
  send(body: unknown): void;
}

/** A native WebSocket on a topic, open; rejects as `ws` does. */
export async function native(topic: string, key?: string): Promise<NativeSocket> {
  const headers = key === undefined ? {} : { authorization: key };
  const socket = new WebSocket(`ws://127.0.0.1:${cloud.http}${topic}`, { headers });
  closers.push(() => socket.terminate());
  const inbox = new Inbox<string>();
  socket.on("message", (data: Buffer) => {
    crossed(data);
    inbox.put(data.toString());
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
  });
  return { socket, inbox, send: (body) => socket.send(JSON.stringify(body)) };
}

/** Has everything come back that was on its way to a native socket? A pong comes after it. */
export async function quiet(of: NativeSocket): Promise<void> {
  const pong = new Promise((resolve) => of.socket.once("pong", resolve));
  of.socket.ping();
  await pong;
  expect(of.inbox.untaken).toEqual([]);
}
