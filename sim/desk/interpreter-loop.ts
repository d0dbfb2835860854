/**
 * A device at a desk on the real interpreter: booted, and again after every restart, until it is stopped. Its flash is the
 * desk's own, so that a device may go on with another engine where this one left it: the areas go into the interpreter's
 * folder before a boot and come back after it.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { openDevice } from "../device/device";
import type { Device } from "../device/device";
import { openFlashFiles } from "../device/flash";
import { areasOf, readFolder, writeFolder } from "../engines/espruino/flash-folder";
import { startInterpreter } from "../engines/espruino/interpreter";
import type { Interpreter } from "../engines/espruino/interpreter";
import type { FlashImage } from "../world/flash";
import type { InterpreterRunner, Listener } from "./runner";

export interface InterpreterLoop {
  /** Pulls the plug; resolves when the flash is back in the desk's files. Idempotent. */
  stop(): Promise<void>;
}

/** As long as the machine of the desk takes. */
const BOOT_MS = 100;

/** Writes what a run left into the desk's files. */
function keep(stateDir: string, runner: InterpreterRunner, contents: FlashImage): void {
  const areas = areasOf(runner.image.constants);
  const files = openFlashFiles(stateDir, areas);
  for (const area of areas) {
    const bytes = Buffer.from(contents.get(area.name) ?? []).toString("latin1");
    for (let block = 0; block * area.blockBytes < bytes.length; block += 1) {
      files.port.eraseBlock(area, block);
      files.port.write(area, block * area.blockBytes, bytes.slice(block * area.blockBytes, (block + 1) * area.blockBytes));
    }
  }
  files.close();
}

/**
 * Runs the image until `stop`. `prepare` gets a machine over the device's flash before each boot, as a person with a cable
 * would have it; an answer other than 0 keeps it from booting.
 */
export function runInterpreter(stateDir: string, runner: InterpreterRunner, prepare: (device: Device) => number, listener: Listener): InterpreterLoop {
  const dir = join(stateDir, "espruino");
  let interpreter: Interpreter | undefined;
  let again: NodeJS.Timeout | undefined;
  let stopping: Promise<void> | undefined;

  /** The folder is there only while its contents are newer than the desk's files. */
  const bringBack = (): void => {
    const contents = readFolder(dir, runner.image.constants);
    if (contents !== undefined) keep(stateDir, runner, contents);
    rmSync(dir, { recursive: true, force: true });
  };
  const start = (): void => {
    // A run that was killed with its desk could not bring it back.
    bringBack();
    const device = openDevice({ stateDir, flashAreas: areasOf(runner.image.constants) });
    const code = prepare(device);
    const contents = new Map(areasOf(runner.image.constants).map((area) => [area.name, Buffer.from(device.flash.read(area, 0, area.blockBytes * area.blocks), "latin1")]));
    device.close();
    if (code !== 0) return listener.failed(code);
    writeFolder(dir, runner.image, contents);
    interpreter = startInterpreter(
      { binary: runner.binary, dir },
      {
        record: (event, number, text) => listener.log(event, number, text),
        console: (line) => listener.console?.(line),
        failed: (message) => listener.failed(message),
        restarted: () => {
          again = setTimeout(() => {
            try {
              start();
            } catch (problem) {
              listener.failed(problem);
            }
          }, BOOT_MS);
        },
      },
    );
  };
  start();
  return {
    stop: () =>
      (stopping ??= (async () => {
        clearTimeout(again);
        interpreter?.stop();
        await interpreter?.gone;
        bringBack();
      })()),
  };
}
