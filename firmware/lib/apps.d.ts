/**
 * What apps may use besides (the wider dialect): the build lowers it before it reaches a device, and names what it cannot
 * lower. Case and blanks are those of ASCII.
 */

interface Array<T> {
  at(index: number): T | undefined;
  concat(items: readonly T[]): T[];
  every(test: (this: void, item: T, index: number) => boolean): boolean;
  filter(test: (this: void, item: T, index: number) => boolean): T[];
  find(test: (this: void, item: T, index: number) => boolean): T | undefined;
  findIndex(test: (this: void, item: T, index: number) => boolean): number;
  forEach(visit: (this: void, item: T, index: number) => void): void;
  includes(item: T): boolean;
  indexOf(item: T, from?: number): number;
  join(separator?: string): string;
  lastIndexOf(item: T): number;
  map<U>(change: (this: void, item: T, index: number) => U): U[];
  push(...items: T[]): number;
  reduce<U>(step: (this: void, sum: U, item: T, index: number) => U, start: U): U;
  reverse(): T[];
  slice(start?: number, end?: number): T[];
  some(test: (this: void, item: T, index: number) => boolean): boolean;
  sort(compare: (this: void, a: T, b: T) => number): T[];
  splice(start: number, count?: number, ...items: T[]): T[];
  unshift(...items: T[]): number;
}

interface ReadonlyArray<T> {
  at(index: number): T | undefined;
  concat(items: readonly T[]): T[];
  every(test: (this: void, item: T, index: number) => boolean): boolean;
  filter(test: (this: void, item: T, index: number) => boolean): T[];
  find(test: (this: void, item: T, index: number) => boolean): T | undefined;
  findIndex(test: (this: void, item: T, index: number) => boolean): number;
  forEach(visit: (this: void, item: T, index: number) => void): void;
  includes(item: T): boolean;
  indexOf(item: T, from?: number): number;
  join(separator?: string): string;
  lastIndexOf(item: T): number;
  map<U>(change: (this: void, item: T, index: number) => U): U[];
  reduce<U>(step: (this: void, sum: U, item: T, index: number) => U, start: U): U;
  slice(start?: number, end?: number): T[];
  some(test: (this: void, item: T, index: number) => boolean): boolean;
}

interface String {
  readonly [index: number]: string;
  at(index: number): string | undefined;
  charAt(index: number): string;
  endsWith(wanted: string): boolean;
  includes(wanted: string): boolean;
  indexOf(wanted: string, from?: number): number;
  lastIndexOf(wanted: string): number;
  padEnd(length: number, filler?: string): string;
  padStart(length: number, filler?: string): string;
  repeat(count: number): string;
  replace(wanted: string, by: string): string;
  replaceAll(wanted: string, by: string): string;
  slice(start?: number, end?: number): string;
  split(separator: string): string[];
  startsWith(wanted: string): boolean;
  substring(start: number, end?: number): string;
  toLowerCase(): string;
  toUpperCase(): string;
  trim(): string;
  trimEnd(): string;
  trimStart(): string;
}

interface StringConstructor {
  (value: string | number | boolean | undefined): string;
}

interface Number {
  /** `digits` is written as a number, 0 to 9. */
  toFixed(digits?: number): string;
  toString(): string;
}

interface Math {
  readonly PI: number;
  ceil(n: number): number;
  max(...numbers: number[]): number;
  min(...numbers: number[]): number;
  round(n: number): number;
  sign(n: number): number;
  trunc(n: number): number;
}
