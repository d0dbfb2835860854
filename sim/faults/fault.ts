/**
 * The words of faults. A scenario says what goes wrong and how often; a plan, made of a scenario and a seed, says what goes wrong
 * when, to whom and for how long; the director makes it happen. A plan is plain data: it can be printed, shrunk and replayed.
 */
import type { LabCloud } from "../lab/cloud";
import type { LabDevice } from "../lab/device";
import type { Random } from "../world/random";
import type { World } from "../world/world";

/** Where faults happen. */
export interface Stage {
  readonly world: World;
  readonly cloud: LabCloud;
  readonly devices: readonly LabDevice[];
}

/** The numbers of a fault, by name: shares from 0 to 1, milliseconds, bytes, counts; a kind says which it has. */
export type Settings = Readonly<Record<string, number>>;

/** What a setting may be, and what it is when nobody says. */
export interface Setting {
  readonly unit: "share" | "ms" | "bytes" | "count";
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

/** One way in which something goes wrong. */
export interface FaultKind {
  /** Lower case with hyphens, as it stands in scenario files: "power-cut". */
  readonly name: string;
  /** One clause for people. */
  readonly says: string;
  /** Whom it befalls: one device, or everybody at once. */
  readonly befalls: "device" | "all";
  readonly settings: Readonly<Record<string, Setting>>;
  /** Begins on that stage; `device` is undefined for a kind that befalls all. Answers what ends it; undefined for an instant. */
  begin(stage: Stage, device: LabDevice | undefined, settings: Settings, random: Random): (() => void) | undefined;
}

/** One line of a scenario. */
export interface FaultRule {
  readonly kind: string;
  /** Mean time between two of them, for each device or for all, ms. */
  readonly everyMs: number;
  /** How long one lasts, ms; both 0 for an instant. */
  readonly forMs: { readonly least: number; readonly most: number };
  readonly settings: Settings;
}

export interface Scenario {
  readonly name: string;
  readonly rules: readonly FaultRule[];
}

/** One fault of a plan. */
export interface PlannedFault {
  readonly kind: string;
  /** Virtual time of its beginning, and how long it lasts, ms. */
  readonly atMs: number;
  readonly forMs: number;
  /** The device's place on the stage; -1 for a fault that befalls all. */
  readonly device: number;
  readonly settings: Settings;
  /** Its own chance, so that leaving another fault out does not change it. */
  readonly seed: string;
}

/** Whom and when a plan is for. */
export interface PlanScope {
  readonly seed: string | number;
  readonly devices: number;
  readonly fromMs: number;
  readonly untilMs: number;
}
