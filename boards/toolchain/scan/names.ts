/** Names that Espruino has, and names of JavaScript that it lacks or has wrong, each with what to use. */

/** Globals of JavaScript that Espruino does not have. */
export const missingGlobals: ReadonlySet<string> = new Set([
  "Symbol", "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Proxy", "Reflect", "BigInt", "TextEncoder", "TextDecoder", "Buffer", "queueMicrotask",
  "setImmediate", "clearImmediate", "RangeError", "URIError", "EvalError", "AggregateError", "Intl", "Atomics", "SharedArrayBuffer",
  "BigInt64Array", "BigUint64Array", "structuredClone", "fetch", "URL", "AbortController", "performance", "escape", "unescape", "encodeURI", "decodeURI", "module", "exports",
]);

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** All members of built-in objects; anything else is missing. */
export const builtinMembers: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["Math", words("E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil clip cos exp floor log max min pow randInt random round sign sin sqrt tan wrap")],
  ["Number", words("MAX_VALUE MIN_VALUE NEGATIVE_INFINITY NaN POSITIVE_INFINITY prototype")],
  ["Object", words("prototype assign create defineProperties defineProperty entries fromEntries getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames getPrototypeOf keys setPrototypeOf values")],
  ["Array", words("isArray prototype")],
  ["String", words("fromCharCode prototype")],
  ["JSON", words("parse stringify")],
  ["Promise", words("all reject resolve")],
  ["ArrayBuffer", words("prototype")],
  ["Uint8Array", words("prototype")],
  ["Date", words("now parse prototype")],
]);

/** Methods that no built-in object of Espruino has, and that a program has no reason to name its own functions by. */
export const missingMethods: ReadonlySet<string> = words(
  "flat flatMap findLast findLastIndex reduceRight codePointAt localeCompare normalize trimStart trimEnd toPrecision toExponential toSorted toReversed toSpliced copyWithin matchAll",
);

/** Native constructors whose prototype's methods are no values. */
export const natives: ReadonlySet<string> = words("Array String Number Object Function Boolean Date RegExp Uint8Array ArrayBuffer Error");

/** Calls whose answer differs from JavaScript's: method name to what to do. */
export const differingMethods: ReadonlyMap<string, string> = new Map([
  ["toFixed", "its rounding differs: format scaled integers by formatScaled()"],
  ["sort", "it is not stable: insert in order"],
  ["emit", "it runs listeners on a later turn and adds keys to the object: call a function"],
]);

/** The same for members of built-in objects. */
export const differingMembers: ReadonlyMap<string, string> = new Map([
  ["Math.round", "it rounds negative halves away from zero: use Math.floor"],
  ["Object.defineProperty", "enumerable is ignored: assign the field"],
  ["Object.defineProperties", "enumerable is ignored: assign the fields"],
]);

/** The same for globals. */
export const differingGlobals: ReadonlyMap<string, string> = new Map([
  ["encodeURIComponent", "it is wrong above 0x7F: encode the bytes yourself"],
  ["Promise", "one whose resolvers are dropped corrupts the heap: use callbacks"],
  ["RegExp", "most patterns silently match nothing: compare bytes"],
]);
