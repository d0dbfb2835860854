/** What every verb gets. */
import { InvalidArgumentError } from "commander";
import type { BuildChoice } from "../boards/toolchain/compile/entry";
import { findApp } from "../boards/toolchain/compile/native";
import type { Output } from "./output";

export interface Context {
  /** The folder of the framework. */
  readonly root: string;
  readonly version: string;
  readonly output: Output;
}

/** What an app is built of, from a verb's arguments. Throws one sentence when there is no such app. */
export function choiceOf({ root, version }: Context, app: string, { platform, transport }: { readonly platform: string; readonly transport: string }): BuildChoice {
  const path = findApp(root, app);
  return { app: path, platform, transport, name: path.replace(/^.*[/\\]/, "").replace(/\.ts$/, ""), version };
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
