/**
 * The MQTT server on real sockets: plain TCP, or TLS.
 */
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Host } from "../host";
import type { MqttServer } from "./server";
import type { Transport } from "./service";

/** How long a closed connection may take to hand over its last bytes. */
const lingerMs = 5000;

export interface Listening {
  /** The port that is bound; the one asked for, or a free one for 0. */
  readonly port: number;
  /** Stops listening and closes every socket; resolves when all are closed. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** An address of this machine; loopback unless told otherwise. */
  readonly address: string;
  readonly port: number;
  /** PEM texts; with them the listener speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export async function listenMqtt(host: Host, server: MqttServer, options: ListenOptions): Promise<Listening> {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => serve(host, server, socket);
  const tls = { ...options.tls, noDelay: true, handshakeTimeout: server.limits.connectTimeoutMs };
  const listener = options.tls === undefined ? createServer({ noDelay: true }, accept) : createTlsServer(tls, accept);
  // Counts those that are still in their TLS handshake, too.
  listener.maxConnections = server.limits.connectionsMax;
  listener.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  // A TLS handshake that fails concerns its client alone; node has closed that socket.
  listener.on("tlsClientError", () => host.log({ event: "mqtt-tls-refused" }));
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(options.port, options.address, () => {
      listener.off("error", reject);
      resolve();
    });
  });
  return {
    port: (listener.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Ties one socket to one connection. */
function serve(host: Host, server: MqttServer, socket: Socket): void {
  const transport: Transport = {
    send: (bytes) => {
      if (socket.writable) socket.write(bytes);
    },
    unread: () => socket.writableLength,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => {
      socket.destroySoon();
      host.after(lingerMs, () => socket.destroy());
    },
    abort: () => socket.destroy(),
  };
  // Every way to fail ends in "close": a reset by the peer is no event of its own.
  socket.on("error", () => undefined);
  const connection = server.accept(transport);
  if (connection === undefined) return;
  socket.on("data", (bytes) => connection.receive(bytes));
  socket.on("drain", () => connection.drained());
  socket.on("end", () => connection.ended());
  socket.on("close", () => connection.ended());
}
