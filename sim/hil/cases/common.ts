/** What several tests of the suite ask of the probe. */
import type { Bench } from "../bench";

/** 1, 2, 3 … up to `count`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** The counts that the cloud holds, oldest first. */
export function counts(bench: Bench): number[] {
  return bench.cloud.values("count") as number[];
}

/** How many counts the device has taken, as it told. */
export function readings(bench: Bench): number {
  return bench.device.told("reading").filter(({ text }) => text.startsWith("count ")).length;
}

/**
 * The counts of each boot, oldest first, without what came twice: what stood in the cloud already and could not be marked so before
 * the power was gone.
 */
export function countsByBoot(bench: Bench): number[][] {
  const boots: number[][] = [];
  let before = Infinity;
  for (const count of counts(bench)) {
    if (count < before && count === 1) boots.push([]);
    boots.at(-1)!.push(count);
    before = count;
  }
  return boots.map((each) => [...new Set(each)]);
}
