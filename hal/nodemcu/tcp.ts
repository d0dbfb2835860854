/**
 * The tcp port on net, and under TLS on the tls module of the ESP8266.
 *
 * Functions that NodeMCU keeps name a connection by its number, never by its object: what holds its own socket is never
 * collected. One write at a time, because a second one before "sent" may be lost (net.md, send).
 */
import { Fault } from "../ports/fault";
import type { TcpOptions, TcpPort, TcpSocket } from "../ports/tcp";
import { isAddress, isHost } from "./address";
import { later } from "./clock";
import { type Handle, find, isWhole, newHandle, online, stopped, take } from "./state";

interface Connection extends Handle {
  readonly options: TcpOptions;
  socket: NetSocket | undefined;
  isOpen: boolean;
  /** It is being made, or a write is on its way. */
  isBusy: boolean;
  /** Why it ended; it is told on a later turn. */
  fault: number;
}

/** lwIP's ERR_ABRT: nobody answered. The two chips have different versions of it. */
const ABORTED = BOARD.chip === "esp32" ? -13 : -8;

const connections: Connection[] = [];

/** Forgets the connection and lets the stack do so; that is an error where it has done it already. */
function release(id: number): Connection | undefined {
  const connection = take(connections, id);
  if (connection !== undefined && connection.socket !== undefined) pcall(connection.socket.close, connection.socket);
  return connection;
}

function finish(id: number): void {
  const connection = release(id);
  if (connection !== undefined) connection.options.onError(connection.fault);
}

function end(connection: Connection, fault: number): void {
  const id = connection.id;
  if (connection.fault === 0) later(() => finish(id));
  connection.fault = fault;
}

function live(id: number): Connection | undefined {
  const connection = find(connections, id);
  return connection === undefined || connection.fault !== 0 || stopped ? undefined : connection;
}

/** Connected, or all bytes sent. */
function ready(id: number): void {
  const connection = live(id);
  if (connection === undefined || !connection.isBusy) return;
  connection.isOpen = true;
  connection.isBusy = false;
  connection.options.onWritable();
}

function received(id: number, bytes: string): void {
  const connection = live(id);
  if (connection !== undefined) connection.options.onReadable(bytes);
}

/** `code` is lwIP's, 0 for an end in order. The ESP32 may tell 0 first and the reason after it. */
function ended(id: number, code: number): void {
  const connection = find(connections, id);
  if (connection === undefined || (code === 0 && connection.fault !== 0)) return;
  let fault = code === 0 ? Fault.closed : Fault.broken;
  if (!connection.isOpen) fault = code === ABORTED ? Fault.timeout : Fault.refused;
  end(connection, fault);
}

/** `reason` is NodeMCU's text for espconn's code, undefined for an end in order and for a code without a text. */
function endedTls(id: number, reason: string | undefined, isError: boolean): void {
  const connection = find(connections, id);
  if (connection === undefined) return;
  let fault = isError ? Fault.broken : Fault.closed;
  if (!connection.isOpen) fault = reason === "Timeout" ? Fault.timeout : reason === "Connection reset" ? Fault.refused : Fault.tls;
  end(connection, fault);
}

/** Raises an error where the stack refuses. */
function dial(connection: Connection): void {
  const id = connection.id;
  const options = connection.options;
  const isTls = BOARD.tlsLevel > 0 && options.tls !== undefined;
  const socket = isTls ? tls.createConnection() : net.createConnection();
  const told = (): void => ready(id);
  connection.socket = socket;
  socket.on("connection", told);
  socket.on("sent", told);
  socket.on("receive", (_socket, bytes: string) => received(id, bytes));
  if (isTls) {
    socket.on("disconnection", () => endedTls(id, undefined, false));
    socket.on("reconnection", (_socket, reason: string | undefined) => endedTls(id, reason, true));
  } else {
    socket.on("disconnection", (_socket, code: number) => ended(id, code));
  }
  socket.connect(options.port, options.address);
}

function connect(options: TcpOptions): TcpSocket {
  if (stopped || connections.length >= BOARD.socketsMax || !isWhole(options.port, 1, 65535) || !isAddress(options.address)) return 0;
  if (options.tls !== undefined && (BOARD.tlsLevel === 0 || !isHost(options.tls.serverName))) return 0;
  const connection = { id: newHandle(), options, socket: undefined, isOpen: false, isBusy: true, fault: 0 };
  connections.push(connection);
  // Without a network the stack would never answer.
  if (!online) end(connection, Fault.broken);
  else if (!pcall(dial, connection)) {
    take(connections, connection.id);
    return 0;
  }
  return connection.id;
}

function write(id: TcpSocket, bytes: string): number {
  const connection = live(id);
  if (connection === undefined) return Fault.closed;
  if (bytes.length === 0) return Fault.invalid;
  if (bytes.length > BOARD.tcpWriteBytesMax) return Fault.tooLarge;
  const socket = connection.socket;
  if (connection.isBusy || socket === undefined) return Fault.busy;
  connection.isBusy = true;
  // After an error nobody knows how many bytes the stack has taken.
  if (!pcall(socket.send, socket, bytes)) end(connection, Fault.broken);
  return 0;
}

function close(id: TcpSocket): void {
  release(id);
}

/** The network is gone: lwIP would find out only after minutes. */
export function breakAll(): void {
  for (const connection of connections) end(connection, Fault.broken);
}

export const tcp: TcpPort = { tlsLevel: BOARD.tlsLevel, writeBytesMax: BOARD.tcpWriteBytesMax, connect, write, close };
