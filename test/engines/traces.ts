/**
 * Two traces of one scenario, compared resource by resource: the same calls and callbacks in the same order with the same
 * bytes. What may differ stands in docs/ENGINES.md, "Allowed differences", and nowhere else.
 */

/** Bytes on one line of a trace before it is cut (programs/trace-line.ts), as hex digits. */
const PIECE_DIGITS = 400;

interface Step {
  /** All of the line but its bytes. */
  readonly what: string;
  bytes: string;
  /** Digits of the last piece. */
  last: number;
}

/** A line without its bytes, and its bytes in hex. */
function stepOf(line: string): Step {
  const match = /^(.*) x([0-9a-f]*)$/.exec(line);
  return match === null ? { what: line, bytes: "", last: -1 } : { what: match[1]!, bytes: match[2]!, last: match[2]!.length };
}

/** True if the second line goes on where the first one ends. */
function goesOn(before: Step, next: Step): boolean {
  if (before.what !== next.what || next.last < 0) return false;
  // The pieces in which a stream arrives mean nothing; all other bytes were cut by the trace itself.
  return /^tcp\d+ onReadable$/.test(next.what) || before.last === PIECE_DIGITS;
}

/** The lines of each resource, by its name, with what was cut put together again. */
export function byResource(lines: readonly string[]): Map<string, string[]> {
  const resources = new Map<string, Step[]>();
  for (const line of lines) {
    const step = stepOf(line);
    const name = line.split(" ", 1)[0]!;
    const steps = resources.get(name) ?? [];
    resources.set(name, steps);
    const before = steps.at(-1);
    if (before !== undefined && goesOn(before, step)) {
      before.bytes += step.bytes;
      before.last = step.last;
    } else steps.push(step);
  }
  return new Map([...resources].map(([name, steps]) => [name, steps.map(({ what, bytes, last }) => (last < 0 ? what : `${what} x${bytes}`))]));
}

/** Where a resource behaves otherwise: at most one sentence a resource. */
export function differences(wanted: readonly string[], given: readonly string[]): string[] {
  const [left, right] = [byResource(wanted), byResource(given)];
  const found: string[] = [];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const [a, b] = [left.get(name) ?? [], right.get(name) ?? []];
    const place = Array.from({ length: Math.max(a.length, b.length) }).findIndex((_, i) => a[i] !== b[i]);
    if (place >= 0) found.push(`${name} ${place + 1}: "${a[place] ?? "nothing"}" is "${b[place] ?? "nothing"}"`);
  }
  return found;
}
