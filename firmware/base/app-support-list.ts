/**
 * What apps do with lists in the wider dialect: the build lowers `list.map(change)` to `mapList(list, change)`, and so on.
 * Each does what JavaScript's own method does with a list without holes; the framework itself uses none of them.
 *
 * A list never holds undefined: Lua cannot tell it from a list's end, and the build refuses it.
 */

/** Appends all of `items` to `target`, and answers `target`: spread and concat. */
export function append<T, U>(target: T[], items: readonly U[]): (T | U)[] {
  const all = target as (T | U)[];
  const count = items.length;
  for (let i = 0; i < count; i += 1) all.push(items[i]!);
  return all;
}

/** Appends all of `items`; the new length. */
export function pushAll<T>(list: T[], items: readonly T[]): number {
  append(list, items);
  return list.length;
}

export function mapList<T, U>(list: readonly T[], change: (this: void, item: T, index: number) => U): U[] {
  const changed: U[] = [];
  const count = list.length;
  for (let i = 0; i < count && i < list.length; i += 1) changed.push(change(list[i]!, i));
  return changed;
}

export function filterList<T>(list: readonly T[], test: (this: void, item: T, index: number) => boolean): T[] {
  const kept: T[] = [];
  const count = list.length;
  for (let i = 0; i < count && i < list.length; i += 1) {
    const item = list[i]!;
    if (test(item, i)) kept.push(item);
  }
  return kept;
}

export function reduceList<T, U>(list: readonly T[], step: (this: void, sum: U, item: T, index: number) => U, start: U): U {
  let sum = start;
  const count = list.length;
  for (let i = 0; i < count && i < list.length; i += 1) sum = step(sum, list[i]!, i);
  return sum;
}

/** `visit` may answer anything: it is not looked at. */
export function visitList<T>(list: readonly T[], visit: (this: void, item: T, index: number) => unknown): void {
  const count = list.length;
  for (let i = 0; i < count && i < list.length; i += 1) visit(list[i]!, i);
}

/** The index of the first item that passes, or -1. */
export function findPlace<T>(list: readonly T[], test: (this: void, item: T, index: number) => boolean): number {
  const count = list.length;
  for (let i = 0; i < count && i < list.length; i += 1) {
    if (test(list[i]!, i)) return i;
  }
  return -1;
}

export function findItem<T>(list: readonly T[], test: (this: void, item: T, index: number) => boolean): T | undefined {
  const count = list.length;
  for (let i = 0; i < count && i < list.length; i += 1) {
    const item = list[i]!;
    if (test(item, i)) return item;
  }
  return undefined;
}

export function someItem<T>(list: readonly T[], test: (this: void, item: T, index: number) => boolean): boolean {
  return findPlace(list, test) >= 0;
}

export function everyItem<T>(list: readonly T[], test: (this: void, item: T, index: number) => boolean): boolean {
  const count = list.length;
  for (let i = 0; i < count && i < list.length; i += 1) {
    if (!test(list[i]!, i)) return false;
  }
  return true;
}

/** Where a start or an end given by a caller lies: negative counts from the end, fractions are cut, absent is `otherwise`. */
export function place(given: number | undefined, length: number, otherwise: number): number {
  if (given === undefined) return otherwise;
  const whole = given < 0 ? 0 - Math.floor(0 - given) : Math.floor(given);
  if (whole < 0) return Math.max(length + whole, 0);
  return Math.min(whole, length);
}

export function placeInList<T>(list: readonly T[], item: T, from?: number): number {
  for (let i = place(from, list.length, 0); i < list.length; i += 1) {
    if (list[i] === item) return i;
  }
  return -1;
}

export function lastPlaceInList<T>(list: readonly T[], item: T): number {
  for (let i = list.length - 1; i >= 0; i -= 1) {
    if (list[i] === item) return i;
  }
  return -1;
}

export function hasItem<T>(list: readonly T[], item: T): boolean {
  return placeInList(list, item) >= 0;
}

export function sliceList<T>(list: readonly T[], start?: number, end?: number): T[] {
  const part: T[] = [];
  const last = place(end, list.length, list.length);
  for (let i = place(start, list.length, 0); i < last; i += 1) part.push(list[i]!);
  return part;
}

export function joinLists<T>(list: readonly T[], more: readonly T[]): T[] {
  const all: T[] = [];
  append(all, list);
  append(all, more);
  return all;
}

/** Turns the list round, in place. */
export function reverseList<T>(list: T[]): T[] {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const item = list[low]!;
    list[low] = list[high]!;
    list[high] = item;
    low += 1;
    high -= 1;
  }
  return list;
}

/** Puts the items in order, in place; equals stay in the order that they have. For the short lists of a device. */
export function sortList<T>(list: T[], compare: (this: void, a: T, b: T) => number): T[] {
  for (let i = 1; i < list.length; i += 1) {
    const item = list[i]!;
    let to = i;
    while (to > 0 && compare(list[to - 1]!, item) > 0) {
      list[to] = list[to - 1]!;
      to -= 1;
    }
    list[to] = item;
  }
  return list;
}

/** Takes `count` items out from `start` on, all of them where `count` is absent, puts `items` there; what was taken out. */
export function spliceList<T>(list: T[], start: number, count: number | undefined, items: readonly T[]): T[] {
  const first = place(start, list.length, 0);
  const left = list.length - first;
  const out = count === undefined ? left : Math.min(Math.max(Math.floor(count), 0), left);
  const taken = sliceList(list, first, first + out);
  const tail = sliceList(list, first + out);
  while (list.length > first) list.pop();
  append(list, items);
  append(list, tail);
  return taken;
}

/** Puts `items` in front of the list; the new length. */
export function unshiftList<T>(list: T[], items: readonly T[]): number {
  spliceList(list, 0, 0, items);
  return list.length;
}

/** The item at `index`, counted from the end when negative. */
export function itemAt<T>(list: readonly T[], index: number): T | undefined {
  return list[index < 0 ? list.length + index : index];
}

/** The largest of a list of numbers; of none, less than every number. */
export function largest(list: readonly number[]): number {
  const none = 0;
  let most = -1 / none;
  for (let i = 0; i < list.length; i += 1) most = Math.max(most, list[i]!);
  return most;
}

/** The smallest of a list of numbers; of none, more than every number. */
export function smallest(list: readonly number[]): number {
  const none = 0;
  let least = 1 / none;
  for (let i = 0; i < list.length; i += 1) least = Math.min(least, list[i]!);
  return least;
}

/** Sets one field under a name that is known when the program runs; the object. */
export function withField<T, V>(target: T, key: string, value: V): T & Record<string, V> {
  const open = target as T & Record<string, V>;
  (open as Record<string, V>)[key] = value;
  return open;
}
