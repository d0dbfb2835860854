/**
 * What a line of the interpreter's console says of the interpreter itself. The bytes of the program stay out of it: they may
 * be anything.
 */

/** What it says before it stops at one of its own checks, with the exit code of a restart. */
const CHECK = "ASSERT(";

/**
 * Complaints about the machine that the program hears of as well: a socket that cannot be had is an exception for whoever
 * asked for it, and a converter or a pin that a PC has not gives 0.
 */
const TOLD = /^ERROR: (?:Connect failed|Socket (?:bind|creation) failed|Analog is not supported|Invalid pin)/;

/** True for the words of a check of the interpreter's own, behind which it ends. */
export function isCheck(line: string): boolean {
  return line.includes(CHECK);
}

/** Why the boot has failed, in one sentence; undefined for a line that says nothing of the kind. */
export function complaintOf(line: string): string | undefined {
  const uncaught = /^Uncaught ?(\w*)/.exec(line);
  if (uncaught !== null) return `Code on the interpreter threw what nothing caught${uncaught[1] === "" ? "" : ` (${uncaught[1]})`}.`;
  const complaint = TOLD.test(line) ? null : /^ERROR: ?(\w*)/.exec(line);
  if (complaint !== null) return `The interpreter complained of what code on it did${complaint[1] === "" ? "" : ` (${complaint[1]})`}.`;
  if (/^New interpreter error: .*MEMORY/.test(line) || /^out of memory/i.test(line)) return "The interpreter ran out of memory.";
  return isCheck(line) ? "The interpreter stopped at one of its own checks." : undefined;
}
