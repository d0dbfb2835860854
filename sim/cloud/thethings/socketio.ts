/**
 * The socket.io front end: realtime values for apps, on namespace `/v2` (section 6.4; A10, A22, A23).
 *
 * It only subscribes: no event writes [SIO-5]. Answers are events of the request's own name, and go through the ack
 * callback as well where the client passed one. All state is of one connection.
 */
import { Server } from "socket.io";
import type { Socket } from "socket.io";
import type { Host } from "../host";
import { newBudgets } from "../http/budget";
import type { HttpServer } from "../http/server";
import { ignoreOtherUpgrades } from "../http/upgrade";
import type { UserId } from "./apps";
import type { Thethings } from "./model";
import { refuse } from "./types";
import type { Listener, Result } from "./types";
import { isRecord } from "./values";

/** What the socket.io server accepts at most. Each limit is tested at its value and one above. */
export interface SocketioLimits {
  /** Clients at once; one more is refused at its handshake. */
  readonly clientsMax: number;
  /** Bytes of one message of a client; a longer one ends its connection. */
  readonly messageBytesMax: number;
  /** Topics that one socket subscribes; one more is answered with an error. */
  readonly subscriptionsMax: number;
  /** Events of one socket in a row, and a second; one more ends its connection. */
  readonly eventsBurst: number;
  readonly eventsPerSec: number;
  /** Refused session tokens of one socket; one more ends its connection. */
  readonly refusalsMax: number;
  /** Packets that wait for a client; beyond, it is disconnected. */
  readonly unreadPacketsMax: number;
  /** How often a client is pinged, how long its answer may take, and how long it may take to join the namespace. */
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly joinMs: number;
}

export const socketioLimits: SocketioLimits = {
  clientsMax: 1000,
  messageBytesMax: 16384,
  subscriptionsMax: 100,
  eventsBurst: 200,
  eventsPerSec: 50,
  refusalsMax: 10,
  unreadPacketsMax: 1000,
  pingIntervalMs: 25000,
  pingTimeoutMs: 20000,
  joinMs: 10000,
};

export interface SocketioServer {
  /** Disconnects every client. The HTTP server is its owner's to close. */
  close(): void;
}

interface Client {
  readonly model: Thethings;
  readonly limits: SocketioLimits;
  readonly socket: Socket;
  user: UserId | undefined;
  refusals: number;
  /** Topics to the ways to leave them. */
  readonly topics: Map<string, () => void>;
}

/** Serves socket.io on an HTTP server, which must not listen yet. */
export function attachSocketio(model: Thethings, host: Host, http: HttpServer, options: Partial<SocketioLimits> = {}): SocketioServer {
  const limits = { ...socketioLimits, ...options };
  const io = new Server({
    allowEIO3: true,
    cors: { origin: "*" },
    serveClient: false,
    maxHttpBufferSize: limits.messageBytesMax,
    pingInterval: limits.pingIntervalMs,
    pingTimeout: limits.pingTimeoutMs,
    connectTimeout: limits.joinMs,
    allowRequest: (_request, answer) => answer(null, io.engine.clientsCount < limits.clientsMax),
  });
  io.attach(http.app.server);
  const stopIgnoring = ignoreOtherUpgrades(http.app.server);
  io.of("/v2").on("connection", (socket) => serve({ model, limits, socket, user: undefined, refusals: 0, topics: new Map() }, host));
  return {
    close: () => {
      stopIgnoring();
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

function serve(client: Client, host: Host): void {
  const { socket, limits } = client;
  const events = newBudgets(host.now, limits.eventsBurst, limits.eventsPerSec, 1);
  socket.use((_event, next) => {
    if (events.take("")) next();
    else socket.disconnect(true);
  });
  socket.on("authenticate", (data: unknown, ack: unknown) => answer(client, "authenticate", authenticate(client, data), ack));
  socket.on("subscribe", (data: unknown, ack: unknown) => answer(client, "subscribe", subscribe(client, topicOf(data)), ack));
  socket.on("unsubscribe", (data: unknown, ack: unknown) => answer(client, "unsubscribe", unsubscribe(client, topicOf(data)), ack));
  socket.on("disconnect", () => leaveAll(client));
}

function answer(client: Client, event: string, body: object, ack: unknown): void {
  client.socket.emit(event, body);
  if (typeof ack === "function") ack(body);
  if (client.refusals > client.limits.refusalsMax) client.socket.disconnect(true);
}

/** `{sessionToken}`. Whoever was authenticated before is not any more, whatever the outcome. */
function authenticate(client: Client, data: unknown): object {
  leaveAll(client);
  client.user = client.model.apps.session(isRecord(data) ? data["sessionToken"] : undefined);
  if (client.user !== undefined) return { status: "success" };
  client.refusals += 1;
  return { status: "error", message: "Invalid session token" };
}

function topicOf(data: unknown): unknown {
  return isRecord(data) ? data["resource"] : undefined;
}

function subscribe(client: Client, topic: unknown): object {
  if (client.user === undefined) return { status: "error", message: "Not authenticated" };
  if (typeof topic !== "string") return { status: "error", message: "resource is missing" };
  const success = { status: "success", message: "subscribed", resource: topic };
  if (client.topics.has(topic)) return success;
  if (client.topics.size >= client.limits.subscriptionsMax) {
    return { status: "error", message: `More than ${client.limits.subscriptionsMax} subscriptions` };
  }
  const watched = watch(client, client.user, topic, (elements) => {
    const { socket } = client;
    // Declared private there, and the only measure of what waits for a client.
    if ((socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length > client.limits.unreadPacketsMax) socket.disconnect(true);
    else socket.emit(topic, elements);
  });
  if (!watched.ok) return { status: "error", message: watched.message };
  client.topics.set(topic, watched.unwatch);
  return success;
}

/** `/me/resources/{resource}` or `/things/{thingToken}` [SIO-10, SIO-11]. */
function watch(client: Client, user: UserId, topic: string, listener: Listener): Result<{ unwatch: () => void }> {
  const [, kind, name] = /^\/(me\/resources|things)\/([^/]+)$/.exec(topic) ?? [];
  if (kind === undefined || name === undefined) return refuse("notFound", "Unknown topic");
  const { apps } = client.model;
  return kind === "things" ? apps.watchThing(user, name, listener) : apps.watch(user, name, listener);
}

function unsubscribe(client: Client, topic: unknown): object {
  const leave = typeof topic === "string" ? client.topics.get(topic) : undefined;
  if (leave === undefined) return { status: "error", message: "Not subscribed" };
  leave();
  client.topics.delete(topic as string);
  return { status: "success", message: "unsubscribed", resource: topic };
}

function leaveAll(client: Client): void {
  for (const leave of client.topics.values()) leave();
  client.topics.clear();
}
