/**
 * All that device code may take from the language's library. What is not declared here does not compile: JSON, Date,
 * timers, typed arrays, regular expressions, promises, most methods of strings and arrays. Each is missing, slow or
 * different on one engine at least; typescript-to-lua would emit its name without a word.
 *
 * It replaces TypeScript's own "lib.es2015" (`libReplacement`), which typescript-to-lua also honours; `noLib` would make
 * it emit wrong calls for arrays and strings.
 */

interface Array<T> {
  readonly length: number;
  [index: number]: T;
  push(item: T): number;
  pop(): T | undefined;
  shift(): T | undefined;
  join(separator: string): string;
}

interface ReadonlyArray<T> {
  readonly length: number;
  readonly [index: number]: T;
  join(separator: string): string;
}

/** A byte string. `charCodeAt` and `substring` serve firmware/base/intrinsics.ts alone. */
interface String {
  readonly length: number;
  indexOf(bytes: string): number;
  charCodeAt(index: number): number;
  substring(start: number, end: number): string;
}

interface StringConstructor {
  fromCharCode(code: number): string;
}
/** Serves firmware/base/intrinsics.ts alone. */
declare const String: StringConstructor;

interface Math {
  floor(n: number): number;
  min(a: number, b: number): number;
  max(a: number, b: number): number;
  abs(n: number): number;
}
declare const Math: Math;

// Names that the compiler demands. They have no members here.
interface Boolean {}
interface CallableFunction extends Function {}
/** An empty one would fit every object, and every object could then be called. */
interface Function {
  readonly apply: never;
}
interface IArguments {}
interface NewableFunction extends Function {}
interface Number {}
interface Object {}
interface RegExp {}

type Partial<T> = { [P in keyof T]?: T[P] };
type Readonly<T> = { readonly [P in keyof T]: T[P] };
type Pick<T, K extends keyof T> = { [P in K]: T[P] };
type Record<K extends string | number, T> = { [P in K]: T };
type Exclude<T, U> = T extends U ? never : T;
type Omit<T, K extends string | number> = Pick<T, Exclude<keyof T, K>>;
type NonNullable<T> = T & {};
