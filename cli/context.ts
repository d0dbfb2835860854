/** What every verb gets. */
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import type { BuildChoice } from "../boards/toolchain/compile/entry";
import { findApp } from "../boards/toolchain/compile/native";
import { durationMs } from "../sim/lab/duration";
import type { Output } from "./output";

export interface Context {
  /** The folder of the framework. */
  readonly root: string;
  readonly version: string;
  readonly output: Output;
}

/** Where a simulation's state stays unless told otherwise. */
export const defaultState = join(".motet", "sim");

/** What an app is built of, from a verb's arguments. Throws one sentence when there is no such app. */
export function choiceOf({ root, version }: Context, app: string, { platform, transport }: { readonly platform: string; readonly transport: string }): BuildChoice {
  const path = findApp(root, app);
  return { app: path, platform, transport, name: path.replace(/^.*[/\\]/, "").replace(/\.ts$/, ""), version };
}

/** What a device may speak; not every platform has each. */
export const TRANSPORTS = "mqtt, coap, mqtt-ws (MQTT over WebSockets) or ws (the platform's own WebSockets)";

/** A TCP or UDP port; 0 is a free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError("A port is a number from 0 to 65535; 0 takes a free one.");
  return port;
}

/** "90s", "10m", "24h", "7d": milliseconds. */
export function parseDuration(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined) throw new InvalidArgumentError('A duration is a number and a unit: "90s", "10m", "24h".');
  return ms;
}

/** A parser of whole numbers within limits; `what` begins the sentence about any other. */
export function wholeNumber(least: number, most: number, what: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d{1,15}$/.test(text) || number < least || number > most) throw new InvalidArgumentError(`${what} is a whole number from ${least} to ${most}.`);
    return number;
  };
}

const SEED_MAX = 999999999;
/** The seed of a run. */
export const parseSeed = wholeNumber(0, SEED_MAX, "A seed");

/** Calls back when the user ends the command for the first time; a second time, by whichever signal, ends it at once. */
function onEnd(end: () => void): void {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const heard = (): void => {
    for (const signal of signals) process.off(signal, heard);
    end();
  };
  for (const signal of signals) process.on(signal, heard);
}

/** Aborts when the user ends the command, which works on; a second time ends it at once. */
export function endedByUser(): AbortSignal {
  const ended = new AbortController();
  onEnd(() => ended.abort());
  return ended.signal;
}

/** Resolves when the user ends the command. */
export function interrupted(): Promise<void> {
  return new Promise(onEnd);
}
