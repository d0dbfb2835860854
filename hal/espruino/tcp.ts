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
 *
 * All that a connection needs stands on the engine's socket, and one listener hears everything: a struct or a closure for each
 * connection would cost more than the port.
 */
import { at } from "../../firmware/base/intrinsics";
import { Fault } from "../ports/fault";
import type { TcpOptions, TcpPort, TcpSocket } from "../ports/tcp";
import { TlsLevel } from "../ports/tls";
import { WifiConnection } from "../ports/wifi";
import { skipMissed } from "./clock";
import { isAddress, isHostName } from "./names";
import { connection, whenLost } from "./radio";

const HANDSHAKE_POLL_MS = 50;
/** A `connect` that blocked for longer than this before it threw was not refused: nobody answered. */
const REFUSAL_SEC_MAX = 3;
/** Where the engine's record of a TLS connection says whether the handshake is under way, behind a number of 32 bits. */
const HANDSHAKE_AT = 4;
/** The engine's code for no answer (ESP8266); other failures before the connection stands are refusals. */
const ENGINE_TIMEOUT = -3;
/** What mbedTLS calls an orderly end: the engine takes it for an error. */
const TLS_CLOSE_NOTIFY = -30848;

const enum State {
  connecting = 0,
  /** A write has not left yet. */
  busy = 1,
  writable = 2,
  /** It never came to stand; `sweep` will tell. */
  failed = 3,
}

interface Connection extends EspruinoSocket {
  "#ondrain": EspruinoListener;
  handle: TcpSocket;
  state: State;
  /** What `close` means if not what it says: until the connection stands, and after an `error` that is none. */
  fault?: number;
  onWritable: (this: void) => void;
  onReadable: (this: void, bytes: string) => void;
  onError: (this: void, fault: number) => void;
}

/** By the remainder of the handle. */
const connections: (Connection | undefined)[] = [];
let latestHandle = 0;

function close(handle: TcpSocket): void {
  const socket = connections[handle % BOARD.socketsMax];
  if (socket === undefined || socket.handle !== handle) return;
  connections[handle % BOARD.socketsMax] = undefined;
  // It throws for a socket that the engine never made, or has ended already.
  try {
    socket.end();
  } catch {
    return;
  }
}

/** Tells of the connections that never came to stand, and without a network of all. Runs on a turn of its own. */
function sweep(): void {
  for (let slot = 0; slot < BOARD.socketsMax; slot += 1) {
    const socket = connections[slot];
    if (socket !== undefined && (connection !== WifiConnection.ready || socket.state === State.failed)) {
      close(socket.handle);
      socket.onError(connection === WifiConnection.ready ? (socket.fault ?? Fault.broken) : Fault.broken);
    }
  }
}

/** True while the TLS handshake is under way. */
function isShaking(socket: Connection): boolean {
  const all = global.ssl;
  if (all === undefined || socket.sckt === undefined) return false;
  const own = all[socket.sckt - 1];
  return own !== undefined && own.length > HANDSHAKE_AT && at(own, HANDSHAKE_AT) !== 0;
}

/** Looks at the handshake again, as if the engine had told of the connection anew. */
function poll(socket: Connection): void {
  socket["#ondrain"]();
}

/** Every event of every socket: `data` brings text, `close` whether it broke, `error` a code, `drain` none of these. */
function heard(this: Connection, value?: string | boolean | EspruinoSocketError): void {
  if (connections[this.handle % BOARD.socketsMax] !== this) return;
  if (typeof value === "boolean") {
    connections[this.handle % BOARD.socketsMax] = undefined;
    this.onError(this.fault ?? (value ? Fault.broken : Fault.closed));
    return;
  }
  const isData = typeof value === "string";
  if (!isData && value !== undefined && value.code < 0) {
    if (value.code === ENGINE_TIMEOUT) this.fault = Fault.timeout;
    else if (BOARD.tlsLevel > TlsLevel.none && value.code === TLS_CLOSE_NOTIFY) this.fault = Fault.closed;
    return;
  }
  if (BOARD.tlsLevel > TlsLevel.none && !isData && this.state === State.connecting && isShaking(this)) {
    setTimeout(poll, HANDSHAKE_POLL_MS, this);
    return;
  }
  // Bytes of a peer that speaks first come before the queued `drain`, which then finds the state that it tells of.
  if (isData ? this.state === State.connecting : this.state !== State.writable && (this.dSnd ?? "") === "") {
    this.state = State.writable;
    // What is needed until here only, and what the engine makes again.
    delete this.opt;
    delete this.fault;
    if (BOARD.chip === "esp8266") delete this["#onerror"];
    delete this.dSnd;
    this.onWritable();
  }
  if (isData && connections[this.handle % BOARD.socketsMax] === this) this.onReadable(value);
}

/**
 * Opens the engine's socket, or makes one that has failed.
 *
 * @cold
 */
function dial(options: TcpOptions): Connection {
  let socket = {} as Connection;
  let state = State.failed;
  let fault = Fault.broken;
  if (connection === WifiConnection.ready) {
    const began = getTime();
    const target = { host: options.address, port: options.port };
    try {
      if (BOARD.tlsLevel > TlsLevel.none && options.tls !== undefined) socket = require("tls").connect(target) as Connection;
      else socket = require("net").connect(target) as Connection;
      state = State.connecting;
      fault = options.tls === undefined ? Fault.refused : Fault.tls;
    } catch {
      fault = getTime() - began < REFUSAL_SEC_MAX ? Fault.refused : Fault.timeout;
    }
    if (BOARD.chip !== "esp8266") skipMissed(getTime() - began);
  }
  if (state === State.failed) setTimeout(sweep, 0);
  socket.state = state;
  socket.fault = fault;
  return socket;
}

/** @cold */
function isValid(options: TcpOptions): boolean {
  const port = options.port;
  if (!isAddress(options.address) || !(port >= 1 && port <= 65535) || Math.floor(port) !== port) return false;
  return options.tls === undefined || (BOARD.tlsLevel > TlsLevel.none && isHostName(options.tls.serverName));
}

/** @cold */
function connect(options: TcpOptions): TcpSocket {
  if (!isValid(options)) return 0;
  let tries = 0;
  latestHandle += 1;
  while (connections[latestHandle % BOARD.socketsMax] !== undefined) {
    latestHandle += 1;
    tries += 1;
    if (tries === BOARD.socketsMax) return 0;
  }
  const socket = dial(options);
  socket.handle = latestHandle;
  socket.onWritable = options.onWritable;
  socket.onReadable = options.onReadable;
  socket.onError = options.onError;
  socket["#ondata"] = heard;
  socket["#ondrain"] = heard;
  socket["#onclose"] = heard;
  if (BOARD.chip === "esp8266" || options.tls !== undefined) socket["#onerror"] = heard;
  connections[latestHandle % BOARD.socketsMax] = socket;
  if (BOARD.radio) whenLost(sweep);
  return latestHandle;
}

function write(handle: TcpSocket, bytes: string): number {
  const socket = connections[handle % BOARD.socketsMax];
  if (socket === undefined || socket.handle !== handle) return Fault.closed;
  if (bytes === "") return Fault.invalid;
  if (bytes.length > BOARD.tcpWriteBytesMax) return Fault.tooLarge;
  if (socket.state !== State.writable) return Fault.busy;
  // It throws when the peer has ended the connection, of which an event is under way.
  try {
    socket.write(bytes);
  } catch {
    return Fault.busy;
  }
  socket.state = State.busy;
  return Fault.none;
}

export const tcp: TcpPort = { tlsLevel: BOARD.tlsLevel, writeBytesMax: BOARD.tcpWriteBytesMax, connect, write, close };
