/**
 * The fewest faults of a plan that still break the promise (delta debugging): halves are left out, then quarters, and so on, as
 * long as the run goes on failing without them; at the end no single fault can be left out.
 */

/**
 * @param breaks runs the plan; true when it still fails in the same way. It is true for the whole plan.
 * @param isEnough asked before each plan that is tried; true ends it with the fewest so far
 */
export async function shrink<T>(plan: readonly T[], breaks: (fewer: readonly T[]) => boolean, isEnough: () => Promise<boolean>): Promise<readonly T[]> {
  let left = plan;
  for (let parts = 2; left.length > 0; ) {
    const size = Math.ceil(left.length / parts);
    let fewer: readonly T[] | undefined;
    for (let from = 0; from < left.length && fewer === undefined; from += size) {
      if (await isEnough()) return left;
      const rest = [...left.slice(0, from), ...left.slice(from + size)];
      if (breaks(rest)) fewer = rest;
    }
    if (fewer !== undefined) {
      left = fewer;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) break;
    else parts = Math.min(left.length, parts * 2);
  }
  return left;
}
