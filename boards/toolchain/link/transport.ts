/** What carries bytes to a board and back; and what a person is told when that fails. */

/** One open way to a console. Bytes are texts of one char a byte. */
export interface Transport {
  write(bytes: string): void;
  /** Pulses the board's reset line; absent where there is none. */
  reset?(): Promise<void>;
  /** Drives both lines of a serial port. On most boards RTS alone holds the chip in reset, DTR alone GPIO0 low. */
  setLines?(dtr: boolean, rts: boolean): Promise<void>;
  /** Changes a serial port's speed, bits a second. */
  setBaud?(baud: number): Promise<void>;
  /** Ends it; nothing is told after. Idempotent. */
  close(): void;
  /** Called with what arrives. */
  onData: ((bytes: string) => void) | undefined;
  /** Called once when the other side, or the cable, is gone. */
  onClose: (() => void) | undefined;
}

/** Why a board cannot be reached or worked with. The classes decide a command's exit code and who may try again. */
export type LinkFault = "port" | "silent" | "lost" | "board" | "storage" | "verify";

/** One sentence that says what is wrong and what to do. */
export class LinkError extends Error {
  constructor(readonly fault: LinkFault, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Waits that can be taken back; tests give their own. */
export interface Timer {
  /** Calls `run` after `ms`; the answer takes that back. */
  after(ms: number, run: () => void): () => void;
}

export const realTimer: Timer = {
  after: (ms, run) => {
    const handle = setTimeout(run, ms);
    return () => clearTimeout(handle);
  },
};
