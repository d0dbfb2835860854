/**
 * The udp port on net. NodeMCU sends to addresses only and refuses an empty datagram; so does this port, as `invalid`.
 */
import { Fault } from "../ports/fault";
import type { UdpOptions, UdpPort, UdpSocket } from "../ports/udp";
import { isAddress } from "./address";
import { later } from "./clock";
import { type Handle, find, isWhole, newHandle, stopped, take } from "./state";

interface Binding extends Handle {
  readonly options: UdpOptions;
  readonly socket: NetUdpSocket;
  isBound: boolean;
}

const bindings: Binding[] = [];

function received(id: number, bytes: string, port: number, address: string): void {
  const binding = find(bindings, id);
  if (binding !== undefined && bytes.length <= BOARD.udpBytesMax && !stopped) binding.options.onReadable(bytes, address, port);
}

function failed(id: number): void {
  const binding = find(bindings, id);
  if (binding !== undefined) binding.options.onError(Fault.busy);
}

function open(options: UdpOptions): UdpSocket {
  const port = options.port;
  if (stopped || bindings.length >= BOARD.socketsMax || !isWhole(port, 0, 65535)) return 0;
  const id = newHandle();
  const socket = net.createUDPSocket();
  socket.on("receive", (_socket, bytes, from, address) => received(id, bytes, from, address));
  const isBound = pcall(socket.listen, socket, port);
  // The stack refuses a port that is taken, or has no room; which, only a port of its own choice tells.
  if (!isBound) {
    if (port === 0) return 0;
    later(() => failed(id));
  }
  bindings.push({ id, options, socket, isBound });
  return id;
}

function write(id: UdpSocket, bytes: string, address: string, port: number): number {
  const binding = find(bindings, id);
  if (binding === undefined || !binding.isBound || stopped) return Fault.closed;
  if (bytes.length > BOARD.udpBytesMax) return Fault.tooLarge;
  if (bytes.length === 0 || !isWhole(port, 1, 65535) || !isAddress(address)) return Fault.invalid;
  // An error (no route, no memory) is a datagram that is lost.
  pcall(binding.socket.send, binding.socket, port, address, bytes);
  return 0;
}

function close(id: UdpSocket): void {
  const binding = take(bindings, id);
  if (binding !== undefined) pcall(binding.socket.close, binding.socket);
}

export const udp: UdpPort = { bytesMax: BOARD.udpBytesMax, open, write, close };
