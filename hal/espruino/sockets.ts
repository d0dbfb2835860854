/**
 * What the tcp and the udp port share: one table of sockets, one listener that hears every event of every socket, and one way
 * to close. All that a socket needs stands on the engine's own object: a struct, a closure or a listener for each would cost
 * more variables than both ports.
 *
 * Handles of connections are even, those of datagram sockets odd; a handle is used once, its place in the table again.
 */
import { at } from "../../firmware/base/intrinsics";
import { Fault } from "../ports/fault";
import { TlsLevel } from "../ports/tls";

const enum Limit {
  handshakePollMs = 50,
  /** Where the engine's record of a TLS connection says whether the handshake is under way, behind a number of 32 bits. */
  handshakeAt = 4,
}

const enum EngineError {
  /** No answer (ESP8266); other failures before the connection stands are refusals. */
  timeout = -3,
  /** What mbedTLS calls an orderly end: the engine takes it for an error. */
  tlsCloseNotify = -30848,
}

export const enum State {
  connecting = 0,
  /** A write has not left yet. */
  busy = 1,
  writable = 2,
}

/** A connection, or a datagram socket, which has no `onWritable`. */
export interface Opened extends EspruinoSocket, EspruinoDatagrams {
  "#ondrain": EspruinoListener;
  "#onclose": EspruinoListener;
  handle: number;
  state: State;
  /** What `close` means if not what it says. */
  fault?: number;
  onWritable?: (this: void) => void;
  onReadable: (this: void, bytes: string, address?: string, port?: number) => void;
  onError: (this: void, fault: number) => void;
}

/** By the remainder of the handle. */
export const sockets: (Opened | undefined)[] = [];
let latestHandle = 0;

/**
 * A handle whose place is free, or 0.
 *
 * @param kind 0 for a connection, 1 for a datagram socket
 * @cold
 */
export function freeHandle(kind: number): number {
  for (let tries = 0; tries < BOARD.socketsMax; tries += 1) {
    latestHandle += 2;
    if (sockets[(latestHandle + kind) % (BOARD.socketsMax * 2)] === undefined) return latestHandle + kind;
  }
  return 0;
}

/** The engine throws for a socket that it never made, or has ended already. */
export function close(handle: number): void {
  const socket = sockets[handle % (BOARD.socketsMax * 2)];
  if (socket === undefined || socket.handle !== handle) return;
  sockets[handle % (BOARD.socketsMax * 2)] = undefined;
  try {
    if (socket.onWritable !== undefined) return socket.end();
    socket.close();
    // A device asks for the time and is done: the class would stay in memory.
    delete global.dgramSocket;
  } catch {
    return;
  }
}

/**
 * Ends every connection: the network is gone, of which the engine tells none of them. Each hears it on a later turn.
 *
 * @cold
 */
export function breakConnections(): void {
  for (const socket of sockets) {
    if (socket !== undefined && socket.onWritable !== undefined) {
      socket.fault = Fault.broken;
      socket.emit("close", true);
      try {
        socket.end();
      } catch {
        socket.fault = Fault.broken;
      }
    }
  }
}

/** True while the TLS handshake is under way. */
function isShaking(socket: Opened): boolean {
  const all = global.ssl;
  if (all === undefined || socket.sckt === undefined) return false;
  const own = all[socket.sckt - 1];
  return own !== undefined && own.length > Limit.handshakeAt && at(own, Limit.handshakeAt) !== 0;
}

/** Looks at the handshake again, as if the engine had told of the connection anew. */
function poll(socket: Opened): void {
  socket["#ondrain"]();
}

/** Takes note that a connection can be written to, and tells so. */
function becomeWritable(socket: Opened): void {
  socket.state = State.writable;
  // What is needed until here only, and what the engine makes again.
  delete socket.opt;
  delete socket.fault;
  if (BOARD.chip === "esp8266") delete socket["#onerror"];
  delete socket.dSnd;
  if (socket.onWritable !== undefined) socket.onWritable();
}

/**
 * Every event but those of a connection that is in use.
 * @apart
 */
function told(socket: Opened, place: number, value?: string | boolean | EspruinoSocketError, sender?: EspruinoSender): void {
  if (typeof value === "boolean") {
    sockets[place] = undefined;
    socket.onError(socket.fault ?? (value ? Fault.broken : Fault.closed));
    return;
  }
  if (sender !== undefined) {
    if (typeof value === "string" && value.length <= BOARD.udpBytesMax) socket.onReadable(value, sender.address, sender.port);
    return;
  }
  const isData = typeof value === "string";
  if (!isData && value !== undefined && value.code < 0) {
    if (value.code === EngineError.timeout) socket.fault = Fault.timeout;
    else if (BOARD.tlsLevel > TlsLevel.none && value.code === EngineError.tlsCloseNotify) socket.fault = Fault.closed;
    return;
  }
  if (BOARD.tlsLevel > TlsLevel.none && !isData && socket.state === State.connecting && isShaking(socket)) {
    setTimeout(poll, Limit.handshakePollMs, socket);
    return;
  }
  // Bytes of a peer that speaks first come before the queued `drain`, which then finds the state that it tells of.
  if (isData || (socket.state !== State.writable && (socket.dSnd ?? "") === "")) becomeWritable(socket);
  if (isData && sockets[place] === socket) socket.onReadable(value);
}

/** Every event: `data` and `message` bring text, `close` whether it broke, `error` a code, `drain` none of these. */
export function heard(this: Opened, value?: string | boolean | EspruinoSocketError, sender?: EspruinoSender): void {
  const place = this.handle % (BOARD.socketsMax * 2);
  if (sockets[place] !== this) return;
  if (typeof value === "string" && sender === undefined && this.state !== State.connecting) {
    this.onReadable(value);
  } else if (value === undefined && this.state === State.busy && (this.dSnd ?? "") === "") {
    this.state = State.writable;
    this.onWritable!();
  } else {
    told(this, place, value, sender);
  }
}
