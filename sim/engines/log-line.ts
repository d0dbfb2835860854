/**
 * Records of a device's log port on a console: one line each, `motet EVENT NUMBER TEXT` with TEXT in JSON, as the adapters
 * for boards print them. Every other line is something else's.
 */

export interface LogRecord {
  readonly event: string;
  readonly number: number;
  /** One char per byte. */
  readonly text: string;
}

/** The record of a line; undefined for a line that is none. */
export function parseLogLine(line: string): LogRecord | undefined {
  const match = /^motet (\w+) (-?\d+) (".*")$/.exec(line);
  if (match === null) return undefined;
  try {
    return { event: match[1]!, number: Number(match[2]), text: JSON.parse(match[3]!) as string };
  } catch {
    return undefined;
  }
}
