/**
 * The promises of store-and-forward, S1 to S10, and of sensors, S11 and S12, as they are watched while a day goes by. Each is broken by an event, by a probe, or
 * by the sums at the end; a broken promise says what it saw.
 */

export const promises = {
  S1: "every accepted reading is delivered or counted as dropped, and the sums match",
  S2: "a reading has one identity: what comes twice is the same, and comes twice only after an answer was lost",
  S3: "the readings of a key arrive in their order",
  S4: "no reading leaves the flash before the cloud has it",
  S5: "memory and flash are bounded at every step",
  S6: "when the faults are over the log drains in time",
  S7: "connections are tried with growing, random waits under a cap",
  S8: "a command runs at most once, and one sent in quiet times runs",
  S9: "a reading carries the time at which it was made",
  S10: "a crash loses nothing that was accepted, and no token",
  S11: "a sensor that fails takes nothing else with it, and is read again as soon as it is well",
  S12: "no reading is invented: a sample is what the sensor felt when it was taken, or a fault",
} as const;

export type PromiseId = keyof typeof promises;

export interface Violation {
  readonly promise: PromiseId;
  /** Virtual time at which it was seen. */
  readonly atMs: number;
  readonly says: string;
}
