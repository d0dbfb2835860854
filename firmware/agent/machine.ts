/** What every device is, also one that has no readings of its own and only watches those of others. */
import type { Ports } from "../../hal/ports";
import type { RecordStore } from "../store/records";
import type { Boots } from "./boots";

/** What a build is called, as it is reported once a boot. */
export interface Build {
  /** 1 to 32 printable characters. */
  readonly name: string;
  readonly version: string;
  /** True when some measure of the app may keep its readings in memory: an image of any other is built without the way for them. */
  readonly inMemory: boolean;
}

/** What an app may touch of the machine: its buses and pins, its clock. Never a socket. */
export interface Board {
  readonly i2c: Ports["i2c"];
  readonly digital: Ports["digital"];
  readonly analog: Ports["analog"];
  readonly clock: Ports["clock"];
}

export interface Machine {
  readonly ports: Ports;
  readonly board: Board;
  readonly build: Build;
  readonly records: RecordStore;
  readonly boots: Boots;
  /** True after too many quick boots: the app does not run, the link does. */
  readonly safeMode: boolean;
}
