/**
 * Budgets that refill with time, one for each peer address: how a cloud bounds rates.
 */

export interface Budgets {
  /** Whether `address` has anything left; takes nothing. */
  has(address: string): boolean;
  /** Takes one; false when nothing was left. */
  take(address: string): boolean;
}

interface Budget {
  left: number;
  at: number;
}

/** Budgets of `burst` each, refilled by `perSec`; at most `addressesMax` are remembered. `now` is in milliseconds. */
export function newBudgets(now: () => number, burst: number, perSec: number, addressesMax: number): Budgets {
  const budgets = new Map<string, Budget>();

  function refilled(address: string): Budget {
    const time = now();
    let budget = budgets.get(address);
    if (budget === undefined) {
      budget = { left: burst, at: time };
      const oldest = budgets.keys().next().value;
      if (oldest !== undefined && budgets.size >= addressesMax) budgets.delete(oldest);
      budgets.set(address, budget);
    }
    budget.left = Math.min(burst, budget.left + (Math.max(0, time - budget.at) * perSec) / 1000);
    budget.at = time;
    return budget;
  }

  return {
    has: (address) => refilled(address).left >= 1,
    take: (address) => {
      const budget = refilled(address);
      if (budget.left < 1) return false;
      budget.left -= 1;
      return true;
    },
  };
}
