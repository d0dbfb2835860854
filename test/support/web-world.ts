/**
 * HTTP and WebSockets inside the virtual world: what a local cloud's server does on real sockets, as far as a device that watches asks
 * for it. The platform's own service judges handshakes and speaks; the bytes share nothing with the firmware's.
 */
import { STATUS_CODES } from "node:http";
import type { Handshake, WebSocketPeer, WebSocketService, WebSocketSession } from "../../sim/cloud/websocket/service";
import type { ServerEnd, ServerStream } from "../../sim/world/ends";
import type { World } from "../../sim/world/world";
import { closeOf, frame, readClientFrame, upgradeOf } from "../conformance/websocket-peer";
import { crossed } from "../conformance/statement";

export interface WebAnswer {
  readonly status: number;
  readonly json: unknown;
}

export interface WebOptions {
  /** What listens: 80 unless told otherwise. */
  readonly port?: number;
  /** Answers a POST. */
  readonly post?: (path: string, json: unknown) => WebAnswer;
  readonly service: WebSocketService;
  /** How often the server pings; 0 never. */
  readonly pingMs?: number;
}

export interface WebWorld {
  /** Virtual time of each connection, in order. */
  readonly connects: number[];
  /** Paths of POSTs and of handshakes, in order. */
  readonly asked: string[];
  /** Texts and closes ("close 1000") that clients said. */
  readonly said: string[];
  readonly open: ReadonlySet<ServerStream>;
  /** False: what comes is not answered any more, and not heard by the cloud. */
  answers: boolean;
  /** Says raw bytes to everybody who is connected. */
  inject(bytes: string): void;
  /** Stops listening and resets every connection; `start` listens again. */
  stop(): void;
  start(): void;
}

/** The whole frames at the beginning of `bytes`, and how long they are. */
function takeFrames(bytes: string): { frames: { first: number; payload: string }[]; length: number } {
  const frames: { first: number; payload: string }[] = [];
  let at = 0;
  for (;;) {
    const short = bytes.charCodeAt(at + 1) - 128;
    const head = short === 126 ? 8 : 6;
    const length = head + (short === 126 ? bytes.charCodeAt(at + 2) * 256 + bytes.charCodeAt(at + 3) : short);
    if (!(bytes.length >= at + length)) return { frames, length: at };
    frames.push(readClientFrame(bytes.substring(at, at + length)));
    at += length;
  }
}

function handshakeOf(head: string): Handshake {
  const [first = "", ...lines] = head.split("\r\n");
  const url = first.split(" ")[1] ?? "/";
  const [path = "/", query = ""] = url.split("?");
  const headers = Object.fromEntries(lines.filter((line) => line.includes(": ")).map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]));
  return { path, query: new URLSearchParams(query), headers, protocols: [], address: "" };
}

const response = (status: number, body: string): string =>
  `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Odd"}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;

export function webWorld(world: World, options: WebOptions): WebWorld {
  const { port = 80, post, service, pingMs = 0 } = options;
  const streams = new Set<ServerStream>();
  let listening: { close(): void } | undefined;
  const web: WebWorld = {
    connects: [],
    asked: [],
    said: [],
    open: streams,
    answers: true,
    inject: (bytes) => streams.forEach((stream) => stream.send(bytes)),
    stop: () => {
      listening?.close();
      listening = undefined;
      for (const end of [...ends]) end();
    },
    start: () => void (listening = world.listenTcp(port, accept)),
  };
  const later = (run: () => void): (() => void) => {
    const event = world.clock.schedule(pingMs, run);
    return () => world.clock.cancel(event);
  };
  /** What resets each open connection. */
  const ends = new Set<() => void>();

  function accept(stream: ServerStream): ServerEnd {
    let pending = "";
    let session: WebSocketSession | undefined;
    let stopPings = (): void => undefined;
    web.connects.push(world.clock.now());
    streams.add(stream);
    const over = (): void => {
      stopPings();
      streams.delete(stream);
      ends.delete(reset);
      session?.closed();
      session = undefined;
    };
    const reset = (): void => {
      over();
      stream.abort();
    };
    ends.add(reset);
    const peer: WebSocketPeer = {
      number: web.connects.length,
      send: (data) => {
        const text = Buffer.from(data).toString("latin1");
        crossed(text);
        if (web.answers) stream.send(frame(1, text));
      },
      unread: () => stream.unread(),
      pause: () => undefined,
      resume: () => undefined,
      close: (code = 1000) => {
        stream.send(frame(8, closeOf(code)));
        over();
        stream.close();
      },
      abort: reset,
    };
    const upgrade = (head: string): void => {
      const handshake = handshakeOf(head);
      web.asked.push(handshake.path);
      const answer = service(handshake);
      if (typeof answer === "number") {
        stream.send(response(answer, ""));
        over();
        return stream.close();
      }
      stream.send(upgradeOf(`${head}\r\n\r\n`));
      session = answer.open(peer);
      if (pingMs === 0) return;
      const ping = (): void => {
        if (web.answers) stream.send(frame(9, ""));
        stopPings = later(ping);
      };
      stopPings = later(ping);
    };
    const whole = (): void => {
      const end = pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      const head = pending.slice(0, end);
      if (!head.startsWith("POST ")) {
        pending = pending.slice(end + 4);
        return upgrade(head);
      }
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? "0");
      if (pending.length < end + 4 + length) return;
      const path = head.split(" ")[1]!;
      web.asked.push(path);
      const answer = post?.(path, JSON.parse(Buffer.from(pending.slice(end + 4), "latin1").toString())) ?? { status: 404, json: {} };
      stream.send(response(answer.status, JSON.stringify(answer.json)));
      over();
      stream.close();
    };
    const heard = (first: number, payload: string): void => {
      if (first === 136) {
        web.said.push(`close ${payload.charCodeAt(0) * 256 + payload.charCodeAt(1)}`);
        return peer.close(1000);
      }
      if (first === 137 || first === 138) {
        if (first === 137) stream.send(frame(10, payload));
        return session?.heard?.();
      }
      web.said.push(payload);
      session?.message(Buffer.from(payload, "latin1"), first === 129);
    };
    return {
      onBytes: (bytes) => {
        crossed(bytes);
        if (!web.answers) return;
        pending += bytes;
        if (session === undefined) whole();
        if (session === undefined) return;
        const { frames, length } = takeFrames(pending);
        pending = pending.slice(length);
        for (const { first, payload } of frames) heard(first, payload);
      },
      onDrained: () => session?.drained?.(),
      onEnded: over,
    };
  }
  web.start();
  return web;
}
