/**
 * Searches seeds for a broken promise: days under a scenario, one after the other, until one breaks. What broke is shrunk to the
 * fewest faults that still break the same promise.
 */
import type { Route } from "../lab/platforms";
import { runDay } from "./day";
import type { DayResult, MakeProgram } from "./day";
import type { PlannedFault, Scenario } from "./fault";
import { planFaults } from "./plan";
import { shrink } from "./shrink";

/** Faults begin so long after the first connection. */
const FIRST_FAULT_MS = 60000;

export interface DayOf {
  readonly scenario: Scenario;
  readonly route: Route;
  readonly forMs: number;
  readonly make?: MakeProgram;
}

export interface Run extends DayResult {
  readonly seed: number;
  readonly plan: readonly PlannedFault[];
}

/** The day of a seed; `plan` in place of the scenario's own. */
export function runSeed(day: DayOf, seed: number, plan: readonly PlannedFault[] = planOf(day, seed)): Run {
  const { route, forMs, make } = day;
  return { ...runDay({ seed, route, plan, forMs, ...(make === undefined ? {} : { make }) }), seed, plan };
}

/** The faults of a seed's day. */
export function planOf({ scenario, forMs }: DayOf, seed: number): readonly PlannedFault[] {
  return planFaults(scenario, { seed, devices: 1, fromMs: FIRST_FAULT_MS, untilMs: forMs });
}

/** Between two days the user may end it. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The same day with the fewest faults that still break the first promise that broke, or the fewest that were found until `isOver`. */
export async function shrinkRun(day: DayOf, run: Run, isOver: () => boolean): Promise<Run> {
  const broken = run.violations[0]!.promise;
  let few = run;
  const breaks = (plan: readonly PlannedFault[]): boolean => {
    const next = runSeed(day, run.seed, plan);
    const isBroken = next.violations.some(({ promise }) => promise === broken);
    if (isBroken) few = next;
    return isBroken;
  };
  await shrink(run.plan, breaks, async () => {
    await turn();
    return isOver();
  });
  return few;
}

/** What the days of a search had in common. */
export interface Tally {
  runs: number;
  accepted: number;
  delivered: number;
  duplicated: number;
  dropped: number;
  /** The fewest faults of a day, and the fewest kinds of them. */
  faultsLeast: number;
  kindsLeast: number;
  readonly faults: Map<string, number>;
}

export function newTally(): Tally {
  return { runs: 0, accepted: 0, delivered: 0, duplicated: 0, dropped: 0, faultsLeast: Infinity, kindsLeast: Infinity, faults: new Map() };
}

function add(tally: Tally, { begun, counts }: Run): void {
  tally.runs += 1;
  tally.accepted += counts.accepted;
  tally.delivered += counts.delivered;
  tally.duplicated += counts.duplicated;
  tally.dropped += counts.dropped;
  let faults = 0;
  for (const [kind, count] of begun) {
    faults += count;
    tally.faults.set(kind, (tally.faults.get(kind) ?? 0) + count);
  }
  tally.faultsLeast = Math.min(tally.faultsLeast, faults);
  tally.kindsLeast = Math.min(tally.kindsLeast, begun.size);
}

export interface SearchOptions {
  readonly day: DayOf;
  readonly firstSeed: number;
  readonly runs: number;
  /** Called after each day, on a turn of its own; true ends the search. */
  readonly onRun: (tally: Tally) => boolean;
}

/** Days from the first seed on; resolves with the first that breaks a promise, or with nothing. */
export async function search({ day, firstSeed, runs, onRun }: SearchOptions): Promise<{ readonly tally: Tally; readonly broken: Run | undefined }> {
  const tally = newTally();
  for (let i = 0; i < runs; i += 1) {
    const run = runSeed(day, firstSeed + i);
    add(tally, run);
    if (run.violations.length > 0) return { tally, broken: run };
    await turn();
    if (onRun(tally)) break;
  }
  return { tally, broken: undefined };
}
