/**
 * The udp port on the module `dgram`.
 *
 * The engine cuts what arrives at its buffer, so the buffer has room for one byte more than the largest datagram, and what
 * fills it is dropped. An empty datagram that arrives ends the engine's socket on ESP32 and Linux: that is `broken`.
 * A socket on any free port is not bound at all; the engine does it with the first datagram out.
 */
import { Fault } from "../ports/fault";
import type { UdpOptions, UdpPort, UdpSocket } from "../ports/udp";
import { isAddress } from "./names";

/** The engine's header before each datagram in its buffer, and the byte that shows one that is too large. */
const BUFFER_BYTES_MORE = 9;

interface Opened extends EspruinoDatagrams {
  handle: UdpSocket;
  /** True when the port was taken: `sweep` will tell, and nothing is sent. */
  taken: boolean;
  onReadable: (this: void, bytes: string, address: string, port: number) => void;
  onError: (this: void, fault: number) => void;
}

/** By the remainder of the handle. */
const sockets: (Opened | undefined)[] = [];
let latestHandle = 0;

function close(handle: UdpSocket): void {
  const socket = sockets[handle % BOARD.socketsMax];
  if (socket === undefined || socket.handle !== handle) return;
  sockets[handle % BOARD.socketsMax] = undefined;
  try {
    socket.close();
  } catch {
    return;
  }
}

/** Every event of every socket: `message` brings bytes and their sender, `close` comes when the engine gave up. */
function heard(this: Opened, bytes: string | boolean, sender: EspruinoSender): void {
  if (sockets[this.handle % BOARD.socketsMax] !== this) return;
  if (typeof bytes !== "string") {
    // Once: a bound socket closes twice.
    const wasUsable = !this.taken;
    this.taken = true;
    if (wasUsable) this.onError(Fault.broken);
  } else if (bytes.length <= BOARD.udpBytesMax) {
    this.onReadable(bytes, sender.address, sender.port);
  }
}

/** Tells that the port of a socket is taken. */
function refuse(socket: Opened): void {
  if (sockets[socket.handle % BOARD.socketsMax] === socket) socket.onError(Fault.busy);
}

/** @cold */
function open(options: UdpOptions): UdpSocket {
  const port = options.port;
  if (!(port >= 0 && port <= 65535) || Math.floor(port) !== port) return 0;
  let tries = 0;
  latestHandle += 1;
  while (sockets[latestHandle % BOARD.socketsMax] !== undefined) {
    latestHandle += 1;
    tries += 1;
    if (tries === BOARD.socketsMax) return 0;
  }
  const socket = require("dgram").createSocket({ type: "udp4", recvBufferSize: BOARD.udpBytesMax + BUFFER_BYTES_MORE }) as Opened;
  socket.handle = latestHandle;
  socket.taken = false;
  socket.onReadable = options.onReadable;
  socket.onError = options.onError;
  socket["#onmessage"] = heard;
  socket["#onclose"] = heard;
  sockets[latestHandle % BOARD.socketsMax] = socket;
  if (port > 0) {
    try {
      socket.bind(port);
    } catch {
      socket.taken = true;
      setTimeout(refuse, 0, socket);
    }
  }
  return latestHandle;
}

function write(handle: UdpSocket, bytes: string, address: string, port: number): number {
  const socket = sockets[handle % BOARD.socketsMax];
  if (socket === undefined || socket.handle !== handle || socket.taken) return Fault.closed;
  if (bytes.length > BOARD.udpBytesMax) return Fault.tooLarge;
  if (!isAddress(address) || !(port >= 1 && port <= 65535) || Math.floor(port) !== port) return Fault.invalid;
  // It throws when the engine has given the socket up, of which an event is under way: the datagram is lost.
  try {
    socket.send(bytes, port, address);
  } catch {
    return Fault.none;
  }
  return Fault.none;
}

export const udp: UdpPort = { bytesMax: BOARD.udpBytesMax, open, write, close };
