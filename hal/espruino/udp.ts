/**
 * The udp port on the module `dgram`.
 *
 * The engine cuts what arrives at its buffer, so the buffer has room for one byte more than the largest datagram, and what
 * fills it is dropped. An empty datagram that arrives ends the engine's socket on ESP32 and Linux: that is `broken`.
 * A socket on any free port is not bound at all; the engine does it with the first datagram out.
 */
import { isWhole } from "../../firmware/base/number";
import { Fault } from "../ports/fault";
import type { UdpOptions, UdpPort, UdpSocket } from "../ports/udp";
import { isAddress } from "./names";
import { close, freeHandle, heard, type Opened, sockets } from "./sockets";

const enum Limit {
  /** The engine's header before each datagram in its buffer, and the byte that shows one that is too large. */
  bufferBytesMore = 9,
}

/** @cold */
function open(options: UdpOptions): UdpSocket {
  const port = options.port;
  const handle = port >= 0 && port <= 65535 && isWhole(port) ? freeHandle(1) : 0;
  if (handle === 0) return 0;
  const socket = require("dgram").createSocket({ type: "udp4", recvBufferSize: BOARD.udpBytesMax + Limit.bufferBytesMore }) as Opened;
  socket.handle = handle;
  socket.fault = Fault.broken;
  socket.onReadable = options.onReadable as Opened["onReadable"];
  socket.onError = options.onError;
  socket["#onmessage"] = heard;
  socket["#onclose"] = heard;
  sockets[handle % (BOARD.socketsMax * 2)] = socket;
  if (port > 0) {
    try {
      socket.bind(port);
    } catch {
      socket.fault = Fault.busy;
      socket.emit("close", true);
    }
  }
  return handle;
}

function write(handle: UdpSocket, bytes: string, address: string, port: number): number {
  const socket = sockets[handle % (BOARD.socketsMax * 2)];
  if (socket === undefined || socket.handle !== handle) return Fault.closed;
  if (bytes.length > BOARD.udpBytesMax) return Fault.tooLarge;
  if (!isAddress(address) || !(port >= 1 && port <= 65535) || !isWhole(port)) return Fault.invalid;
  // It throws when the engine has given the socket up, of which an event is under way: the datagram is lost.
  try {
    socket.send(bytes, port, address);
  } catch {
    return Fault.none;
  }
  return Fault.none;
}

export const udp: UdpPort = { bytesMax: BOARD.udpBytesMax, open, write, close };
