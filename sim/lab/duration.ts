/** Durations as people write them: "500ms", "90s", "10m", "8h", "7d"; a number alone is milliseconds. */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60000, h: 3600000, d: 86400000 };

/** Milliseconds of a duration; undefined for a text that is none. */
export function durationMs(duration: string | number): number | undefined {
  if (typeof duration === "number") return duration >= 0 ? duration : undefined;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration.trim());
  return match === null ? undefined : Math.round(Number(match[1]) * unitMs[match[2]!]!);
}
