/** How far a transfer to a board is, on one line that a terminal writes over and over. */

const CHARS = 24;

/** `done` of `total` bytes in so many milliseconds; empty when it is at its end. */
export function transferBar(done: number, total: number, ms: number): string {
  if (done === total) return "";
  const full = Math.round((CHARS * done) / total);
  return `[${"#".repeat(full)}${".".repeat(CHARS - full)}] ${done} of ${total} bytes, ${Math.round(done / Math.max(1, ms))} kB/s`;
}
