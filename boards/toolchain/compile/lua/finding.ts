/** What a build for Lua refuses, and how it says so. */

/** One thing that is wrong, with what to do about it. */
export interface Finding {
  /** A short stable name, e.g. "global" or "TS2322". */
  readonly rule: string;
  /** Path from the root; where no TypeScript line is known, the name of the Lua file. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** A build that failed. The message holds one line a finding: file, line, rule, remedy. */
export class LuaBuildError extends Error {
  constructor(readonly findings: readonly Finding[]) {
    super(findings.map(({ rule, file, line, message }) => `${file}:${line}: ${rule}: ${message}`).join("\n"));
  }
}
