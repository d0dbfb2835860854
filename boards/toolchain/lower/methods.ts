/**
 * Methods of lists, text, numbers and `Math` that apps may call, and what they become. What is absent here is refused.
 */

/** A method as a helper of firmware/base: its receiver becomes the first argument. */
export interface Method {
  readonly helper: string;
  readonly least: number;
  readonly most: number;
}

const method = (helper: string, least: number, most = least): Method => ({ helper, least, most });

export const listModule = "app-support-list";
export const textModule = "app-support-text";
export const numberModule = "app-support-number";

export const listMethods: ReadonlyMap<string, Method> = new Map([
  ["at", method("itemAt", 1)],
  ["concat", method("joinLists", 1)],
  ["every", method("everyItem", 1)],
  ["filter", method("filterList", 1)],
  ["find", method("findItem", 1)],
  ["findIndex", method("findPlace", 1)],
  ["forEach", method("visitList", 1)],
  ["includes", method("hasItem", 1)],
  ["indexOf", method("placeInList", 1, 2)],
  ["lastIndexOf", method("lastPlaceInList", 1)],
  ["map", method("mapList", 1)],
  ["reduce", method("reduceList", 2)],
  ["reverse", method("reverseList", 0)],
  ["slice", method("sliceList", 0, 2)],
  ["some", method("someItem", 1)],
  ["sort", method("sortList", 1)],
]);

/** Methods of lists with a form of their own (see calls.ts). */
export const specialListMethods: ReadonlySet<string> = new Set(["join", "pop", "push", "shift", "splice", "unshift"]);

export const textMethods: ReadonlyMap<string, Method> = new Map([
  ["at", method("byteAt", 1)],
  ["charAt", method("charOf", 1)],
  ["charCodeAt", method("codeOf", 1)],
  ["endsWith", method("endsWithText", 1)],
  ["includes", method("hasText", 1)],
  ["indexOf", method("placeInText", 1, 2)],
  ["lastIndexOf", method("lastPlaceInText", 1)],
  ["padEnd", method("padEndText", 1, 2)],
  ["padStart", method("padStartText", 1, 2)],
  ["repeat", method("repeatText", 1)],
  ["replace", method("replaceText", 2)],
  ["replaceAll", method("replaceAllText", 2)],
  ["slice", method("sliceText", 0, 2)],
  ["split", method("splitText", 1)],
  ["startsWith", method("startsWithText", 1)],
  ["substring", method("substringText", 1, 2)],
  ["toLowerCase", method("lowerText", 0)],
  ["toUpperCase", method("upperText", 0)],
  ["trim", method("trimText", 0)],
  ["trimEnd", method("trimEndText", 0)],
  ["trimStart", method("trimStartText", 0)],
]);

export const numberMethods: ReadonlySet<string> = new Set(["toFixed", "toString"]);

/** Members of `Math` that are lowered to a helper with one argument. */
export const mathMethods: ReadonlyMap<string, string> = new Map([
  ["ceil", "ceilNumber"],
  ["round", "roundNumber"],
  ["sign", "signOf"],
  ["trunc", "truncNumber"],
]);

/** Members of `Math` that every engine has as JavaScript has them, for two numbers or one. */
export const plainMath: ReadonlyMap<string, string> = new Map([
  ["abs", ""],
  ["floor", ""],
  ["max", "largest"],
  ["min", "smallest"],
]);
