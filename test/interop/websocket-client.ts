/**
 * The firmware's WebSocket client on a real socket of this process, for suites that meet it with other authors' servers. What the
 * sink asks for goes to the socket at once; time is the clock's, and no tick is needed where a peer answers.
 */
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { wsConnect, wsEnded, wsOpen, wsReceive } from "../../firmware/protocol/websocket/session";
import type { WsOptions, WsSession, WsSink } from "../../firmware/protocol/websocket/session";
import { WS_OPTIONS } from "../conformance/websocket-peer";

export interface WsClient {
  readonly session: WsSession;
  readonly sink: WsSink;
  /** opened, text, binary and closed, in order. */
  readonly heard: (readonly [string, string | number])[];
  readonly socket: Socket;
  /** Resolves as soon as `done` holds; it is asked whenever something came. */
  until(done: () => boolean): Promise<void>;
}

/** Connects to a server on this machine. Bytes reach the core in pieces of `pieceBytes` at most, as a board's do. */
export async function openWsClient(port: number, options: Partial<WsOptions> = {}, pieceBytes = 536): Promise<WsClient> {
  const socket = connect(port, "127.0.0.1");
  const heard: (readonly [string, string | number])[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  const sink: WsSink = {
    send: (bytes) => void (socket.writable && socket.write(bytes, "latin1")),
    random: (count) => randomBytes(count).toString("latin1"),
    opened: (subprotocol) => void heard.push(["opened", subprotocol]),
    text: (message) => void heard.push(["text", message]),
    binary: (message) => void heard.push(["binary", message]),
    closed: (code) => {
      heard.push(["closed", code]);
      socket.end();
    },
    wake: () => undefined,
  };
  const session = wsOpen({ ...WS_OPTIONS, host: `127.0.0.1:${port}`, path: "/", ...options });
  socket.on("data", (data) => {
    const bytes = data.toString("latin1");
    for (let i = 0; i < bytes.length; i += pieceBytes) wsReceive(session, sink, bytes.substring(i, i + pieceBytes), 0);
    wake();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    wsEnded(session, sink);
    wake();
  });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const code = wsConnect(session, sink, 0);
  if (code !== 0) throw new Error(`connect: ${code}`);
  const until = (done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!done()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { session, sink, heard, socket, until };
}
