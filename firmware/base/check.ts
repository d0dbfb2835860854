/**
 * Assertions of programmer mistakes, in builds that check (`MOTET_CHECKED`, set by tests and by the simulator). Call
 * sites stand under `if (MOTET_CHECKED)`, so that a shipping build holds neither the test nor the text.
 */

// The device library has no Error: nothing else on a device may throw.
declare const Error: new (what: string) => object;

/** Stops at once when `condition` is false. Never used for what a peer, a user or the hardware may cause. */
export function check(condition: boolean, what: string): void {
  // The dialect bans throw; this is the one place where a broken promise must not go on.
  if (!condition) throw new Error(what);
}
