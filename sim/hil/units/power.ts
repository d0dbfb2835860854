/**
 * How a board's power is taken away and given back: its reset line, held; or commands of its bench, for a switched USB hub or a relay.
 */
import { execFile } from "node:child_process";
import type { Transport } from "../../../boards/toolchain/link/transport";
import { BenchError } from "../faults";

/** Programs with their arguments; no shell reads them. */
export interface PowerCommands {
  readonly off: readonly string[];
  readonly on: readonly string[];
}

const COMMAND_MS = 30000;

/** Runs one command to its end. Rejects when it fails. */
export function runCommand([program, ...args]: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program!, args, { timeout: COMMAND_MS }, (error) => {
      if (error === null) return resolve();
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT" || code === "EACCES") return reject(new BenchError(`The power command ${program!} cannot be started: write its whole path into the map of boards.`, { cause: error, isPassing: false }));
      reject(new BenchError(`The power command ${program!} failed (${error.killed === true ? `it did not end within ${COMMAND_MS / 1000} s` : `exit code ${String(code)}`}).`, { cause: error }));
    });
  });
}

/** Holds the chip in reset, or lets go of it; on most boards RTS alone does that. */
export function holdReset(transport: Transport, isHeld: boolean): Promise<void> {
  return transport.setLines!(false, isHeld);
}
