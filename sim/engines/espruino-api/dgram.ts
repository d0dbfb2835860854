/**
 * `require("dgram")`: text goes out and comes in; anything else aborts the interpreter. Long datagrams are cut to the receive
 * buffer or, on the ESP8266, come in parts or not at all; an empty one that arrives closes the socket, elsewhere.
 */
import type { UdpSocket } from "../../../hal/ports/udp";
import { isAddress } from "../../world/dns";
import type { Host } from "./host";
import { SocketError, wordsOf } from "./socket-errors";

/** What the interpreter puts before every datagram: address, port, length. */
const HEADER_BYTES = 8;
const EPHEMERAL_FIRST = 49152;
const EPHEMERAL_COUNT = 16384;

/** What all sockets of a boot share. */
interface Stack {
  /** The receive buffer grows with what any socket asked for, and stays. */
  chunkBytes: number;
  nextPort: number;
  /** Local ports in use here; a second `bind` to one throws. */
  readonly bound: Set<number>;
}

class Datagrams {
  readonly handle: Record<string, unknown>;
  private udp: UdpSocket = 0;
  private port = 0;
  private isOpen = true;
  private isBound = false;

  constructor(
    private readonly host: Host,
    private readonly stack: Stack,
    prototype: object,
  ) {
    this.handle = host.realm.object({ type: 2 });
    Object.setPrototypeOf(this.handle, prototype);
  }

  bind(port: unknown, callback: unknown): object {
    const { host, handle } = this;
    handle["#onbind"] = callback;
    this.open(Number(port ?? 0) & 65535);
    this.isBound = true;
    if (typeof callback === "function") host.queue(callback, handle, [handle]);
    return handle;
  }

  send(message: unknown, places: readonly unknown[]): void {
    const { host } = this;
    if (typeof message !== "string") return host.crash("assertion failed: dgram sends text only");
    const isSlice = typeof places[2] === "number";
    const [offset, count, port, address] = isSlice ? places : [0, message.length, places[0], places[1]];
    if (!this.isOpen) host.throw("Error", "This socket is closed");
    if (this.udp === 0) this.open(0);
    const bytes = message.substring(Number(offset), Number(offset) + Number(count));
    const go = (to: string): void => void host.ports.udp.write(this.udp, bytes, to, Number(port) & 65535);
    const name = String(address);
    if (isAddress(name)) return go(name);
    host.ports.dns.resolve(name, (fault, found) => host.turn(() => (fault === 0 && this.isOpen ? go(found) : undefined)));
  }

  close(): void {
    if (this.isOpen) this.finish(0);
  }

  /** Opens the machine's socket; a port of 0 takes a free one, and tries the next where the machine has given it away. */
  private open(wanted: number): void {
    const { host, stack } = this;
    if (wanted !== 0 && stack.bound.has(wanted)) return this.refuse();
    this.port = wanted === 0 ? freePort(stack) : wanted;
    this.udp = host.ports.udp.open({
      port: this.port,
      onReadable: (bytes, address, port) => host.turn(() => this.received(bytes, address, port)),
      onError: () => host.turn(() => (wanted === 0 ? this.retry() : this.finish(SocketError.busy))),
    });
    if (this.udp === 0) return this.refuse();
    stack.bound.add(this.port);
    this.handle["sckt"] = this.udp;
  }

  private retry(): void {
    this.host.ports.udp.close(this.udp);
    this.stack.bound.delete(this.port);
    this.open(0);
  }

  private refuse(): void {
    this.host.throw("InternalError", "Unable to create socket");
  }

  private received(bytes: string, address: string, port: number): void {
    const { host, stack, handle } = this;
    if (!this.isOpen) return;
    if (host.profile.dropsLongDatagrams && bytes.length > host.profile.chunkBytes) {
      host.print(`WARNING: Recv ${bytes.length} too long (UDP)!\n`);
      return;
    }
    const room = stack.chunkBytes - HEADER_BYTES;
    const hear = (data: string, size: number): void => host.emit(handle, "message", [data, host.realm.object({ address, port, size })]);
    if (!host.profile.dropsLongDatagrams) {
      if (bytes === "") this.finish(0);
      else hear(bytes.substring(0, room), Math.min(bytes.length, room));
      return;
    }
    // What has no room behind the header comes as a message of its own.
    for (let from = 0; from === 0 || from < bytes.length; from += room) hear(bytes.substring(from, from + room), bytes.length - from);
  }

  private finish(code: number): void {
    const { host, handle } = this;
    this.isOpen = false;
    host.ports.udp.close(this.udp);
    this.stack.bound.delete(this.port);
    if (code !== 0) host.emit(handle, "error", [host.realm.object({ code, message: wordsOf(code) })]);
    // A bound socket stands in two lists of the interpreter's, and each of them tells its end.
    for (let times = this.isBound ? 2 : 1; times > 0; times -= 1) {
      host.emit(handle, "end", []);
      host.emit(handle, "close", [code !== 0]);
    }
  }
}

function freePort(stack: Stack): number {
  do stack.nextPort = EPHEMERAL_FIRST + ((stack.nextPort + 1 - EPHEMERAL_FIRST) % EPHEMERAL_COUNT);
  while (stack.bound.has(stack.nextPort));
  return stack.nextPort;
}

/** The module's one function, `createSocket`. */
export function dgramModule(host: Host): Record<string, unknown> {
  const { realm } = host;
  const start = [...host.ports.random.bytes(2)].reduce((sum, char) => sum * 256 + char.charCodeAt(0), 0);
  const stack: Stack = { chunkBytes: host.profile.chunkBytes, nextPort: EPHEMERAL_FIRST + (start % EPHEMERAL_COUNT), bound: new Set() };
  const sockets = new WeakMap<object, Datagrams>();
  const prototype = realm.object();
  const socketOf = (self: object): Datagrams => sockets.get(self) ?? host.throw("TypeError", "Not a dgramSocket");
  const methods = {
    bind(this: object, port: unknown, callback: unknown) {
      return socketOf(this).bind(port, callback);
    },
    send(this: object, message: unknown, ...places: unknown[]) {
      socketOf(this).send(message, places);
    },
    close(this: object) {
      socketOf(this).close();
    },
  };
  for (const [name, method] of Object.entries(methods)) realm.hide(prototype, name, method);
  return realm.object({
    createSocket: (options: unknown, callback: unknown) => {
      const { recvBufferSize } = (typeof options === "object" && options !== null ? options : {}) as { recvBufferSize?: unknown };
      stack.chunkBytes = Math.max(stack.chunkBytes, Number(recvBufferSize ?? 0));
      const socket = new Datagrams(host, stack, prototype);
      sockets.set(socket.handle, socket);
      if (callback !== undefined) socket.handle["#onconnect"] = callback;
      return socket.handle;
    },
  });
}
