/**
 * `JSON` as Espruino without Unicode has it. The reader takes single quotes, commas before a closing bracket and whatever
 * stands behind the value, and keeps one byte of a `\u` escape; the writer escapes every byte above 0x7E on its own, so that
 * UTF-8 text arrives as mojibake, and writes `undefined` for a function in an array. Messages hold no bytes of the text.
 */
import type { Host } from "./host";
import { toText } from "./number-text";

export interface Json {
  parse(text: string): unknown;
  /** Any value as text; "undefined" for a function. */
  write(value: unknown): string;
  /** The same as `Storage.writeJSON` writes it. */
  writeForStorage(value: unknown): string;
}

const DEPTH_MAX = 200;
const blanks = " \t\n\r\v\f";

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", "0": "\0" };
const written: Readonly<Record<string, string>> = {
  "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f",
};

class Reader {
  private at = 0;

  constructor(
    private readonly host: Host,
    private readonly text: string,
  ) {}

  value(depth: number): unknown {
    if (depth > DEPTH_MAX) this.fail("Out of Memory!");
    this.skip();
    const char = this.text[this.at];
    if (char === "{") return this.object(depth);
    if (char === "[") return this.list(depth);
    if (char === "\"" || char === "'") return this.string(char);
    return this.word();
  }

  private object(depth: number): unknown {
    const made = this.host.realm.object();
    this.at += 1;
    while (this.peek() !== "}") {
      const quote = this.peek();
      if (quote !== "\"" && quote !== "'") return this.fail("Got something else, expected STRING");
      const key = this.string(quote);
      if (this.peek() !== ":") return this.fail("Expected ':'");
      this.at += 1;
      const value = this.value(depth + 1);
      // Of two members of one name the first stays.
      if (!Object.prototype.hasOwnProperty.call(made, key)) made[key] = value;
      if (this.peek() !== "}") this.comma();
    }
    this.at += 1;
    return made;
  }

  private list(depth: number): unknown {
    const items: unknown[] = [];
    this.at += 1;
    while (this.peek() !== "]") {
      items.push(this.value(depth + 1));
      if (this.peek() !== "]") this.comma();
    }
    this.at += 1;
    return this.host.realm.array(items);
  }

  private string(quote: string): string {
    let made = "";
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const char = this.text[this.at]!;
      if (char === quote) {
        this.at += 1;
        return made;
      }
      if (char === "\n") break;
      made += char === "\\" ? this.escape() : char;
    }
    return this.fail("Expecting valid value, got UNFINISHED STRING");
  }

  /** One escape; a code point keeps its lowest byte. */
  private escape(): string {
    this.at += 1;
    const char = this.text[this.at] ?? "";
    const digits = char === "u" ? 4 : char === "x" ? 2 : 0;
    if (digits === 0) return escapes[char] ?? char;
    const code = parseInt(this.text.substring(this.at + 1, this.at + 1 + digits), 16);
    this.at += digits;
    return String.fromCharCode(code & 255);
  }

  private word(): unknown {
    const rest = this.text.substring(this.at);
    const found = /^(-?(0x[0-9a-fA-F]+|[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]*)?|\.[0-9]+)?|true|false|null)(?![a-zA-Z])/.exec(rest);
    if (found === null || found[0] === "") return this.fail(this.at >= this.text.length ? "Expecting valid value, got EOF" : "Expecting valid value, got something else");
    const word = found[0];
    this.at += word.length;
    if (word === "-") return undefined;
    const digits = word.replace(/^-/, "").replace(/(?<!x.*)[eE][-+]?$/, "");
    if (/^[.0-9]/.test(digits)) return word.startsWith("-") ? -Number(digits) : Number(digits);
    return word === "null" ? null : word === "true";
  }

  private comma(): void {
    if (this.peek() !== ",") this.fail("Expected ','");
    this.at += 1;
  }

  private peek(): string {
    this.skip();
    return this.text[this.at] ?? "";
  }

  private skip(): void {
    while (this.at < this.text.length && blanks.includes(this.text[this.at]!)) this.at += 1;
    const comment = /^(\/\/[^\n]*|\/\*[^]*?\*\/)/.exec(this.text.substring(this.at, this.at + 2) === "//" || this.text.startsWith("/*", this.at) ? this.text.substring(this.at) : "");
    if (comment === null) return;
    this.at += comment[0].length;
    this.skip();
  }

  private fail(message: string): never {
    return this.host.throw("SyntaxError", message);
  }
}

/** How a byte is written that is no plain character. */
type Escape = (code: number) => string;

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, "0");
}

const escapeAsJson: Escape = (code) => `\\u${hex(code, 4)}`;
/** Storage's own JSON is Espruino's: no other reader takes it. */
const escapeForStorage: Escape = (code) => `\\x${hex(code, 2)}`;

function writeString(text: string, escape: Escape): string {
  let out = "\"";
  for (const char of text) {
    const code = char.charCodeAt(0);
    out += written[char] ?? (code < 32 || code > 126 ? escape(code) : char);
  }
  return `${out}"`;
}

function writeNumber(value: number): string {
  return Number.isFinite(value) ? toText(value) : "null";
}

function write(value: unknown, escape: Escape): string {
  if (value === null) return "null";
  if (typeof value === "string") return writeString(value, escape);
  if (typeof value === "number") return writeNumber(value);
  if (typeof value !== "object") return typeof value === "boolean" ? String(value) : "undefined";
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return write(Reflect.apply(toJSON, value, []), escape);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as ArrayLike<unknown>, (item) => (item === undefined ? "null" : write(item, escape)));
    return `[${items.join(",")}]`;
  }
  const members = Object.entries(Object.getOwnPropertyDescriptors(value))
    .filter(([, member]) => member.enumerable === true && member.get === undefined)
    .filter(([, member]) => member.value !== undefined && typeof member.value !== "function");
  return `{${members.map(([key, member]) => `${writeString(key, escape)}:${write(member.value, escape)}`).join(",")}}`;
}

/** Puts both functions in place of V8's. */
export function addJson(host: Host): Json {
  const json: Json = {
    parse: (text) => new Reader(host, text).value(0),
    write: (value) => write(value, escapeAsJson),
    writeForStorage: (value) => write(value, escapeForStorage),
  };
  const target = host.realm.globals["JSON"] as object;
  host.realm.hide(target, "parse", (text: unknown) => json.parse(String(text)));
  host.realm.hide(target, "stringify", (value: unknown) => (value === undefined ? "null" : json.write(value)));
  return json;
}
