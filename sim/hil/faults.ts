/** The two ways in which a test ends that did not pass: what it expected did not come, or the bench itself failed. */

/** What was expected of the device did not hold. Never tried again. */
export class Expectation extends Error {}

/** Cable, port, power or network failed, not the device. Tried again, a few times, and said. */
export class BenchError extends Error {
  /** False when another try would come to the same: the wrong board, a command that is not there. */
  readonly isPassing: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isPassing?: boolean } = {}) {
    super(message, options);
    this.isPassing = options.isPassing ?? true;
  }
}

/** A bench cannot run as it was asked to; one sentence for its owner. */
export class SetupError extends Error {}
