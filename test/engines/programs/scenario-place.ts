/** What the scenario needs to know of where it runs: names, addresses and pins, all of them told from outside. */
import { idiv } from "../../../firmware/base/intrinsics";

export interface Place {
  /** Milliseconds between two steps, a multiple of 40; whatever waits inside a step waits for a share of it. */
  readonly stepMs: number;
  /** A port of this machine that nobody else has. */
  readonly localPort: number;
  readonly host: string;
  readonly absentHost: string;
  readonly address: string;
  /** Answers with what it got; ends the connection in order after "bye"; breaks it after "cut"; says nothing after "hush". */
  readonly echoPort: number;
  /** Nobody listens here. */
  readonly closedPort: number;
  readonly ssid: string;
  readonly password: string;
  readonly bus: string;
  readonly chip: number;
  readonly absentChip: number;
  readonly input: string;
  readonly output: string;
  readonly analog: string;
}

/** The share of a step, in fortieths. */
export function ofStep(place: Place, fortieths: number): number {
  return idiv(place.stepMs, 40) * fortieths;
}
