/**
 * The log port on the console: one line a record, `motet EVENT NUMBER TEXT`, with TEXT as a JSON string, so that no text makes
 * a second line. Programs that watch a board read these lines and leave the others.
 */
import { jsonString } from "../../firmware/base/json-write";
import type { LogPort } from "../ports/log";

function record(event: string, number: number, text: string): void {
  print("motet " + event + " " + number + " " + jsonString(text));
}

export const log: LogPort = { record };
