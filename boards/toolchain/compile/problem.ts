/** What is wrong with what a person wrote, as a build says it. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  /** One sentence, with the remedy. */
  readonly message: string;
}

/** A build that failed for its source; every problem is one line of the message. */
export class CompileError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ file, line, column, rule, message }) => `${file}:${line}:${column}: ${message} (${rule})`).join("\n"));
  }
}
