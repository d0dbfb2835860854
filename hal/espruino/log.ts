/**
 * The log port on the console: one line a record, `motet EVENT NUMBER TEXT`, with TEXT as JSON in which a byte above 0x7F is
 * written as \u00XX. Programs that watch a board read these lines and leave the others.
 */
import type { LogPort } from "../ports/log";

function record(event: string, number: number, text: string): void {
  print(`motet ${event} ${number} ` + JSON.stringify(text));
}

export const log: LogPort = { record };
