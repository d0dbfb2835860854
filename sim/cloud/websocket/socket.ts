/**
 * One open WebSocket on the server's side, from its handshake to its end: bounds, pings, and a session told once that it
 * is over. What a message means is the session's affair.
 */
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Host } from "../host";
import { newBudgets } from "../http/budget";
import type { WebSocketLimits } from "./limits";
import type { WebSocketPeer, WebSocketSession } from "./service";

/** What a socket needs of the server that holds it. */
export interface Holding {
  readonly host: Host;
  readonly limits: WebSocketLimits;
  readonly webSocket: WebSocket;
  /** What is under it. */
  readonly socket: Socket;
  readonly number: number;
  /** The socket has gone. */
  ended(): void;
}

export interface OpenSocket {
  abort(): void;
}

/** Statuses of RFC 6455 section 7.4.1. */
const normal = 1000;

/** How long a client is not read that has spent its budget; milliseconds. */
const holdMs = 1000;

export function serveSocket(holding: Holding, open: (peer: WebSocketPeer) => WebSocketSession): OpenSocket {
  const { host, limits, webSocket, socket } = holding;
  /** It was said to close: nothing more is taken. */
  let leaving = false;
  const flow = newFlow(holding);
  const peer: WebSocketPeer = {
    number: holding.number,
    send: (data) => {
      if (leaving || webSocket.readyState !== webSocket.OPEN) return;
      webSocket.send(data);
      if (webSocket.bufferedAmount > limits.unreadBytesMax) peer.abort();
    },
    unread: () => webSocket.bufferedAmount,
    pause: () => flow.hold("session", true),
    resume: () => flow.hold("session", false),
    close: (code = normal, reason = "") => {
      if (leaving) return;
      leaving = true;
      webSocket.close(code, reason);
      // The answer has to be read.
      flow.free();
      const stop = host.after(limits.closeMs, () => webSocket.terminate());
      webSocket.once("close", stop);
    },
    abort: () => {
      leaving = true;
      webSocket.terminate();
    },
  };
  const session = open(peer);
  const stopPings = keepPinging(holding);
  webSocket.on("message", (data: Buffer, isBinary) => {
    flow.spend();
    if (!leaving) session.message(data, !isBinary);
  });
  for (const sign of ["ping", "pong"] as const) {
    webSocket.on(sign, () => {
      flow.spend();
      session.heard?.();
    });
  }
  // A violation of the protocol: ws closes with its code.
  webSocket.on("error", () => (leaving = true));
  socket.on("drain", () => session.drained?.());
  webSocket.once("close", (code) => {
    leaving = true;
    stopPings();
    flow.stop();
    host.log({ event: "websocket-closed", connection: holding.number, code });
    holding.ended();
    session.closed();
  });
  return peer;
}

/** Who does not want the client to be read: it is read when nobody does. */
type Reason = "session" | "rate";

interface Flow {
  hold(reason: Reason, on: boolean): void;
  /** Counts one message of the client, which is not read for a while when it has sent too many. */
  spend(): void;
  /** Reads from now on, whatever was held. */
  free(): void;
  stop(): void;
}

function newFlow({ host, limits, webSocket }: Holding): Flow {
  const messages = newBudgets(host.now, limits.messagesBurst, limits.messagesPerSec, 1);
  const held = new Set<Reason>();
  let free = false;
  let stop = (): void => undefined;
  const flow: Flow = {
    hold: (reason, on) => {
      if (on) held.add(reason);
      else held.delete(reason);
      if (held.size > 0 && !free) webSocket.pause();
      else webSocket.resume();
    },
    spend: () => {
      if (messages.take("") || held.has("rate")) return;
      flow.hold("rate", true);
      stop = host.after(holdMs, () => flow.hold("rate", false));
    },
    free: () => {
      free = true;
      webSocket.resume();
    },
    stop: () => stop(),
  };
  return flow;
}

/** Pings until stopped; whoever has left too many without an answer is not there any more. */
function keepPinging({ host, limits, webSocket }: Holding): () => void {
  let unanswered = 0;
  let stop = (): void => undefined;
  const ping = (): void => {
    if (unanswered >= limits.unansweredPingsMax) return webSocket.terminate();
    unanswered += 1;
    webSocket.ping();
    stop = host.after(limits.pingMs, ping);
  };
  webSocket.on("pong", () => (unanswered = 0));
  stop = host.after(limits.pingMs, ping);
  return () => stop();
}
