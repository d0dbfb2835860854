/**
 * An engine runs an image as a board would. Where it can, it stands on the ports of a machine (of the virtual world, or of
 * the desk), so that time, network, flash and chips, with all their faults, are the same models for every engine.
 */
import type { Ports } from "../../hal/ports";
import type { Image } from "./image";

/** One boot of an image. */
export interface Boot {
  /** Switches the engine off, as pulling its plug would; no call into the machine follows. Idempotent. */
  stop(): void;
}

export interface EngineEvents {
  /** What the engine's console printed, a line at a time; never more than 1,000 characters of a line. */
  console(line: string): void;
  /** The engine died, or code of the image threw what nothing caught. One sentence, without bytes of the device. */
  failed(message: string): void;
}

/** An engine over a machine's ports. `start` is called once for every boot; a restart is the machine's affair. */
export interface MachineEngine {
  readonly name: "espruino-api" | "lua5.1" | "lua5.3";
  start(image: Image, ports: Ports, events: EngineEvents): Boot;
}
