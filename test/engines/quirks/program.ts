/**
 * Cases of what is odd about Espruino, as an image: each case is a Storage file that the program evaluates, one after the
 * other, printing a line `@NUMBER VALUE` for each and `@end` behind the last. The same image runs on the emulation and on the
 * real interpreter.
 */
import { join } from "node:path";
import { loadBoard } from "../../../boards/toolchain/board";
import type { Image } from "../../../sim/engines/image";

export interface QuirkCase {
  readonly title: string;
  /** An expression; or, behind "@", statements that call `done(value)` once. In Espruino's dialect. */
  readonly code: string;
  /** What the interpreter prints (2v29.277 without Unicode). */
  readonly prints: string;
}

/** A table of cases: title, code, and what is printed. */
export type QuirkTable = readonly (readonly [title: string, code: string, prints: string])[];

export function casesOf(...tables: readonly QuirkTable[]): QuirkCase[] {
  return tables.flat().map(([title, code, prints]) => ({ title, code, prints }));
}

/**
 * Values as text in which nothing is lost: a letter for the kind, bytes that are no letters as hexadecimal.
 * `tell` goes on to the next case on a later turn, and only once a case.
 */
const program = `
function bytes(s) {
  var out = "", i, c;
  for (i = 0; i < s.length; i++) {
    c = s.charCodeAt(i);
    if (c > 32 && c < 127 && c !== 37) out += s.charAt(i);
    else out += "%" + (c < 16 ? "0" : "") + c.toString(16);
  }
  return out;
}
function show(v) {
  var out = "", i;
  if (v === undefined) return "undefined";
  if (v === null) return "null";
  if (typeof v === "string") return "'" + bytes(v) + "'";
  if (typeof v === "number" || typeof v === "boolean") return v.toString();
  if (typeof v === "function") return "function";
  if (typeof v.length === "number") {
    for (i = 0; i < v.length; i++) out += (i ? "," : "") + show(v[i]);
    return "[" + out + "]";
  }
  Object.keys(v).forEach(function (k) { out += (out ? "," : "") + bytes(k) + ":" + show(v[k]); });
  return "{" + out + "}";
}
var at = 0;
function tell(mine, text) {
  if (mine !== at) return;
  print("@" + at + " " + text);
  at++;
  setTimeout(next, 0);
}
function run(mine, code) {
  try {
    if (code.charAt(0) !== "@") return tell(mine, show(eval("(" + code + ")")));
    eval("(function(done){" + code.substr(1) + "})")(function (v) { tell(mine, show(v)); });
  } catch (e) {
    tell(mine, "! " + (e && e.type) + ": " + bytes("" + (e && e.message)));
  }
}
function next() {
  var code = require("Storage").read("case" + at);
  if (code === undefined) print("@end");
  else run(at, code);
}
`;

export const root = join(__dirname, "..", "..", "..");

/** The image; `globals` are numbers that the cases may name. */
export function quirkImage(cases: readonly QuirkCase[], globals: Readonly<Record<string, number>> = {}): Image {
  const { id, constants } = loadBoard(root, "linux-espruino");
  const declared = Object.entries(globals).map(([name, value]) => `var ${name}=${value};`);
  const texts = cases.map(({ code }, i) => [`case${i}`, Buffer.from(code, "utf8").toString("latin1")] as const);
  const main = `${declared.join("")}${program}setTimeout(next, 0);`;
  const files = new Map([[".bootcde", main], ...texts]);
  return { board: id, runtime: "espruino", constants, files, main: ".bootcde", maps: new Map(), modules: [] };
}

/** Collects what the program prints, by case; whatever else is printed stands in `other`. */
export class Answers {
  readonly lines: string[] = [];
  readonly other: string[] = [];
  ended = false;

  hear(line: string): void {
    const match = /^@(\d+) (.*)$/.exec(line);
    if (match !== null) this.lines[Number(match[1])] = match[2]!;
    else if (line === "@end") this.ended = true;
    else this.other.push(line);
  }
}
