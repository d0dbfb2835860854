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

/** lwIP's ERR_ABRT, which is that nobody answered, and ERR_RST: the two chips have different versions of it. */
const ABORTED = BOARD.chip === "esp32" ? -13 : -8;
const RESET = BOARD.chip === "esp32" ? -14 : -9;
/** Not one of lwIP's: the handshake failed. */
const HANDSHAKE = 1;

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
  // Until it is told, there is nothing to do but to wait.
  connection.isBusy = true;
}

function live(id: number): Connection | undefined {
  const connection = find(connections, id);
  return connection === undefined || connection.fault !== 0 || stopped ? undefined : connection;
}

/** Connected, or all bytes sent. */
function ready(id: number, socket: NetSocket | undefined): void {
  const connection = live(id);
  if (connection === undefined) {
    // The ESP32 cannot close what is not connected yet.
    if (socket !== undefined) pcall(socket.close, socket);
    return;
  }
  if (!connection.isBusy) return;
  connection.isOpen = true;
  connection.isBusy = false;
  connection.options.onWritable();
}

function received(id: number, bytes: string): void {
  const connection = live(id);
  if (connection !== undefined) connection.options.onReadable(bytes);
}

/** `code` is lwIP's, or 0 for an end in order. The ESP32 tells 0 first and then the reason. */
function ended(id: number, code: number): void {
  const connection = find(connections, id);
  if (connection === undefined || (code === 0 && connection.fault !== 0)) return;
  let fault = code === 0 ? Fault.closed : Fault.broken;
  if (!connection.isOpen) fault = code === ABORTED ? Fault.timeout : code === HANDSHAKE ? Fault.tls : Fault.refused;
  end(connection, fault);
}

/** Raises an error where the stack refuses. */
function dial(connection: Connection): void {
  const id = connection.id;
  const options = connection.options;
  const socket = BOARD.tlsLevel > 0 && options.tls !== undefined ? tls.createConnection() : net.createConnection();
  const told = (from: NetSocket | undefined): void => ready(id, from);
  connection.socket = socket;
  socket.on("connection", told);
  socket.on("sent", told);
  socket.on("receive", (_from, bytes: string) => received(id, bytes));
  // The tls module tells no code here.
  socket.on("disconnection", (_from, code: number | undefined) => ended(id, code ?? 0));
  if (BOARD.tlsLevel > 0 && options.tls !== undefined) {
    socket.on("reconnection", (_from, reason: string | undefined) => {
      ended(id, reason === "Timeout" ? ABORTED : reason === "Connection reset" ? RESET : HANDSHAKE);
    });
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
  const connection = find(connections, id);
  if (connection === undefined || stopped) return Fault.closed;
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
