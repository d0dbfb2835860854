/** Makes a plan happen on a stage, in its virtual time. */
import { Random } from "../world/random";
import type { PlannedFault, Stage } from "./fault";
import { kinds } from "./kinds";

export interface Director {
  /** How often each kind has begun so far. */
  readonly begun: ReadonlyMap<string, number>;
  /** Ends what is on hold and begins nothing more. Idempotent. */
  calm(): void;
}

/** Schedules the whole plan; what lies in the past begins at once. `onBegin` hears of each fault when it begins. */
export function direct(stage: Stage, plan: readonly PlannedFault[], onBegin?: (fault: PlannedFault) => void): Director {
  const begun = new Map<string, number>();
  const endings = new Set<() => void>();
  let isCalm = false;
  const begin = (fault: PlannedFault): void => {
    if (isCalm) return;
    begun.set(fault.kind, (begun.get(fault.kind) ?? 0) + 1);
    onBegin?.(fault);
    const end = kinds.get(fault.kind)!.begin(stage, stage.devices[fault.device], fault.settings, new Random(fault.seed));
    if (end === undefined) return;
    endings.add(end);
    stage.world.clock.schedule(fault.forMs, () => {
      if (endings.delete(end)) end();
    });
  };
  const now = stage.world.clock.now();
  for (const fault of plan) stage.world.clock.schedule(fault.atMs - now, () => begin(fault));
  return {
    begun,
    calm: () => {
      isCalm = true;
      for (const end of endings) end();
      endings.clear();
    },
  };
}
