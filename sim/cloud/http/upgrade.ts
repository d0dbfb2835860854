/**
 * Requests that ask for a protocol that is not spoken here. Node hands every request with `Upgrade` to whoever accepts WebSockets, and
 * lets go of its connection; a server may ignore what it does not know (RFC 9110 section 7.8), and Java's HTTP client, which asks for
 * h2c in each first request, counts on that.
 */
import type { IncomingMessage, Server } from "node:http";
import { TLSSocket } from "node:tls";
import type { Duplex } from "node:stream";

export function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/** The head of a request without what asks for another protocol. */
function headWithoutUpgrade({ method, url, httpVersion, headers, rawHeaders }: IncomingMessage): string {
  const named = (headers.connection ?? "").toLowerCase().split(",").map((name) => name.trim());
  // What `Connection` names is of this hop alone, and so is meant for nobody else.
  const dropped = new Set(["upgrade", "connection", ...named]);
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2) if (!dropped.has(rawHeaders[i]!.toLowerCase())) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  if (named.includes("close")) lines.push("Connection: close");
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Has `server` answer requests for other protocols than WebSocket as if they had not asked; answers how to stop that. */
export function ignoreOtherUpgrades(server: Server): () => void {
  const again = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    if (isWebSocket(request)) return;
    stream.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(request), "latin1"), head]));
    server.emit(stream instanceof TLSSocket ? "secureConnection" : "connection", stream);
  };
  server.on("upgrade", again);
  return () => void server.off("upgrade", again);
}
