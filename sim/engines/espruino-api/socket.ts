/**
 * One TCP socket as device code sees it, over the machine's TCP port. The order of its events is the interpreter's
 * (libs/network/socketserver.c): the connect callback and then `drain`; data in pieces; `error`, `end` and `close` at the
 * end. `write` takes everything into memory and answers false; `drain` says that all of it has left.
 */
import { Fault } from "../../../hal/ports/fault";
import type { TcpSocket } from "../../../hal/ports/tcp";
import { WifiConnection } from "../../../hal/ports/wifi";
import type { Host } from "./host";
import { connectError, SocketError, wordsOf } from "./socket-errors";

/** Where the interpreter's record of a TLS connection says that the handshake is under way: a byte behind a number of 32 bits. */
const HANDSHAKE_AT = 4;
/** Bytes that wait for a listener. */
const BUFFER_MAX = 512;

const HANDSHAKE_FAILED = "mbedtls_ssl_handshake returned SSL - The connection indicated an EOF";

export interface SocketOptions {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  /** What the device gave to `connect`. */
  readonly given: unknown;
}

export class Socket {
  /** What the device holds. Its properties are the interpreter's own; code that reads them finds them as they are there. */
  readonly handle: Record<string, unknown>;
  private tcp: TcpSocket = 0;
  private connected = false;
  /** The TLS handshake is over. */
  private isSecure = false;
  private outgoing = "";
  /** Bytes that the machine has and has not let go of. */
  private inFlight = false;
  /** The drain of these bytes was told already. */
  private toldEarly = false;
  private closing = false;
  private closed = false;

  constructor(
    private readonly host: Host,
    private readonly options: SocketOptions,
    prototype: object,
  ) {
    this.handle = host.realm.object({ type: options.isTls ? 256 : 0, opt: options.given });
    Object.setPrototypeOf(this.handle, prototype);
  }

  /** Starts connecting to an address; false when no socket is to be had, or a blocking `connect` would be refused. */
  connect(address: string): boolean {
    const { host, options } = this;
    if (host.profile.connectThrows && host.options.refuses?.(address, options.port) === true) return false;
    this.tcp = host.ports.tcp.connect({
      address,
      port: options.port,
      tls: options.isTls ? { serverName: options.host } : undefined,
      onWritable: () => host.turn(() => this.writable()),
      onReadable: (bytes) => host.turn(() => this.received(bytes)),
      onError: (fault) => host.turn(() => this.failed(fault)),
    });
    if (this.tcp === 0) return false;
    this.handle["sckt"] = this.tcp + 1;
    if (!options.isTls) return true;
    this.recordHandshake(true);
    // Under TLS the interpreter calls itself connected before the handshake has begun.
    host.later(() => this.established());
    return true;
  }

  /** The address was not found or is not to be had; the device's call has returned long ago. */
  abandon(fault: number): void {
    if (!this.closed) this.finish(connectError(fault));
  }

  write(data: unknown): boolean {
    if (this.closing || this.closed) this.host.throw("Error", "This socket is closed");
    // Anything is made text first: a list of bytes is sent as its numbers with commas.
    this.outgoing += String(data);
    this.handle["dSnd"] = this.outgoing;
    this.pump();
    return false;
  }

  end(data: unknown): void {
    if (data !== undefined) this.write(data);
    if (this.closed) return;
    this.closing = true;
    this.closeWhenSent();
  }

  read(count: unknown): string | undefined {
    const buffered = this.handle["buf"];
    if (typeof buffered !== "string") return undefined;
    const taken = Number(count ?? 0) > 0 ? buffered.substring(0, Number(count)) : buffered;
    this.handle["buf"] = buffered.substring(taken.length);
    if (this.handle["buf"] === "") delete this.handle["buf"];
    return taken;
  }

  available(): number {
    return typeof this.handle["buf"] === "string" ? this.handle["buf"].length : 0;
  }

  /** The global `ssl`: one text a connection, by the number of its socket. */
  private recordHandshake(isUnderWay: boolean): void {
    const { realm } = this.host;
    if (realm.globals["ssl"] === undefined) realm.define({ ssl: realm.object() });
    (realm.globals["ssl"] as Record<number, string>)[this.tcp] = "\0".repeat(HANDSHAKE_AT) + (isUnderWay ? "\x01" : "\0");
  }

  private established(): void {
    if (this.connected || this.closed) return;
    this.connected = true;
    this.handle["conn"] = true;
    // What was written before goes out first; having left, it is told twice.
    this.pump();
    this.toldEarly = this.inFlight && this.outgoing === "";
    if (this.toldEarly) this.host.emit(this.handle, "drain", [this.handle]);
    this.host.emit(this.handle, "connect", [this.handle]);
    if (this.outgoing === "") this.host.emit(this.handle, "drain", [this.handle]);
  }

  private writable(): void {
    if (this.closed) return;
    if (this.options.isTls && !this.isSecure) {
      this.isSecure = true;
      this.recordHandshake(false);
    }
    if (!this.connected) return this.established();
    if (this.inFlight) this.handle["dSnd"] = this.outgoing;
    const wasInFlight = this.inFlight && !this.toldEarly;
    this.inFlight = false;
    this.toldEarly = false;
    if (this.outgoing !== "") this.pump();
    else if (this.closing) this.closeWhenSent();
    else if (wasInFlight) this.host.emit(this.handle, "drain", [this.handle]);
  }

  private pump(): void {
    if (!this.connected || this.inFlight || this.outgoing === "") return;
    const { tcp } = this.host.ports;
    const piece = this.outgoing.substring(0, Math.min(this.host.profile.chunkBytes, tcp.writeBytesMax));
    if (tcp.write(this.tcp, piece) !== Fault.none) return;
    this.outgoing = this.outgoing.substring(piece.length);
    this.inFlight = true;
    // What the machine still holds counts as unsent until it says otherwise.
    this.handle["dSnd"] = piece + this.outgoing;
  }

  private closeWhenSent(): void {
    if (this.inFlight || (this.outgoing !== "" && this.tcp !== 0)) return;
    this.host.ports.tcp.close(this.tcp);
    this.finish(0);
  }

  private received(bytes: string): void {
    const { host } = this;
    const { chunkBytes } = host.profile;
    this.established();
    for (let from = 0; from < bytes.length; from += chunkBytes) {
      if (this.closed || !host.alive) return;
      const piece = bytes.substring(from, from + chunkBytes);
      if (!host.callListeners(this.handle, "data", [piece])) this.buffer(piece);
    }
  }

  private buffer(piece: string): void {
    const buffered = typeof this.handle["buf"] === "string" ? this.handle["buf"] : "";
    this.handle["buf"] = (buffered + piece).substring(0, Math.max(BUFFER_MAX, buffered.length));
  }

  private failed(fault: number): void {
    if (this.closed) return;
    const { host } = this;
    // A network that went away closes nothing: the sockets fall silent.
    if (fault === Fault.broken && this.connected && host.ports.wifi.connection() < WifiConnection.ready) {
      this.tcp = 0;
      return;
    }
    if (fault === Fault.tls) {
      this.finish(this.outgoing === "" ? 0 : SocketError.unsentData);
      host.uncaught(host.realm.error("InternalError", HANDSHAKE_FAILED));
      return;
    }
    if (this.options.isTls && fault === Fault.closed && this.isSecure) return this.finish(SocketError.tlsClosed);
    const isReset = fault === Fault.broken && host.profile.tellsResets;
    if (fault !== Fault.closed && (!this.connected || isReset)) this.finish(this.connected ? SocketError.reset : connectError(fault));
    else this.finish(this.outgoing === "" ? 0 : SocketError.unsentData);
  }

  /** Tells the end: an error unless the code is 0, `end`, and `close` with whether there was an error. */
  private finish(code: number): void {
    const { host, handle } = this;
    this.closed = true;
    if (this.options.isTls) delete (host.realm.globals["ssl"] as Record<number, string> | undefined)?.[this.tcp];
    delete handle["sckt"];
    Object.assign(handle, { conn: false, cls: true });
    if (code !== 0) host.emit(handle, "error", [host.realm.object({ code, message: wordsOf(code) })]);
    host.emit(handle, "end", []);
    host.emit(handle, "close", [code !== 0]);
  }
}
