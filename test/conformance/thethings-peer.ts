/**
 * What the thethings.iO suites share: a host whose time is moved by hand, a REST client that keeps bytes as they came,
 * a reader of chunked streams, and a face over both generations of socket.io clients.
 *
 * Peers are real (node:http, socket.io-client 2 and 4); nothing here knows what the emulation should answer.
 */
import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { request as requestTls } from "node:https";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { io } from "socket.io-client";
import ioOld from "socket.io-client-2";
import type { Host, HostEvent } from "../../sim/cloud/host";
import type { HttpServer } from "../../sim/cloud/http/server";
import { createThethings } from "../../sim/cloud/thethings/model";
import type { Thethings, ThethingsOptions } from "../../sim/cloud/thethings/model";
import { newRest } from "../../sim/cloud/thethings/rest";
import type { RestOptions } from "../../sim/cloud/thethings/rest";
import { attachSocketio } from "../../sim/cloud/thethings/socketio";
import type { SocketioLimits } from "../../sim/cloud/thethings/socketio";
import { generator } from "../support/budget";
import { crossed } from "./statement";

/** Where the suites' time begins. */
export const dawn = Date.UTC(2026, 0, 1);

export interface ManualHost extends Host {
  readonly events: HostEvent[];
  /** Moves time on, running what falls due, in order. */
  advance(ms: number): void;
  /** Timers that wait. */
  timers(): number;
}

export function manualHost(seed = 1): ManualHost {
  const draw = generator(seed);
  const events: HostEvent[] = [];
  const waiting = new Set<{ at: number; run: () => void }>();
  let now = dawn;
  return {
    events,
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      waiting.add(timer);
      return () => void waiting.delete(timer);
    },
    random: (count) => Buffer.from(Array.from({ length: count }, () => draw(256))),
    log: (event) => void events.push(event),
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        const due = [...waiting].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        waiting.delete(due);
        now = due.at;
        due.run();
      }
      now = end;
    },
    timers: () => waiting.size,
  };
}

/** One emulation over HTTP on loopback, on a manual host. */
export interface Cloud {
  readonly host: ManualHost;
  readonly model: Thethings;
  readonly http: HttpServer;
  readonly port: number;
  close(): Promise<void>;
}

export interface CloudOptions {
  readonly model?: ThethingsOptions;
  readonly rest?: RestOptions;
  readonly socketio?: Partial<SocketioLimits>;
}

export async function openCloud(options: CloudOptions = {}): Promise<Cloud> {
  const host = manualHost();
  const model = createThethings(host, options.model);
  const http = newRest(model, host, options.rest);
  const socketio = attachSocketio(model, host, http, options.socketio);
  const port = await http.listen("127.0.0.1", 0);
  const close = async (): Promise<void> => {
    socketio.close();
    await http.close();
  };
  return { host, model, http, port, close };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
  readonly headers: IncomingHttpHeaders;
}

export interface Call {
  readonly method?: string;
  readonly body?: string | Buffer | object;
  readonly session?: string;
  readonly headers?: Record<string, string>;
  /** The certificate to trust: speaks HTTPS. */
  readonly ca?: Buffer;
}

/** One request over a connection of its own. POST with a body, GET without, unless told. */
export function call(port: number, path: string, options: Call = {}): Promise<Answer> {
  const { body } = options;
  const bytes = body === undefined ? undefined : typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const method = options.method ?? (bytes === undefined ? "GET" : "POST");
  const headers = { ...options.headers, ...(options.session === undefined ? {} : { authorization: options.session }) };
  const target = { host: "127.0.0.1", port, path, method, headers, agent: false };
  crossed(`${method} ${path}`);
  return new Promise((resolve, reject) => {
    const sent = options.ca === undefined ? request(target) : requestTls({ ...target, ca: options.ca, servername: "localhost" });
    sent.on("error", reject);
    sent.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        const text = Buffer.concat(parts).toString("utf8");
        crossed(text);
        resolve({ status: response.statusCode ?? 0, text, json: jsonOf(text), headers: response.headers });
      });
    });
    sent.end(bytes);
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A GET whose chunks are read from the bytes on the wire. */
export interface ChunkStream {
  readonly head: string;
  /** The next chunk's text; undefined when the stream has ended. */
  next(): Promise<string | undefined>;
  close(): Promise<void>;
}

export async function openStream(port: number, path: string): Promise<ChunkStream> {
  const socket = connect(port, "127.0.0.1");
  let bytes = Buffer.alloc(0);
  let ended = false;
  let wake = (): void => undefined;
  socket.on("data", (part) => {
    crossed(part);
    bytes = Buffer.concat([bytes, part]);
    wake();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    ended = true;
    wake();
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  /** The bytes up to a CRLF (or CRLFCRLF), once they are there. */
  const upTo = async (mark: string, atLeast = 0): Promise<Buffer | undefined> => {
    for (;;) {
      const end = bytes.indexOf(mark, atLeast);
      if (end >= 0) {
        const found = bytes.subarray(0, end);
        bytes = bytes.subarray(end + mark.length);
        return found;
      }
      if (ended) return undefined;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const head = (await upTo("\r\n\r\n"))?.toString("latin1") ?? "";
  return {
    head,
    next: async () => {
      const size = await upTo("\r\n");
      if (size === undefined) return undefined;
      return (await upTo("\r\n", parseInt(size.toString("latin1"), 16)))?.toString("utf8");
    },
    close: () => closed(socket),
  };
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    socket.once("close", () => resolve());
    socket.destroy();
  });
}

export interface ClientKind {
  /** The major version of socket.io-client. */
  readonly version: 2 | 4;
  readonly transports: readonly ("polling" | "websocket")[];
  readonly ca?: Buffer;
  /** Default: /v2. */
  readonly namespace?: string;
}

/** A socket.io client, connected. */
export interface SocketClient {
  emit(event: string, ...args: unknown[]): void;
  /** The data of the next event of that name, of those not taken yet. */
  next(event: string): Promise<unknown>;
  /** Names of the events that came and were not taken. */
  untaken(): readonly string[];
  /** Emits a request and gives its answer event. */
  ask(event: string, data: unknown): Promise<unknown>;
  /** Resolves when the server has ended the connection. */
  readonly gone: Promise<void>;
  close(): void;
}

/** What both generations of the client have in common. */
interface RawClient {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  close(): unknown;
}

export async function openSocket(port: number, kind: ClientKind = { version: 4, transports: ["websocket"] }, topics: readonly string[] = []): Promise<SocketClient> {
  const url = `${kind.ca === undefined ? "http" : "https"}://localhost:${port}${kind.namespace ?? "/v2"}`;
  const options = { transports: [...kind.transports], forceNew: true, reconnection: false, ...(kind.ca === undefined ? {} : { ca: kind.ca }) };
  // The structural face is the same; their declared types are not.
  const raw = (kind.version === 4 ? io(url, options as never) : ioOld(url, options)) as unknown as RawClient;
  const came: { event: string; data: unknown }[] = [];
  const waiting: { event: string; resolve: (data: unknown) => void }[] = [];
  for (const event of new Set(["authenticate", "subscribe", "unsubscribe", ...topics])) {
    raw.on(event, (data) => {
      crossed(JSON.stringify(data));
      const index = waiting.findIndex((one) => one.event === event);
      if (index >= 0) waiting.splice(index, 1)[0]?.resolve(data);
      else came.push({ event, data });
    });
  }
  const gone = new Promise<void>((resolve) => raw.on("disconnect", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    raw.on("connect", () => resolve());
    for (const failure of ["connect_error", "error"]) raw.on(failure, () => reject(new Error(`socket.io: ${failure}`)));
  }).catch((error: unknown) => {
    raw.close();
    throw error;
  });
  const next = (event: string): Promise<unknown> => {
    const index = came.findIndex((one) => one.event === event);
    if (index >= 0) return Promise.resolve(came.splice(index, 1)[0]?.data);
    return new Promise((resolve) => waiting.push({ event, resolve }));
  };
  const emit = (event: string, ...args: unknown[]): void => {
    crossed(event);
    raw.emit(event, ...args);
  };
  const ask = (event: string, data: unknown): Promise<unknown> => {
    emit(event, data);
    return next(event);
  };
  return { emit, next, untaken: () => came.map((one) => one.event), ask, gone, close: () => void raw.close() };
}
