/**
 * The TCP port over Node's net and tls. No policy: one write outstanding, no retry, no timeout of its own. Bytes become
 * binary strings once, here, and leave in pieces no larger than a board's.
 */
import net from "node:net";
import tls from "node:tls";
import { Fault } from "../../hal/ports/fault";
import type { TcpOptions, TcpPort, TcpSocket } from "../../hal/ports/tcp";
import { TlsLevel } from "../../hal/ports/tls";
import type { Boot, Holder } from "../world/boot";
import { isAddress, isHostName } from "../world/dns";
import type { NetworkUser, Radio } from "../world/radio";

export interface TcpPortOptions {
  readonly tlsLevel: TlsLevel;
  /** Certificates in PEM that a server's chain must end in; undefined: those that Node trusts. */
  readonly ca: string | undefined;
  readonly writeBytesMax: number;
  /** The largest piece in which bytes arrive. */
  readonly readBytesMax: number;
  readonly socketsMax: number;
  readonly radio: Radio;
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

/** The connections of one boot. */
class TcpSockets implements NetworkUser, Holder {
  private readonly open = new Map<TcpSocket, Connection>();
  /** Closed by the script, with bytes that have not left. */
  private readonly leaving = new Set<net.Socket>();
  private handle = 0;

  constructor(
    private readonly boot: Boot,
    private readonly machine: TcpPortOptions,
  ) {
    machine.radio.onLost(this);
    boot.onEnd(this);
  }

  lost(): void {
    for (const [id, connection] of this.open) {
      connection.socket?.destroy();
      this.boot.later(() => this.end(id, Fault.broken));
    }
  }

  release(): void {
    for (const id of [...this.open.keys()]) this.close(id);
    for (const socket of this.leaving) socket.destroy();
  }

  start(options: TcpOptions): TcpSocket {
    const { boot, machine } = this;
    if (!isValid(options, machine.tlsLevel) || this.open.size >= machine.socketsMax || !boot.alive) return 0;
    this.handle += 1;
    const id = this.handle;
    const socket = machine.radio.ready ? dial(options, machine) : undefined;
    const connection: Connection = { socket, options, writable: false, handshake: false, ended: false };
    this.open.set(id, connection);
    if (socket === undefined) boot.later(() => this.end(id, Fault.broken));
    else this.listen(id, connection, socket);
    return id;
  }

  write(id: TcpSocket, bytes: string): Fault {
    const connection = this.open.get(id);
    if (connection === undefined) return Fault.closed;
    if (bytes.length === 0) return Fault.invalid;
    if (bytes.length > this.machine.writeBytesMax) return Fault.tooLarge;
    if (!connection.writable) return Fault.busy;
    connection.writable = false;
    connection.socket?.write(bytes, "latin1", (error) => {
      if (error === undefined || error === null) this.ready(connection);
    });
    return Fault.none;
  }

  close(id: TcpSocket): void {
    const connection = this.open.get(id);
    if (connection === undefined) return;
    connection.ended = true;
    this.open.delete(id);
    const { socket } = connection;
    if (socket === undefined || socket.destroyed) return;
    if (socket.connecting || connection.handshake || !this.boot.alive) {
      socket.destroy();
      return;
    }
    // A destroyed socket may reset the connection, and the peer then loses a DISCONNECT that was just written.
    this.leaving.add(socket);
    socket.once("close", () => this.leaving.delete(socket));
    socket.destroySoon();
  }

  private listen(id: TcpSocket, connection: Connection, socket: net.Socket): void {
    const secure = connection.options.tls !== undefined;
    socket.setNoDelay(true);
    if (secure) socket.on("connect", () => (connection.handshake = true));
    socket.on(secure ? "secureConnect" : "connect", () => {
      connection.handshake = false;
      this.ready(connection);
    });
    socket.on("data", (chunk: Buffer) => this.deliver(connection, chunk));
    socket.on("end", () => this.end(id, connection.handshake ? Fault.tls : Fault.closed));
    socket.on("error", (error) => this.end(id, faultOf(error, connection)));
    socket.on("close", () => this.end(id, connection.handshake ? Fault.tls : Fault.broken));
  }

  private ready(connection: Connection): void {
    if (connection.ended) return;
    connection.writable = true;
    connection.options.onWritable();
  }

  private deliver(connection: Connection, chunk: Buffer): void {
    const { readBytesMax } = this.machine;
    for (let from = 0; from < chunk.length && !connection.ended; from += readBytesMax) {
      connection.options.onReadable(chunk.toString("latin1", from, Math.min(chunk.length, from + readBytesMax)));
    }
  }

  private end(id: TcpSocket, fault: Fault): void {
    const connection = this.open.get(id);
    if (connection === undefined) return;
    this.close(id);
    connection.options.onError(fault);
  }
}

/** The TCP port of one boot. */
export function createTcpPort(boot: Boot, machine: TcpPortOptions): TcpPort {
  const sockets = new TcpSockets(boot, machine);
  return {
    tlsLevel: machine.tlsLevel,
    writeBytesMax: machine.writeBytesMax,
    connect: (options) => sockets.start(options),
    write: (id, bytes) => sockets.write(id, bytes),
    close: (id) => sockets.close(id),
  };
}

function dial(options: TcpOptions, machine: TcpPortOptions): net.Socket {
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
