/**
 * Datagrams over IPv4. They may be lost, doubled and reordered; the port does not hide it.
 */
export interface UdpOptions {
  /** The local port, or 0 for any free one. */
  readonly port: number;
  /** One datagram of at least 0 bytes, and where it came from. */
  onReadable(this: void, bytes: string, address: string, port: number): void;
  /** The socket is unusable (`busy`: the port is taken); only `close` remains, and `write` answers `closed`. */
  onError(this: void, fault: number): void;
}

/** An open socket; opaque to the caller. */
export type UdpSocket = number;

export interface UdpPort {
  /** The largest datagram: `write` refuses larger ones, and the machine drops those that arrive (268 on ESP8266 Espruino). */
  readonly bytesMax: number;
  /** Opens a socket: a number above 0, or 0 when the options are invalid or none is free. */
  open(this: void, options: UdpOptions): UdpSocket;
  /** Sends one datagram: 0, or `closed`, `invalid` or `tooLarge`. A 0 does not mean that it arrived, or even left. */
  write(this: void, socket: UdpSocket, bytes: string, address: string, port: number): number;
  /** Idempotent. */
  close(this: void, socket: UdpSocket): void;
}
