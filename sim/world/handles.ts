/**
 * What a port has given out under numbers: sockets, pins, devices on a bus. Numbers begin at 1 and never come again. A machine has
 * few of each, and a fleet has thousands of machines: a list of exact size takes a fifth of a Map.
 */

interface Entry<T> {
  readonly id: number;
  readonly held: T;
}

const NONE: readonly never[] = [];

export class Handles<T> {
  private last = 0;
  private entries: readonly Entry<T>[] = NONE;

  get size(): number {
    return this.entries.length;
  }

  /** Answers the number. */
  add(held: T): number {
    this.last += 1;
    this.entries = this.entries.concat([{ id: this.last, held }]);
    return this.last;
  }

  get(id: number): T | undefined {
    for (const entry of this.entries) if (entry.id === id) return entry.held;
    return undefined;
  }

  delete(id: number): void {
    this.entries = this.entries.length === 1 && this.entries[0]!.id === id ? NONE : this.entries.filter((entry) => entry.id !== id);
  }

  clear(): void {
    this.entries = NONE;
  }

  /** Oldest first; those of now, whatever happens to them meanwhile. */
  ids(): number[] {
    return this.entries.map(({ id }) => id);
  }

  held(): T[] {
    return this.entries.map(({ held }) => held);
  }
}
