/**
 * What a hardware-in-the-loop test is: what it needs of an engine or a board, and what it does at a bench. It is the same on every
 * engine; only what an engine lacks decides where it does not run.
 */
import type { Bench } from "./bench";

/** What an engine may lack, and what that means. docs/HIL.md explains each to whoever wires a bench. */
export const capabilities = {
  clock: "the device can learn the time",
  erase: "its flash can be erased and read back from outside",
  link: "an app is written to it over a cable",
  memory: "its free memory is a machine's own, not this computer's",
  network: "its network can be taken away",
  pins: "the level at its pins can be read from outside",
  powerCut: "its power can be taken away at any moment",
  radio: "it joins a WiFi network by name and password",
  secondAnswer: "an activation whose answer was lost is answered again, as over MQTT",
  sensor: "a BME280 is on its bus",
} as const;

export type Capability = keyof typeof capabilities;

export interface HilTest {
  /** One line that says what holds: it stands in the table, and names the log. */
  readonly name: string;
  /** Absent: every engine can run it. */
  readonly needs?: readonly Capability[];
  /** An app's TypeScript file, or the name of an example; the suite's own probe unless given. */
  readonly app?: string;
  /** Returns when everything held; what it throws is a failure. */
  readonly run: (bench: Bench) => Promise<void>;
}

/** Declares a test; the default export of a test file is a list of them. */
export function hilTest(test: HilTest): HilTest {
  return test;
}
