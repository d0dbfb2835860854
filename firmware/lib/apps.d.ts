/**
 * What apps may use besides (the wider dialect): the build lowers it before it reaches a device, and names what it cannot
 * lower.
 */

interface Array<T> {
  concat(items: readonly T[]): T[];
  every(test: (item: T, index: number) => boolean): boolean;
  filter(test: (item: T, index: number) => boolean): T[];
  find(test: (item: T, index: number) => boolean): T | undefined;
  forEach(visit: (item: T, index: number) => void): void;
  includes(item: T): boolean;
  indexOf(item: T): number;
  map<U>(change: (item: T, index: number) => U): U[];
  push(...items: T[]): number;
  reduce<U>(step: (sum: U, item: T, index: number) => U, start: U): U;
  slice(start?: number, end?: number): T[];
  some(test: (item: T, index: number) => boolean): boolean;
}

interface ReadonlyArray<T> {
  concat(items: readonly T[]): T[];
  every(test: (item: T, index: number) => boolean): boolean;
  filter(test: (item: T, index: number) => boolean): T[];
  find(test: (item: T, index: number) => boolean): T | undefined;
  forEach(visit: (item: T, index: number) => void): void;
  includes(item: T): boolean;
  indexOf(item: T): number;
  map<U>(change: (item: T, index: number) => U): U[];
  reduce<U>(step: (sum: U, item: T, index: number) => U, start: U): U;
  slice(start?: number, end?: number): T[];
  some(test: (item: T, index: number) => boolean): boolean;
}

interface Math {
  ceil(n: number): number;
  round(n: number): number;
}
