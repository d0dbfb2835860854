/**
 * A realtime server inside the virtual world, scripted by a test: Engine.IO 3, one namespace, thethings.iO's two questions. It keeps
 * what each client said and when it came; its bytes share nothing with the firmware's.
 */
import { Fault } from "../../hal/ports/fault";
import type { ServerStream } from "../../sim/world/ends";
import type { World } from "../../sim/world/world";
import { closeOf, frame, readClientFrame, upgradeOf } from "../conformance/websocket-peer";
import { crossed } from "../conformance/statement";

export interface RealtimeServer {
  /** Virtual time of each connection, in order. */
  readonly connects: number[];
  /** What clients said, as text; a new connection begins with "connect". */
  readonly said: string[];
  /** The streams that are open. */
  readonly open: Set<ServerStream>;
  /** The session token that is right, and topics that are refused. */
  token: string;
  readonly refused: Set<string>;
  /** False: nothing is answered any more. */
  answers: boolean;
  /** How often each of the two questions is answered. */
  answersEach: number;
  /** Says a text to everybody. */
  tell(text: string): void;
  /** Stops listening and resets every connection; `start` listens again. */
  stop(): void;
  start(): void;
}

/** The whole frames at the beginning of `bytes`, and how long they are. */
function takeFrames(bytes: string): { texts: string[]; length: number } {
  const texts: string[] = [];
  let at = 0;
  for (;;) {
    const short = bytes.charCodeAt(at + 1) - 128;
    const head = short === 126 ? 8 : 6;
    const length = head + (short === 126 ? bytes.charCodeAt(at + 2) * 256 + bytes.charCodeAt(at + 3) : short);
    if (!(bytes.length >= at + length)) return { texts, length: at };
    const { first, payload } = readClientFrame(bytes.substring(at, at + length));
    texts.push(first === 136 ? "close" : payload);
    at += length;
  }
}

export function realtimeServer(world: World, port: number): RealtimeServer {
  let listening: { close(): void } | undefined;
  const server: RealtimeServer = {
    connects: [],
    said: [],
    open: new Set(),
    token: "canary-session",
    refused: new Set(),
    answers: true,
    answersEach: 1,
    tell: (text) => server.open.forEach((stream) => stream.send(frame(1, text))),
    stop: () => {
      listening?.close();
      for (const stream of server.open) stream.abort();
      server.open.clear();
    },
    start: () => void (listening = world.listenTcp(port, accept)),
  };
  const answer = (stream: ServerStream, text: string): void => {
    const say = (reply: string): void => stream.send(frame(1, reply));
    const [, event, json] = /^42\/v2,\["(\w+)",(.*)\]$/.exec(text) ?? [];
    const data = json === undefined ? {} : (JSON.parse(json) as { sessionToken?: string; resource?: string });
    const granted = event === "authenticate" ? data.sessionToken === server.token : !server.refused.has(data.resource ?? "");
    if (text === "close") {
      stream.send(frame(8, closeOf(1000)));
      stream.close();
      server.open.delete(stream);
    } else if (text === "2") say("3");
    else if (text === "40/v2,") say("40/v2,");
    else if (event !== undefined) stream.send(frame(1, `42/v2,["${event}",{"status":"${granted ? "success" : "error"}"}]`).repeat(server.answersEach));
  };
  const accept = (stream: ServerStream): { onBytes(bytes: string): void; onEnded(fault: Fault): void } => {
    let pending = "";
    let upgraded = false;
    server.connects.push(world.clock.now());
    server.said.push("connect");
    server.open.add(stream);
    return {
      onBytes: (bytes) => {
        crossed(bytes);
        pending += bytes;
        if (!upgraded && pending.includes("\r\n\r\n") && server.answers) {
          upgraded = true;
          stream.send(upgradeOf(pending) + frame(1, '0{"sid":"s","upgrades":[],"pingInterval":25000,"pingTimeout":20000}') + frame(1, "40"));
          pending = "";
        }
        if (!upgraded) return;
        const { texts, length } = takeFrames(pending);
        pending = pending.slice(length);
        server.said.push(...texts);
        if (server.answers) for (const text of texts) answer(stream, text);
      },
      onEnded: () => void server.open.delete(stream),
    };
  };
  server.start();
  return server;
}
