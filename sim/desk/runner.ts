/**
 * What runs a device at a desk: its own code in this process, an engine over the desk's machine, or the real interpreter in a
 * process of its own. Only the last one has a loop of its own (interpreter-loop.ts).
 */
import type { Device } from "../device/device";
import type { MachineEngine } from "../engines/engine";
import type { Image } from "../engines/image";
import { parseLogLine } from "../engines/log-line";
import type { Program } from "../engines/program";
import type { Bootable } from "./device-loop";

/** An engine over the machine of the desk. */
export interface EngineRunner {
  readonly kind: "engine";
  readonly engine: MachineEngine;
  readonly image: Image;
}

/** The real interpreter. */
export interface InterpreterRunner {
  readonly kind: "interpreter";
  /** Path of the interpreter. */
  readonly binary: string;
  readonly image: Image;
}

export type Runner = { readonly kind: "native" } | EngineRunner | InterpreterRunner;

/** Hears the device's log, and what went wrong with its engine. */
export interface Listener {
  log(event: string, number: number, text: string): void;
  failed(problem: unknown): void;
  /** A line of its engine's console that is no record of the log. */
  console?(line: string): void;
}

/** What the loop of the desk's machine boots. */
export function bootableOf(program: Program, runner: Runner, listener: Listener): Bootable {
  if (runner.kind !== "engine") return { boot: (device) => nativeBoot(program, device) };
  return {
    boot: (device) =>
      runner.engine.start(runner.image, device, {
        console: (line) => {
          const record = parseLogLine(line);
          if (record !== undefined) listener.log(record.event, record.number, record.text);
          else listener.console?.(line);
        },
        failed: (message) => listener.failed(message),
      }),
  };
}

function nativeBoot(program: Program, device: Device): ReturnType<Bootable["boot"]> {
  const running = program.boot(device);
  // Its callbacks end with the machine's boot.
  return typeof running === "number" ? running : { stop: () => undefined };
}
