/**
 * Two traces of one scenario, compared resource by resource: the same calls and callbacks in the same order with the same
 * bytes, at the same times. What may differ stands in docs/ENGINES.md, "Allowed differences", under the names of this file, and
 * nowhere else.
 */
import type { EngineName } from "./engines";

/** One line of a trace, and when it was said, in ms. */
export interface Line {
  readonly ms: number;
  readonly text: string;
}

/** Bytes on one line of a trace before it is cut (programs/trace-line.ts), as hex digits. */
const PIECE_DIGITS = 400;

/** The real interpreter, too, whose traces are compared without times. */
export type TracedEngine = EngineName | "espruino";

/** What one engine's lines may differ in; `change` makes the lines of both sides alike, or takes them away. */
export interface Allowance {
  /** As docs/ENGINES.md calls it. */
  readonly name: string;
  readonly engines: readonly TracedEngine[];
  change(text: string): string | undefined;
}

const replaced = (pattern: RegExp, by: string) => (text: string): string => text.replace(pattern, by);
const everywhere: readonly TracedEngine[] = ["espruino-api", "lua5.1", "lua5.3"];
const pc: readonly TracedEngine[] = ["espruino"];
const nodemcu: readonly TracedEngine[] = ["lua5.1", "lua5.3"];

export const allowances: readonly Allowance[] = [
  { name: "a failing erase", engines: everywhere, change: replaced(/^(flash eraseBlock log 2 is) (0|10)$/, "$1 0 or 10") },
  { name: "a reset told as an end", engines: ["espruino-api", "espruino"], change: replaced(/^(tcp7 onError) [16]$/, "$1 1 or 6") },
  { name: "why it booted", engines: ["espruino-api", "espruino"], change: replaced(/^(system resetReason) [0-3]$/, "$1 0 to 3") },
  { name: "no watchdog", engines: nodemcu, change: (text) => (/^system (restart|watchdog)/.test(text) ? undefined : text.replace(/^(system resetReason) [23]$/, "$1 2 or 3")) },
  // 1,700,000,000 is what the scenario itself sets.
  { name: "a PC knows the time", engines: pc, change: replaced(/^clock epoch 1(?!70000000)\d{9}$/, "clock epoch known") },
  { name: "no chips on the bus", engines: pc, change: (text) => text.replace(/^(i2c write) (0|10) /, "$1 0 or 10 ").replace(/^(i2c writeRead \S+ \d+) (yes|no) x.*$/, "$1") },
  { name: "no levels at the pins", engines: pc, change: (text) => (/^digital \S+ onReadable /.test(text) ? undefined : text.replace(/^(digital read) [01]$/, "$1")) },
];

interface Step {
  /** All of the line but its bytes. */
  readonly what: string;
  readonly ms: number;
  bytes: string;
  /** Digits of the last piece, -1 for a line without bytes. */
  last: number;
}

function stepOf({ text, ms }: Line): Step {
  const match = /^(.*) x([0-9a-f]*)$/.exec(text);
  return match === null ? { what: text, ms, bytes: "", last: -1 } : { what: match[1]!, ms, bytes: match[2]!, last: match[2]!.length };
}

/** True if the second line goes on where the first one ends. */
function goesOn(before: Step, next: Step): boolean {
  if (before.what !== next.what || next.last < 0) return false;
  // "the pieces of a stream": all other bytes were cut by the trace itself.
  return /^tcp\d+ onReadable$/.test(next.what) || before.last === PIECE_DIGITS;
}

/** The resource of a line. "what comes in and what goes out": of a connection these are two, in no order to each other. */
function resourceOf(text: string): string {
  const name = text.split(" ", 1)[0]!;
  if (!/^tcp\d+ /.test(text)) return name;
  return /^tcp\d+ on(Readable|Error)/.test(text) ? `${name} in` : `${name} out`;
}

/** The lines of each resource, by its name, with what was cut put together again. */
export function byResource(lines: readonly Line[], changes: readonly Allowance[]): Map<string, Line[]> {
  const resources = new Map<string, Step[]>();
  for (const line of lines) {
    const text = changes.reduce<string | undefined>((made, { change }) => (made === undefined ? undefined : change(made)), line.text);
    if (text === undefined) continue;
    const step = stepOf({ ms: line.ms, text });
    const steps = resources.get(resourceOf(text)) ?? [];
    resources.set(resourceOf(text), steps);
    const before = steps.at(-1);
    if (before !== undefined && goesOn(before, step)) {
      before.bytes += step.bytes;
      before.last = step.last;
    } else steps.push(step);
  }
  return new Map([...resources].map(([name, steps]) => [name, steps.map(({ what, bytes, last, ms }) => ({ ms, text: last < 0 ? what : `${what} x${bytes}` }))]));
}

/** True for two lines that say the same, but for an uptime that lies within the tolerance. */
function saysSame(a: string, b: string, toleranceMs: number): boolean {
  const uptime = /^clock uptime (\d+)$/;
  const [left, right] = [uptime.exec(a), uptime.exec(b)];
  return left !== null && right !== null ? Math.abs(Number(left[1]) - Number(right[1])) <= toleranceMs : a === b;
}

/** A line for a person. */
function shown(line: Line | undefined): string {
  return line === undefined ? "nothing" : `"${line.text.slice(0, 80)}" at ${line.ms}`;
}

/** Where a resource behaves otherwise, or earlier or later by more than `toleranceMs`: at most one sentence a resource. */
export function differences(wanted: readonly Line[], given: readonly Line[], changes: readonly Allowance[] = [], toleranceMs = 0): string[] {
  const [left, right] = [byResource(wanted, changes), byResource(given, changes)];
  const found: string[] = [];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const [a, b] = [left.get(name) ?? [], right.get(name) ?? []];
    const same = (i: number): boolean => a[i] !== undefined && b[i] !== undefined && saysSame(a[i].text, b[i].text, toleranceMs) && Math.abs(a[i].ms - b[i].ms) <= toleranceMs;
    const place = Array.from({ length: Math.max(a.length, b.length) }).findIndex((_, i) => !same(i));
    if (place >= 0) found.push(`${name}, step ${place + 1}: ${shown(a[place])} is ${shown(b[place])}`);
  }
  return found;
}
