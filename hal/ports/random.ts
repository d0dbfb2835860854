/** Unpredictable bytes, for secrets and for spreading retries. */
export interface RandomPort {
  /**
   * `count` bytes (1 to 64) from the machine's real generator: `E.hwRand` on Espruino, the operating system's on Node.
   * Never from a generator seeded by boot time, which repeats across a fleet (EN 303 645 5.1-5).
   */
  bytes(this: void, count: number): string;
}
