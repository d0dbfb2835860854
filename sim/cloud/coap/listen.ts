/**
 * The CoAP server on a real UDP socket.
 */
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Host } from "../host";
import type { CoapLimits } from "./limits";
import { createCoapServer } from "./server";
import type { CoapServer } from "./server";
import type { CoapService } from "./service";

export interface CoapListening {
  /** The port that is bound; the one asked for, or a free one for 0. */
  readonly port: number;
  readonly server: CoapServer;
  /** Ends observations and closes the socket. */
  close(): Promise<void>;
}

export interface CoapListenOptions {
  /** An address of this machine; loopback unless told otherwise. */
  readonly address: string;
  readonly port: number;
  readonly limits?: Partial<CoapLimits>;
}

/** Datagrams that the kernel may keep for us while a turn is long. */
const receiveBufferBytes = 1048576;

export async function listenCoap(host: Host, service: CoapService, options: CoapListenOptions): Promise<CoapListening> {
  const type = isIPv6(options.address) ? "udp6" : "udp4";
  const family = type === "udp6" ? 6 : 4;
  // Endpoints are addresses already: node would go through its resolver, and a turn of the loop, for each datagram.
  const lookup = (address: string, _options: unknown, done: (error: null, address: string, family: number) => void): void =>
    done(null, address, family);
  const socket = createSocket({ type, recvBufferSize: receiveBufferBytes, lookup });
  let open = true;
  // Sent together once everything that has arrived is read: each datagram may wake its receiver, and waking costs more
  // than answering.
  const waiting: { readonly bytes: Buffer; readonly peer: string }[] = [];
  const flush = (): void => {
    for (const { bytes, peer } of waiting.splice(0)) {
      const split = peer.lastIndexOf(" ");
      if (open) socket.send(bytes, Number(peer.slice(split + 1)), peer.slice(0, split));
    }
  };
  const send = (bytes: Buffer, peer: string): void => {
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({ bytes, peer });
  };
  const server = createCoapServer(host, service, send, options.limits);
  socket.on("message", (bytes, { address, port }) => {
    // Nothing can be sent to port 0, which only a forged datagram comes from; node would throw.
    if (port !== 0) server.receive(bytes, `${address} ${port}`);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(options.port, options.address, () => {
      socket.off("error", reject);
      resolve();
    });
  });
  // A datagram that cannot be sent is a lost one: the client asks again.
  socket.on("error", () => host.log({ event: "coap-socket-error" }));
  return {
    port: socket.address().port,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close();
        open = false;
        socket.close(() => resolve());
      }),
  };
}
