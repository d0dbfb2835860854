/** What every verb gets. */
import { InvalidArgumentError } from "commander";
import type { Output } from "./output";

export interface Context {
  /** The folder of the framework. */
  readonly root: string;
  readonly version: string;
  readonly output: Output;
}

/** A TCP or UDP port; 0 is a free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("A port is a number from 0 to 65535; 0 takes a free one.");
  return port;
}

/** "90s", "10m", "24h", "7d": milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('A duration is a number and a unit: "90s", "10m", "24h".');
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60000, h: 3600000, d: 86400000 };
  return Number(match[1]) * units[match[2]!]!;
}

/** Resolves when the user ends the command. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}
