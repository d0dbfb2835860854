/**
 * What a hardware-in-the-loop test is: what it needs of an engine or a board, and what it does at a bench. It is the same on every
 * engine; only what an engine lacks decides where it does not run.
 */
import type { Bench } from "./bench";
import type { Capability } from "./capabilities";

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
