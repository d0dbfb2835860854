/**
 * What the adapters share: whether this boot still lives, whether there is a network, and the numbers that handles are.
 */

/** A handle is a number; what stands behind it is found in the list of its port. */
export interface Handle {
  readonly id: number;
}

/** True once a restart or a sleep was asked for: the chip may run on for a moment, and nothing may happen any more. */
export let stopped = false;
/** True while the station has an address. */
export let online = false;

let last = 0;

export function stop(): void {
  stopped = true;
}

export function setOnline(value: boolean): void {
  online = value;
}

/** A number above 0 that no handle has. */
export function newHandle(): number {
  last = last === 2147483647 ? 1 : last + 1;
  return last;
}

export function find<T extends Handle>(list: readonly T[], id: number): T | undefined {
  for (const item of list) {
    if (item.id === id) return item;
  }
  return undefined;
}

/** Takes the item out of the list. */
export function take<T extends Handle>(list: T[], id: number): T | undefined {
  for (let i = 1; i <= list.length; i += 1) {
    if (list[i - 1]!.id === id) return table.remove(list, i);
  }
  return undefined;
}

/** True for an integer from `min` to `max`. */
export function isWhole(n: number, min: number, max: number): boolean {
  return n >= min && n <= max && n % 1 === 0;
}
