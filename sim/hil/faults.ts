/** The two ways in which a test ends that did not pass: what it expected did not come, or the bench itself failed. */

/** What was expected of the device did not hold. Never tried again. */
export class Expectation extends Error {}

/** Cable, port, power or network failed, not the device. Tried again, a few times, and said. */
export class BenchError extends Error {}

/** A bench cannot run as it was asked to; one sentence for its owner. */
export class SetupError extends Error {}
