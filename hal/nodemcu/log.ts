/** The log port on the console: event, number and text of a record in one line. */
import type { LogPort } from "../ports/log";

function record(event: string, number: number, text: string): void {
  print(event + " " + number + " " + text);
}

export const log: LogPort = { record };
