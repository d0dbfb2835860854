/**
 * TCP connections, plain or under TLS.
 *
 * Contract beyond the common rules of `index.ts`:
 * - The first `onWritable` means connected (under TLS: the handshake is over). Every later one means that all bytes given to
 *   `write` have left the adapter.
 * - `onError` is called once at most and ends the connection: `refused`, `notFound`, `timeout`, `tls`, `broken`, or `closed`
 *   when the peer closed in order. Bytes that came before it are delivered first. Nothing follows it; `close` is then
 *   still allowed and does nothing.
 * - Whether the engine throws on a refused connection or sends an event is hidden by the adapter: it is `onError`.
 * - Bytes arrive in chunks of any size from 1 byte; Espruino cuts at 536 (268 on ESP8266). Order is kept.
 * - `write` takes all bytes or none. Before the first `onWritable`, and after a write until the next, it answers `busy`: one
 *   write outstanding.
 * - A connection whose machine loses its network ends with `broken`, and so does a `connect` without a network.
 * - Opening takes an IP address; names are the `dns` port's affair.
 *
 * For adapter authors: a peer that went silent is not detected here; keep-alive belongs to the protocol above.
 */
import type { TlsLevel } from "./tls";

export interface TcpOptions {
  /** An address from `dns.resolve`. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Undefined for plain TCP. */
  readonly tls: TlsOptions | undefined;
  onWritable(this: void): void;
  onReadable(this: void, bytes: string): void;
  onError(this: void, fault: number): void;
}

export interface TlsOptions {
  /** The name that the server's certificate must carry, and the SNI where the machine sends one. */
  readonly serverName: string;
}

/** An open connection; opaque to the caller. */
export type TcpSocket = number;

export interface TcpPort {
  /** What this adapter's TLS is worth. The agent sends no token below the level that the settings demand. */
  readonly tlsLevel: TlsLevel;
  /** The most bytes one `write` takes. */
  readonly writeBytesMax: number;
  /**
   * Starts connecting; a number above 0 is the socket, and 0 means that the options are invalid (TLS on a machine whose
   * level is `none` is) or no socket is free.
   */
  connect(this: void, options: TcpOptions): TcpSocket;
  /** Sends 1 to `writeBytesMax` bytes: 0, or `closed`, `busy`, `invalid` or `tooLarge`. */
  write(this: void, socket: TcpSocket, bytes: string): number;
  /** Ends the connection in order; bytes for which `onWritable` has not come yet may be lost. Idempotent. */
  close(this: void, socket: TcpSocket): void;
}


