/** Digital pins (ECMA-419 Digital). A level is 0 or 1. */
export const enum DigitalMode {
  input = 0,
  inputPullUp = 1,
  inputPullDown = 2,
  output = 3,
  outputOpenDrain = 4,
}

export interface DigitalOptions {
  /** The board's name of the pin, from board.json. */
  readonly pin: string;
  readonly mode: DigitalMode;
  /** The level that an output takes on opening. */
  readonly initialValue: number;
  /** For inputs: the level changed. Undefined if the caller reads by itself. */
  readonly onReadable: ((this: void, value: number) => void) | undefined;
}

/** An open pin; opaque to the caller. */
export type DigitalPin = number;

export interface DigitalPort {
  /** Opens a pin: a number above 0, or 0 when the options are invalid or the pin is absent or open already. */
  open(this: void, options: DigitalOptions): DigitalPin;
  /** The level at the pin; 0 after `close`. */
  read(this: void, pin: DigitalPin): number;
  /** Drives an output: 0, `closed` or `invalid` (an input, or a value other than 0 and 1). */
  write(this: void, pin: DigitalPin, value: number): number;
  /** Releases the pin to high impedance. Idempotent. */
  close(this: void, pin: DigitalPin): void;
}
