/**
 * The JavaScript world of one boot: a context of its own, pruned to the intrinsics that Espruino has (members measured on
 * 2v29.277), so that code which leans on anything else fails here as it fails there. What V8's grammar allows beyond
 * Espruino's is the scanner's affair.
 */
import { type Context, createContext, Script } from "node:vm";
import { readable } from "./lexer";

export type ErrorType = "Error" | "InternalError" | "TypeError" | "SyntaxError" | "ReferenceError";

type Indexed = Record<string, unknown>;

/** Globals of the language itself; everything else of Espruino's is added by the files beside this one. */
const languageGlobals = [
  "Array", "ArrayBuffer", "Boolean", "DataView", "Error", "Float32Array", "Float64Array", "Function", "Infinity", "Int16Array",
  "Int32Array", "Int8Array", "JSON", "Math", "NaN", "Number", "Object", "ReferenceError", "RegExp", "String", "SyntaxError",
  "TypeError", "Uint16Array", "Uint32Array", "Uint8Array", "Uint8ClampedArray", "decodeURIComponent", "encodeURIComponent", "eval",
  "globalThis", "isFinite", "isNaN", "parseFloat", "parseInt", "undefined",
];

/** Members that stay, by the expression that gives their object; all others go. */
const members: Readonly<Record<string, string>> = {
  Array: "isArray prototype",
  "Array.prototype":
    "concat constructor every fill filter find findIndex forEach includes indexOf join length map pop push reduce reverse shift slice some sort splice toString unshift",
  ArrayBuffer: "prototype",
  "ArrayBuffer.prototype": "byteLength constructor",
  Error: "prototype",
  "Function.prototype": "apply bind call constructor length toString",
  JSON: "parse stringify",
  Math: "E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs acos asin atan atan2 ceil cos exp floor log max min pow random round sign sin sqrt tan",
  Number: "MAX_VALUE MIN_VALUE NEGATIVE_INFINITY NaN POSITIVE_INFINITY prototype",
  "Number.prototype": "constructor toFixed toString valueOf",
  Object:
    "assign create defineProperties defineProperty entries fromEntries getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames getPrototypeOf keys prototype setPrototypeOf values",
  "Object.prototype": "__proto__ constructor hasOwnProperty toString valueOf",
  RegExp: "prototype",
  String: "fromCharCode prototype",
  "String.prototype":
    "charAt charCodeAt concat constructor endsWith includes indexOf lastIndexOf length match padEnd padStart repeat replace replaceAll slice split startsWith substr substring toLowerCase toString toUpperCase trim valueOf",
  Uint8Array: "prototype",
  "Object.getPrototypeOf(Uint8Array)": "prototype",
  "Object.getPrototypeOf(Uint8Array.prototype)":
    "buffer byteLength byteOffset constructor fill filter find findIndex forEach includes indexOf join length map reduce reverse set slice sort subarray toString",
};

/** Espruino's errors tell their kind as `type`; of the built-in kinds only `Error` itself is an `Error`. */
const errorsScript = `(function (names) {
  function InternalError(message) {
    if (!(this instanceof InternalError)) return new InternalError(message);
    if (message !== undefined) this.message = String(message);
  }
  globalThis.InternalError = InternalError;
  names.concat("InternalError").forEach(function (name) {
    var prototype = globalThis[name].prototype;
    if (name !== "Error") Object.setPrototypeOf(prototype, Object.prototype);
    delete prototype.name;
    delete prototype.message;
    Object.defineProperty(prototype, "type", { value: name === "RangeError" ? "Error" : name, writable: true, configurable: true });
    Object.defineProperty(prototype, "toString", {
      value: function () { return this.type + ": " + this.message; }, writable: true, configurable: true });
  });
})`;

const errorNames = ["Error", "TypeError", "SyntaxError", "ReferenceError", "RangeError", "EvalError", "URIError"];

/** The context of a boot, and the ways in which the host makes values that belong to it. */
export class Realm {
  readonly context: Context = createContext({});
  /** The global object, as code inside sees it. */
  readonly globals: Indexed;
  readonly #make: Readonly<Record<ErrorType, new (message: string) => object>>;
  readonly #object: () => Indexed;
  readonly #array: (length: number) => unknown[];
  readonly #bytes: new (length: number) => Uint8Array;

  constructor() {
    this.globals = this.evaluate("globalThis", "realm") as Indexed;
    // What V8 keeps by these names is held here: the names themselves go.
    (this.evaluate(errorsScript, "realm") as (names: unknown) => void)(this.evaluate(JSON.stringify(errorNames), "realm"));
    for (const [expression, kept] of Object.entries(members)) this.prune(this.evaluate(expression, "realm") as object, kept.split(" "));
    this.prune(this.globals, [...languageGlobals, "InternalError"]);
    this.#make = this.globals as never;
    this.#object = this.evaluate("(function () { return {}; })", "realm") as never;
    this.#array = this.evaluate("(function (length) { return new Array(length); })", "realm") as never;
    this.#bytes = this.globals["Uint8Array"] as never;
    this.define({ global: this.globals });
  }

  /** Runs a script, tokenised or not, in the context and answers its completion value. */
  evaluate(text: string, name: string): unknown {
    return new Script(readable(text), { filename: name }).runInContext(this.context);
  }

  /** Adds globals. */
  define(values: Indexed): void {
    for (const [name, value] of Object.entries(values)) this.hide(this.globals, name, value);
  }

  /** Adds a member that no enumeration shows. */
  hide(target: object, name: string, value: unknown): void {
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
  }

  error(type: ErrorType, message: string): object {
    return new this.#make[type](message);
  }

  object(values: Indexed = {}): Indexed {
    return Object.assign(this.#object(), values);
  }

  array(items: readonly unknown[]): unknown[] {
    const made = this.#array(items.length);
    items.forEach((item, i) => (made[i] = item));
    return made;
  }

  bytes(text: string): Uint8Array {
    const made = new this.#bytes(text.length);
    for (let i = 0; i < text.length; i += 1) made[i] = text.charCodeAt(i);
    return made;
  }

  private prune(target: object, kept: readonly string[]): void {
    for (const name of Object.getOwnPropertyNames(target)) {
      if (!kept.includes(name)) Reflect.deleteProperty(target, name);
    }
  }
}
