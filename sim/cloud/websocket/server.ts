/**
 * The WebSocket server that the local clouds share, on the `ws` package: it answers the upgrade requests of an HTTP
 * server, after the platform has said who may in, and bounds what an open socket may send, hold and leave unread.
 *
 * It knows no platform. It logs no path and no query, since both carry secrets. Compression is not offered: it would let a
 * few bytes become many. `ws` refuses unmasked frames and texts that are not UTF-8.
 */
import { STATUS_CODES } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer as WsServer } from "ws";
import type { ServerOptions } from "ws";
import type { Host } from "../host";
import { newBudgets } from "../http/budget";
import { ignoreOtherUpgrades, isWebSocket } from "../http/upgrade";
import { webSocketLimits } from "./limits";
import type { WebSocketLimits } from "./limits";
import type { Accepted, Handshake, WebSocketService } from "./service";
import { serveSocket } from "./socket";
import type { OpenSocket } from "./socket";

export interface WebSockets {
  readonly limits: WebSocketLimits;
  /** Sockets that are open at this moment. */
  connections(): number;
  /** Cuts every socket off and answers no more handshakes. The HTTP server is its owner's to close. */
  close(): void;
}

/** Serves WebSockets on an HTTP server, plain or under TLS, which keeps its other routes. */
export function attachWebSockets(host: Host, server: Server, service: WebSocketService, options: Partial<WebSocketLimits> = {}): WebSockets {
  const limits = { ...webSocketLimits, ...options };
  const open = new Set<OpenSocket>();
  const handshakes = newBudgets(host.now, limits.handshakesBurst, limits.handshakesPerSec, limits.addressesMax);
  const refusals = newBudgets(host.now, limits.refusalsBurst, limits.refusalsPerSec, limits.addressesMax);
  const protocols = new WeakMap<IncomingMessage, string>();
  const ws = new WsServer(optionsOf(limits, (request) => protocols.get(request) ?? false));
  let accepted = 0;

  function judge(handshake: Handshake): Accepted | number {
    const { address } = handshake;
    if (!handshakes.take(address) || !refusals.has(address)) return 429;
    if (open.size >= limits.connectionsMax) return 503;
    const answer = service(handshake);
    if (typeof answer === "number") refusals.take(address);
    return answer;
  }

  function upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    if (!isWebSocket(request)) return;
    const socket = stream as Socket;
    // Every way to fail ends in "close": a reset by the peer is no event of its own.
    socket.on("error", () => socket.destroy());
    const answer = judge(handshakeOf(request, socket));
    if (typeof answer === "number") {
      host.log({ event: "websocket-refused", status: answer });
      return refuse(host, socket, answer, limits.closeMs);
    }
    if (answer.protocol !== undefined) protocols.set(request, answer.protocol);
    ws.handleUpgrade(request, socket, head, (webSocket) => {
      accepted += 1;
      const one = serveSocket({ host, limits, webSocket, socket, number: accepted, ended: () => open.delete(one) }, answer.open);
      open.add(one);
    });
  }

  const stopIgnoring = ignoreOtherUpgrades(server);
  server.on("upgrade", upgrade);
  return {
    limits,
    connections: () => open.size,
    close: () => {
      server.off("upgrade", upgrade);
      stopIgnoring();
      for (const one of [...open]) one.abort();
    },
  };
}

function optionsOf(limits: WebSocketLimits, protocolOf: (request: IncomingMessage) => string | false): ServerOptions {
  return {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.messageBytesMax,
    maxFragments: limits.fragmentsMax,
    handleProtocols: (_offered: Set<string>, request: IncomingMessage) => protocolOf(request),
  };
}

function handshakeOf(request: IncomingMessage, socket: Socket): Handshake {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const offered = request.headers["sec-websocket-protocol"] ?? "";
  return {
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers: request.headers,
    protocols: offered.split(",").map((name) => name.trim()).filter((name) => name !== ""),
    address: socket.remoteAddress ?? "",
  };
}

function refuse(host: Host, socket: Socket, status: number, closeMs: number): void {
  const reason = STATUS_CODES[status] ?? "Refused";
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroySoon());
  const stop = host.after(closeMs, () => socket.destroy());
  socket.once("close", stop);
}
