/**
 * A device under test, as a bench handles it: an app is put on it, it is provisioned and erased, and its power is switched. One for
 * each test; what it says goes to whoever made it.
 */
import type { ProvisionSettings } from "../../engines/program";
import type { Capability } from "../capabilities";

/** Hears a unit. */
export interface UnitEvents {
  /** A record of the device's log. */
  record(event: string, number: number, text: string): void;
  /** Any other line of its console. */
  console(line: string): void;
  /** What runs the device died, or code of the device threw what nothing caught: the test fails. */
  failed(message: string): void;
  /** The way to it is gone: no fault of the device. */
  lost(message: string): void;
  /** What is being done to it. */
  note(text: string): void;
}

/** The network that its radio is to join. */
export interface Network {
  readonly ssid: string;
  readonly password: string;
}

export interface Unit {
  /** Undefined: it has no radio of its own, or none that is told. */
  readonly network: Network | undefined;
  /** Where it learns the time; "" when nowhere. */
  readonly timeHost: string;
  /** True when nothing could be heard of it for a while after its power came back. */
  readonly wasAway: boolean;
  /** Puts the app on it, or another; it stands still afterwards. Bytes that were sent. */
  load(app?: string): Promise<number>;
  /** Makes it forget everything, without proof; it stands still afterwards. */
  wipe(): Promise<void>;
  /** Hands settings to the device, which stands still afterwards; rejects when they were not stored. */
  provision(settings: ProvisionSettings): Promise<void>;
  /** Factory reset; the device stands still afterwards. */
  erase(): Promise<void>;
  /** Everything that its areas of flash hold, one char a byte; it stands still afterwards. */
  contents(): Promise<string>;
  /** Lets it run. */
  start(): Promise<void>;
  /** Takes its power away at once. Idempotent. */
  powerOff(): Promise<void>;
  /** The level at a pin, by its function. */
  level(pin: string): number;
  /** Takes its network away, or gives it back. */
  setNetwork(present: boolean): void;
  /** Lets go of it; nothing is told after. */
  close(): Promise<void>;
}

/** An engine or a board that tests run on, one after the other. */
export interface Lane {
  /** As the table calls it. */
  readonly name: string;
  /** What it lacks, and why. */
  readonly lacks: ReadonlyMap<Capability, string>;
  /** Its clock runs this many times faster than the wall clock. */
  readonly speed: number;
  /** Its radio and its cable are real: what fails there is no fault of the device. */
  readonly isHardware: boolean;
  /** The address at which it finds this computer. */
  readonly host: string;
  /** Secrets of its owner, which no log may hold. */
  readonly secrets: readonly string[];
  /** Compiles an app for it; rejects where the app has mistakes. */
  compile(app: string): Promise<unknown>;
  /** Makes ready what a test of this app needs, and a unit with it. */
  open(app: string, place: Place, events: UnitEvents): Promise<Unit>;
}

/** Where and when a test runs. */
export interface Place {
  /** A folder of the test alone. */
  readonly dir: string;
  /** World time, ms since 1970. */
  readonly nowMs: () => number;
}
