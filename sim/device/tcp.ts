/**
 * The TCP port over Node's net and tls. No policy: one write outstanding, no retry, no timeout of its own. Bytes become
 * binary strings once, here, and leave in pieces no larger than a board's.
 */
import net from "node:net";
import tls from "node:tls";
import { Fault } from "../../hal/ports/fault";
import type { TcpOptions, TcpPort, TcpSocket } from "../../hal/ports/tcp";
import { TlsLevel } from "../../hal/ports/tls";
import type { Boot } from "../world/boot";
import { isAddress, isHostName } from "../world/dns";

export interface TcpPortOptions {
  readonly tlsLevel: TlsLevel;
  /** Certificates in PEM that a server's chain must end in; undefined: those that Node trusts. */
  readonly ca: string | undefined;
  readonly writeBytesMax: number;
  /** The largest piece in which bytes arrive. */
  readonly readBytesMax: number;
  readonly socketsMax: number;
  /** The radio's: false while there is no network. */
  readonly ready: () => boolean;
  readonly onLost: (lost: () => void) => void;
}

interface Connection {
  readonly socket: net.Socket | undefined;
  readonly options: TcpOptions;
  writable: boolean;
  /** Under TLS: TCP stands, the handshake has not ended. */
  handshake: boolean;
  ended: boolean;
}

function isValid(options: TcpOptions, tlsLevel: TlsLevel): boolean {
  const { address, port, tls: secure } = options;
  if (!isAddress(address) || !Number.isInteger(port) || port < 1 || port > 65535) return false;
  return secure === undefined || (tlsLevel !== TlsLevel.none && isHostName(secure.serverName));
}

function faultOf(error: NodeJS.ErrnoException, connection: Connection): Fault {
  if (connection.handshake) return Fault.tls;
  if (error.code === "ECONNREFUSED") return Fault.refused;
  if (error.code === "ETIMEDOUT") return Fault.timeout;
  return Fault.broken;
}

/** The TCP port of one boot. */
export function createTcpPort(boot: Boot, machine: TcpPortOptions): TcpPort {
  const open = new Map<TcpSocket, Connection>();
  let handle = 0;

  const end = (id: TcpSocket, fault: Fault): void => {
    const connection = open.get(id);
    if (connection === undefined || connection.ended) return;
    connection.ended = true;
    connection.socket?.destroy();
    connection.options.onError(fault);
    open.delete(id);
  };
  const release = (id: TcpSocket): void => {
    const connection = open.get(id);
    if (connection === undefined) return;
    connection.ended = true;
    open.delete(id);
    connection.socket?.destroy();
  };
  const deliver = (connection: Connection, chunk: Buffer): void => {
    for (let from = 0; from < chunk.length && !connection.ended; from += machine.readBytesMax) {
      connection.options.onReadable(chunk.toString("latin1", from, Math.min(chunk.length, from + machine.readBytesMax)));
    }
  };
  const ready = (connection: Connection): void => {
    if (connection.ended) return;
    connection.writable = true;
    connection.options.onWritable();
  };
  const listen = (id: TcpSocket, connection: Connection, socket: net.Socket): void => {
    const secure = connection.options.tls !== undefined;
    socket.setNoDelay(true);
    if (secure) socket.on("connect", () => (connection.handshake = true));
    socket.on(secure ? "secureConnect" : "connect", () => {
      connection.handshake = false;
      ready(connection);
    });
    socket.on("data", (chunk: Buffer) => deliver(connection, chunk));
    socket.on("end", () => end(id, connection.handshake ? Fault.tls : Fault.closed));
    socket.on("error", (error) => end(id, faultOf(error, connection)));
    socket.on("close", () => end(id, connection.handshake ? Fault.tls : Fault.broken));
  };
  machine.onLost(() => {
    for (const [id, connection] of open) {
      connection.socket?.destroy();
      boot.later(() => end(id, Fault.broken));
    }
  });
  boot.onEnd(() => {
    for (const id of [...open.keys()]) release(id);
  });
  return {
    tlsLevel: machine.tlsLevel,
    writeBytesMax: machine.writeBytesMax,
    connect: (options) => {
      if (!isValid(options, machine.tlsLevel) || open.size >= machine.socketsMax || !boot.alive) return 0;
      handle += 1;
      const id = handle;
      const socket = machine.ready() ? start(options, machine) : undefined;
      const connection: Connection = { socket, options, writable: false, handshake: false, ended: false };
      open.set(id, connection);
      if (socket === undefined) boot.later(() => end(id, Fault.broken));
      else listen(id, connection, socket);
      return id;
    },
    write: (id, bytes) => {
      const connection = open.get(id);
      if (connection === undefined || connection.ended) return Fault.closed;
      if (bytes.length === 0) return Fault.invalid;
      if (bytes.length > machine.writeBytesMax) return Fault.tooLarge;
      if (!connection.writable) return Fault.busy;
      connection.writable = false;
      connection.socket?.write(bytes, "latin1", (error) => {
        if (error === undefined || error === null) ready(connection);
      });
      return Fault.none;
    },
    close: release,
  };
}

function start(options: TcpOptions, machine: TcpPortOptions): net.Socket {
  const { address: host, port } = options;
  if (options.tls === undefined) return net.connect({ host, port });
  const { serverName } = options.tls;
  return tls.connect({
    host,
    port,
    // SNI carries names only (RFC 6066 3).
    ...(isAddress(serverName) ? {} : { servername: serverName }),
    ...(machine.ca === undefined ? {} : { ca: machine.ca }),
    minVersion: "TLSv1.2",
    rejectUnauthorized: machine.tlsLevel === TlsLevel.verified,
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(serverName, certificate),
  });
}
