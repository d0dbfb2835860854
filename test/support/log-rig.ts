/** Reading logs for tests: filled, walked and acknowledged on the world's flash. */
import type { FlashArea } from "../../hal/ports/flash";
import { checksum } from "../../sim/world/checksum";
import { createFlash } from "../../sim/world/flash";
import type { WorldFlash } from "../../sim/world/flash";
import { StoreCode } from "../../firmware/store/code";
import { logAcknowledge, logAppend, logCursor, logEntry, logNext, logOpen, logRewind } from "../../firmware/store/log";
import type { ReadingLog } from "../../firmware/store/log";

/** The smallest area, and the one of a board. */
export const small: FlashArea = { name: "log", blockBytes: 256, blocks: 4 };
export const pages: FlashArea = { name: "log", blockBytes: 4096, blocks: 12 };

/** A flash with one area, and the way to open a log on it. */
export function made(area: FlashArea = small): { flash: WorldFlash; open: () => ReadingLog } {
  const flash = createFlash({ areas: [area] });
  return { flash, open: () => logOpen(flash.port, checksum, area) };
}

/** Everything that waits, oldest first. */
export function waiting(log: ReadingLog): string[] {
  const cursor = logCursor();
  const entry = logEntry();
  const all: string[] = [];
  logRewind(log, cursor);
  while (logNext(log, cursor, entry)) all.push(`${String(entry.sequence)}:${entry.bytes}`);
  return all;
}

/** Acknowledges the records of which `choose` is true. */
export function acknowledge(log: ReadingLog, choose: (sequence: number) => boolean): void {
  const cursor = logCursor();
  const entry = logEntry();
  logRewind(log, cursor);
  while (logNext(log, cursor, entry)) {
    if (choose(entry.sequence)) expect(logAcknowledge(log, cursor, entry.sequence)).toBe(StoreCode.ok);
  }
}

/** Appends readings of 14 bytes that carry their number, until `until` is the last. */
export function fill(log: ReadingLog, until: number): void {
  while (log.lastSequence < until) expect(logAppend(log, reading(log.lastSequence + 1))).toBeGreaterThan(0);
}

/** The reading of that number, 14 bytes. */
export function reading(sequence: number): string {
  return `reading ${String(sequence).padStart(6, "0")}`;
}

/** What `waiting` gives for these readings. */
export function range(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${String(from + i)}:${reading(from + i)}`);
}
