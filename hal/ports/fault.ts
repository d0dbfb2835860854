/** Why a port refused or ended something. The numbers are stable: they are stored and reported as "last error". */
export const enum Fault {
  none = 0,
  /** The handle was closed, or the peer closed the connection in order. */
  closed = 1,
  /** An option is missing or out of range; nothing was allocated. */
  invalid = 2,
  /** Another operation of the same kind is under way, or the write before it has not drained. */
  busy = 3,
  /** No such name, area, pin or bus. */
  notFound = 4,
  /** The peer refused: connection refused, wrong WiFi password. */
  refused = 5,
  /** The connection broke: reset, network gone, power of the radio lost. */
  broken = 6,
  /** No answer in the time that the port names. */
  timeout = 7,
  /** The TLS handshake or certificate check failed. */
  tls = 8,
  /** More bytes than the port can carry (see the port's limit). */
  tooLarge = 9,
  /** The hardware failed: flash write error, I2C NACK or stuck bus. */
  hardware = 10,
  /** The port exists but this machine cannot do it. */
  unsupported = 11,
}
