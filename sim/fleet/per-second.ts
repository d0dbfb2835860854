/** Counts of events in each second of simulated time. They add up over shards, so that a fleet's peak is that of all its devices together. */

export class PerSecond {
  private readonly counts = new Map<number, number>();

  /** `pairs`: second, count, second, count …, as `pairs()` gave them. */
  constructor(pairs: readonly number[] = []) {
    for (let i = 0; i + 1 < pairs.length; i += 2) this.counts.set(pairs[i]!, pairs[i + 1]!);
  }

  /** One event at that time, ms. */
  count(ms: number): void {
    const second = Math.floor(ms / 1000);
    this.counts.set(second, (this.counts.get(second) ?? 0) + 1);
  }

  add(other: PerSecond): void {
    for (const [second, count] of other.counts) this.counts.set(second, (this.counts.get(second) ?? 0) + count);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The most in one second, from a second on and up to, not including, another. */
  peak(from = 0, to = Infinity): number {
    let most = 0;
    for (const [second, count] of this.counts) if (second >= from && second < to && count > most) most = count;
    return most;
  }

  /** Second, count, second, count …, by second; seconds without events are left out. */
  pairs(): number[] {
    return [...this.counts].sort(([a], [b]) => a - b).flat();
  }
}
