/** Analog inputs (ECMA-419 Analog). */
export interface AnalogOptions {
  /** The board's name of the pin, from board.json. */
  readonly pin: string;
}

/** An open input; opaque to the caller. */
export type AnalogPin = number;

export interface AnalogPort {
  /** Bits of a sample: it is 0 to 2^resolution - 1. */
  readonly resolution: number;
  /** Opens an input: a number above 0, or 0 when the pin is absent or open already. */
  open(this: void, options: AnalogOptions): AnalogPin;
  /** One sample, an integer; 0 after `close`. */
  read(this: void, pin: AnalogPin): number;
  /** Idempotent. */
  close(this: void, pin: AnalogPin): void;
}
