/** A serial line as a chip's loader needs it. Real ports, and the chips that tests put in their place, stand elsewhere. No code. */

/** What a computer drives. On boards with the usual two transistors, RTS alone holds the chip in reset and DTR alone holds GPIO0 low. */
export interface LineState {
  readonly dtr: boolean;
  readonly rts: boolean;
}

export interface LineSink {
  data(bytes: Uint8Array): void;
  /** The line is gone (a cable was pulled), or ended. Once, and not after `close`. */
  closed(): void;
}

export interface Line {
  /** How a person names it, e.g. "/dev/ttyUSB0". */
  readonly name: string;
  /** Of the USB bridge, where it is known. */
  readonly usb: { readonly vid: number; readonly pid: number } | undefined;
  /** Opens it at a speed in bits a second. Rejects with a LinkError. */
  open(baud: number, sink: LineSink): Promise<void>;
  /** Resolves when the bytes have left. Rejects with a LinkError when the line is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** Changes the speed of the open line. */
  setBaud(baud: number): Promise<void>;
  /** Drives both lines, where there are any. */
  setState(state: LineState): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}
