/** I2C as the bus master. Calls act at once; a device that does not answer is `hardware` and leaves the bus usable. */
export interface I2cOptions {
  /** The board's name of the bus, e.g. "default". */
  readonly bus: string;
  /** The device's 7-bit address, 8 to 119. */
  readonly address: number;
  /** Clock, Hz, 1 to 1000000. */
  readonly hz: number;
}

/** An open device on a bus; opaque to the caller. */
export type I2cDevice = number;

export interface I2cPort {
  /** Opens a device on a bus: a number above 0, or 0 when the options are invalid or the bus is absent. */
  open(this: void, options: I2cOptions): I2cDevice;
  /** Writes 1 to 255 bytes, then stop: 0, `closed`, `invalid` or `hardware` (NACK, stuck bus). */
  write(this: void, device: I2cDevice, bytes: string): number;
  /** Writes the bytes, repeated start, reads `count` (1 to 255) bytes; undefined after NACK, a stuck bus or `close`. */
  writeRead(this: void, device: I2cDevice, bytes: string, count: number): string | undefined;
  /** Idempotent; other devices of the bus stay open. */
  close(this: void, device: I2cDevice): void;
}
