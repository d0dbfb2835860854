/** Members of String, Number and Math that answer otherwise on Espruino than in V8, and source that may be tokenised. Strings are bytes there. */
import type { Host } from "./host";
import { HOOK, readable } from "./lexer";
import { toFixed, toText } from "./number-text";

/**
 * Where `wanted` stands in `text`, from `from` on, or -1. Espruino 2v29 compares up to the end of either text, so that a
 * text which ends with a beginning of `wanted` counts as well.
 */
export function espruinoIndexOf(text: string, wanted: string, from: number): number {
  if (wanted.length > text.length) return -1;
  const last = text.length - wanted.length + 1;
  for (let i = Math.min(Math.max(from, 0), last); i < text.length; i += 1) {
    if (wanted.startsWith(text.substring(i, i + wanted.length))) return i;
  }
  return -1;
}

/** Half a unit goes away from zero. */
function round(value: number): number {
  return value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5);
}

function lower(text: string): string {
  return text.replace(/[A-Z]/g, (char) => char.toLowerCase());
}

function upper(text: string): string {
  return text.replace(/[a-z]/g, (char) => char.toUpperCase());
}

function replaceAt(text: string, index: number, length: number, by: string): string {
  return text.substring(0, index) + by + text.substring(index + length);
}

function replaceOne(text: string, wanted: string, by: string): string {
  const index = espruinoIndexOf(text, wanted, 0);
  return index < 0 ? text : replaceAt(text, index, wanted.length, by);
}

function replaceEach(text: string, wanted: string, by: string): string {
  let out = text;
  let index = wanted === "" ? -1 : espruinoIndexOf(out, wanted, 0);
  while (index >= 0) {
    out = replaceAt(out, index, wanted.length, by);
    index = espruinoIndexOf(out, wanted, index + by.length);
  }
  return out;
}

function addStrings(host: Host): void {
  const { realm } = host;
  const prototype = realm.evaluate("String.prototype", "strings") as Record<string, (...values: unknown[]) => unknown>;
  const native = { replace: prototype["replace"]!, replaceAll: prototype["replaceAll"]!, split: prototype["split"]! };
  const methods = {
    indexOf(this: string, wanted: unknown, from: unknown) {
      return espruinoIndexOf(String(this), String(wanted), typeof from === "number" ? Math.trunc(from) : 0);
    },
    includes(this: string, wanted: unknown, from: unknown) {
      return espruinoIndexOf(String(this), String(wanted), typeof from === "number" ? Math.trunc(from) : 0) >= 0;
    },
    replace(this: string, wanted: unknown, by: unknown) {
      if (typeof wanted !== "string" || typeof by === "function") return Reflect.apply(native.replace, this, [wanted, by]);
      return replaceOne(String(this), wanted, String(by));
    },
    replaceAll(this: string, wanted: unknown, by: unknown) {
      if (typeof wanted !== "string" || typeof by === "function") return Reflect.apply(native.replaceAll, this, [wanted, by]);
      return replaceEach(String(this), wanted, String(by));
    },
    split(this: string, separator: unknown) {
      return Reflect.apply(native.split, this, [separator]);
    },
    toLowerCase(this: string) {
      return lower(String(this));
    },
    toUpperCase(this: string) {
      return upper(String(this));
    },
    trim(this: string) {
      return String(this).replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "");
    },
  };
  for (const [name, method] of Object.entries(methods)) realm.hide(prototype, name, method);
  realm.hide(realm.globals["String"] as object, "fromCharCode", (...codes: number[]) =>
    String.fromCharCode(...codes.map((code) => Math.trunc(Number(code)) & 255)));
}

function addNumbers(host: Host): void {
  const { realm } = host;
  const prototype = realm.evaluate("Number.prototype", "numbers") as object;
  realm.hide(prototype, "toFixed", function (this: number, decimals: unknown) {
    return toFixed(Number(this), Number(decimals ?? 0));
  });
  const native = (prototype as { toString: () => string }).toString;
  realm.hide(prototype, "toString", function (this: number, radix: unknown) {
    return radix === undefined ? toText(Number(this)) : Reflect.apply(native, this, [radix]);
  });
  const math = realm.globals["Math"] as object;
  const random = (): number => {
    const bytes = host.ports.random.bytes(4);
    return [...bytes].reduce((sum, char) => (sum + char.charCodeAt(0)) / 256, 0);
  };
  const functions = {
    round: (value: unknown) => round(Number(value)),
    clip: (value: number, min: number, max: number) => Math.min(Math.max(value, min), max),
    wrap: (value: number, max: number) => value % max,
    randInt: (range: number) => Math.floor(random() * range),
    random,
  };
  for (const [name, run] of Object.entries(functions)) realm.hide(math, name, run);
  addConversions(host);
}

/** `Number`: NaN for text that ends in a blank. `+text` says the same there, and cannot be caught here. */
function addConversions(host: Host): void {
  const { realm } = host;
  const wrap = realm.evaluate(
    `(function (native, convert) {
      function Number(value) { return arguments.length === 0 ? 0 : convert(value); }
      Object.getOwnPropertyNames(native).forEach(function (name) {
        if (/^(prototype|NaN|[A-Z]+_(VALUE|INFINITY))$/.test(name)) Object.defineProperty(Number, name, Object.getOwnPropertyDescriptor(native, name));
      });
      Object.defineProperty(Number.prototype, "constructor", { value: Number, writable: true, configurable: true });
      return Number;
    })`,
    "numbers",
  ) as (native: unknown, convert: (value: unknown) => number) => unknown;
  const convert = (value: unknown): number => (typeof value === "string" && /\S\s+$/.test(value) ? NaN : Number(value));
  realm.define({ Number: wrap(realm.globals["Number"], convert) });
}

/** Base64 over binary strings. */
function addBase64(host: Host): void {
  host.realm.define({
    btoa: (text: unknown) => Buffer.from(String(text), "latin1").toString("base64"),
    atob: (text: unknown) => Buffer.from(String(text), "base64").toString("latin1"),
  });
}

/** Source that `eval` is given, and what functions are made of, goes through the lexer. What is no text is left as it is. */
function addSource(host: Host): void {
  const { realm } = host;
  const lexed = (value: unknown): unknown => (typeof value === "string" ? readable(value) : value);
  const wrap = realm.evaluate(
    `(function (native, lexed) {
      function Function() { return native.apply(this, [].map.call(arguments, function (each) { return lexed(each); })); }
      Function.prototype = native.prototype;
      Object.defineProperty(native.prototype, "constructor", { value: Function, writable: true, configurable: true });
      return Function;
    })`,
    "language",
  ) as (native: unknown, lexed: unknown) => unknown;
  realm.define({ [HOOK]: lexed, Function: wrap(realm.globals["Function"], lexed) });
}

export function addLanguage(host: Host): void {
  addStrings(host);
  addNumbers(host);
  addBase64(host);
  addSource(host);
}
