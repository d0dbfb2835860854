/**
 * The tcp port on the modules `net` and `tls`.
 *
 * What the engine does, and what is made of it:
 * - `connect` blocks on ESP32 and Linux until the connection stands, and throws when it does not; nothing follows the throw. On
 *   ESP8266 it returns at once, and `close` says how it went.
 * - `drain` comes once after connecting, when nothing was written, and then each time that all bytes have left: it is
 *   `onWritable`, and the only signal for it.
 * - Under TLS that first `drain` comes before the handshake, of whose end nothing tells. The engine's own record of the
 *   connection does, so it is watched until then. A handshake that fails is an exception from the engine's idle loop (see
 *   start.ts) and `close`.
 * - `close(true)` is a connection that broke, `close(false)` one that the peer ended. A reset looks like the latter on ESP32
 *   and Linux.
 */
import { isWhole } from "../../firmware/base/number";
import { Fault } from "../ports/fault";
import type { TcpOptions, TcpPort, TcpSocket } from "../ports/tcp";
import { TlsLevel } from "../ports/tls";
import { WifiConnection } from "../ports/wifi";
import { skipMissed } from "./clock";
import { isAddress, isHostName } from "./names";
import { connection } from "./radio";
import { close, freeHandle, heard, type Opened, sockets, State } from "./sockets";

const enum Limit {
  /** A `connect` that blocked for longer before it threw was not refused: nobody answered. */
  refusalSec = 3,
}

/**
 * Opens the engine's socket, or makes one that has failed: `fault` says why, and nothing else is on it.
 *
 * @cold
 */
function dial(options: TcpOptions): Opened {
  let socket = {} as Opened;
  let fault = Fault.broken;
  if (!BOARD.radio || connection === WifiConnection.ready) {
    const began = getTime();
    const target = { host: options.address, port: options.port };
    try {
      if (BOARD.tlsLevel > TlsLevel.none && options.tls !== undefined) socket = require("tls").connect(target) as Opened;
      else socket = require("net").connect(target) as Opened;
      fault = options.tls === undefined ? Fault.refused : Fault.tls;
    } catch {
      fault = getTime() - began < Limit.refusalSec ? Fault.refused : Fault.timeout;
    }
    if (BOARD.chip !== "esp8266") skipMissed(getTime() - began);
  }
  socket.fault = fault;
  return socket;
}

/** @cold */
function isValid(options: TcpOptions): boolean {
  const port = options.port;
  if (!isAddress(options.address) || !(port >= 1 && port <= 65535) || !isWhole(port)) return false;
  return options.tls === undefined || (BOARD.tlsLevel > TlsLevel.none && isHostName(options.tls.serverName));
}

/** @cold */
function connect(options: TcpOptions): TcpSocket {
  const handle = isValid(options) ? freeHandle(0) : 0;
  if (handle === 0) return 0;
  const socket = dial(options);
  socket.handle = handle;
  socket.state = State.connecting;
  socket.onWritable = options.onWritable;
  socket.onReadable = options.onReadable;
  socket.onError = options.onError;
  socket["#ondata"] = heard;
  socket["#ondrain"] = heard;
  socket["#onclose"] = heard;
  if (BOARD.chip === "esp8266" || options.tls !== undefined) socket["#onerror"] = heard;
  sockets[handle % (BOARD.socketsMax * 2)] = socket;
  // One that the engine did not make has no number of the engine's, and nothing but this closes it.
  if (socket.sckt === undefined) socket.emit("close", true);
  return handle;
}

function write(handle: TcpSocket, bytes: string): number {
  const socket = sockets[handle % (BOARD.socketsMax * 2)];
  if (socket === undefined || socket.handle !== handle) return Fault.closed;
  if (bytes === "") return Fault.invalid;
  if (bytes.length > BOARD.tcpWriteBytesMax) return Fault.tooLarge;
  if (socket.state !== State.writable) return Fault.busy;
  let fault = Fault.none;
  // It throws when the peer has ended the connection, of which an event is under way.
  try {
    socket.write(bytes);
    socket.state = State.busy;
  } catch {
    fault = Fault.busy;
  }
  return fault;
}

export const tcp: TcpPort = { tlsLevel: BOARD.tlsLevel, writeBytesMax: BOARD.tcpWriteBytesMax, connect, write, close };
