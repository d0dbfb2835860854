/**
 * Writes a program as the shortest Lua text that means it, and tells where each piece of it came from.
 */
import type { Binding, Closure, Expr, Place, Stat, Top } from "./tree";

/** From this offset on, up to the next mark, the text comes from that place. */
export interface Mark {
  readonly offset: number;
  readonly at: Place;
}

export interface Printed {
  readonly text: string;
  readonly marks: readonly Mark[];
}

const precedence: Readonly<Record<string, number>> = {
  or: 1, and: 2, "<": 3, ">": 3, "<=": 3, ">=": 3, "~=": 3, "==": 3, "|": 4, "~": 5, "&": 6, "<<": 7, ">>": 7, "..": 9, "+": 10, "-": 10, "*": 11, "/": 11, "//": 11, "%": 11, "^": 14,
};
const UNARY = 12;
const ATOM = 20;
const keywords = new Set("and break do else elseif end false for function goto if in local nil not or repeat return then true until while".split(" "));

/** A string literal: bytes that Lua source cannot hold as they are become decimal escapes. */
export function quote(value: string): string {
  const double = value.split('"').length;
  const mark = double > value.split("'").length ? "'" : '"';
  let text = "";
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    const char = value[i]!;
    if (char === mark || char === "\\") text += `\\${char}`;
    else if (char === "\n") text += "\\n";
    else if (char === "\r") text += "\\r";
    else if (char === "\t") text += "\\t";
    else if (code < 32 || code > 126) text += `\\${/[0-9]/.test(value[i + 1] ?? "") ? String(code).padStart(3, "0") : code}`;
    else text += char;
  }
  return mark + text + mark;
}

export const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !keywords.has(text);

class Printer {
  private pieces: string[] = [];
  private length = 0;
  private last = "";
  private pending: Place | undefined;
  readonly marks: Mark[] = [];

  constructor(private readonly names: (binding: Binding) => string) {}

  text(): string {
    return this.pieces.join("");
  }

  private put(token: string): void {
    if (token === "") return;
    const glued = /[A-Za-z0-9_]$/.test(this.last) && /^[A-Za-z0-9_]/.test(token);
    // "a- -b" is no comment, "1 ..x" no number, "[ [[x" no long string.
    const clash = (this.last.endsWith("-") && token.startsWith("-")) || (/^[0-9]/.test(this.last) && token.startsWith(".")) || (this.last.endsWith("[") && token.startsWith("["));
    if (glued || clash) this.write(" ");
    this.place();
    this.write(token);
    this.last = token;
  }

  private write(text: string): void {
    this.pieces.push(text);
    this.length += text.length;
  }

  /** What comes next is from `at`; of several, the innermost counts. */
  private mark(at: Place | undefined): void {
    if (at !== undefined) this.pending = at;
  }

  private place(): void {
    if (this.pending !== undefined) this.marks.push({ offset: this.length, at: this.pending });
    this.pending = undefined;
  }

  /** Between statements: a line's end, which costs as much as a blank and tells more, and only where one is needed. */
  private separate(next: string): void {
    const needed = /[A-Za-z0-9_]$/.test(this.last) && /^[A-Za-z0-9_]/.test(next);
    if (!needed && !(next.startsWith("(") && !/^(|;|do|then|else|repeat|end)$/.test(this.last))) return;
    const glue = next.startsWith("(") ? ";" : "\n";
    this.write(glue);
    this.last = glue;
  }

  private list(exprs: readonly Expr[]): void {
    exprs.forEach((expr, i) => {
      if (i > 0) this.put(",");
      this.expr(expr, 0);
    });
  }

  private nameList(bindings: readonly Binding[]): void {
    this.put(bindings.map(this.names).join(","));
  }

  private wrapped(open: boolean, write: () => void): void {
    if (open) this.put("(");
    write();
    if (open) this.put(")");
  }

  /** What may stand before an index or a call without brackets. */
  private prefix(expr: Expr): void {
    const plain = ["name", "global", "index", "call", "method", "paren"].includes(expr.kind);
    this.wrapped(!plain, () => this.expr(expr, 0));
  }

  private args(args: readonly Expr[]): void {
    const [only] = args;
    if (args.length === 1 && only!.kind === "string") return this.put(quote(only!.value));
    if (args.length === 1 && only!.kind === "table") return this.expr(only!, ATOM);
    this.put("(");
    this.list(args);
    this.put(")");
  }

  private closure(expr: Closure): void {
    this.put(`(${[...expr.params.map(this.names), ...(expr.dots ? ["..."] : [])].join(",")})`);
    this.stats(expr.body);
    this.put("end");
  }

  private binary(expr: Expr & { kind: "binary" }, outer: number): void {
    const level = precedence[expr.op]!;
    const isRight = expr.op === ".." || expr.op === "^";
    this.wrapped(level < outer, () => {
      this.expr(expr.left, isRight ? level + 1 : level);
      this.put(expr.op);
      this.expr(expr.right, isRight ? level : level + 1);
    });
  }

  private table(expr: Expr & { kind: "table" }): void {
    this.put("{");
    expr.fields.forEach(({ key, value }, i) => {
      if (i > 0) this.put(",");
      if (key !== undefined) {
        if (key.kind === "string" && isName(key.value)) this.put(`${key.value}=`);
        else {
          this.put("[");
          this.expr(key, 0);
          this.put("]=");
        }
      }
      this.expr(value, 0);
    });
    this.put("}");
  }

  private expr(expr: Expr, outer: number): void {
    if (expr.at !== undefined) this.mark(expr.at);
    switch (expr.kind) {
      case "dots":
        return this.put("...");
      case "number":
        return this.number(expr.value, outer);
      case "string":
        return this.put(quote(expr.value));
      case "name":
        return this.put(this.names(expr.binding));
      case "global":
        return this.put(expr.name);
      case "index":
        this.prefix(expr.table);
        if (expr.key.kind === "string" && isName(expr.key.value)) return this.put(`.${expr.key.value}`);
        this.put("[");
        this.expr(expr.key, 0);
        return this.put("]");
      case "call":
        this.prefix(expr.callee);
        return this.args(expr.args);
      case "method":
        this.prefix(expr.target);
        this.put(`:${expr.name}`);
        return this.args(expr.args);
      case "function":
        this.put("function");
        return this.closure(expr);
      case "table":
        return this.table(expr);
      case "unary":
        return this.wrapped(UNARY < outer, () => {
          this.put(expr.op);
          this.expr(expr.operand, UNARY);
        });
      case "binary":
        return this.binary(expr, outer);
      case "paren":
        return this.wrapped(true, () => this.expr(expr.inner, 0));
      default:
        return this.put(expr.kind);
    }
  }

  private number(value: number, outer: number): void {
    const isNegative = value < 0 || Object.is(value, -0);
    this.wrapped(isNegative && UNARY < outer, () => {
      if (isNegative) this.put("-");
      this.put(String(Math.abs(value)));
    });
  }

  stats(stats: readonly Stat[]): void {
    for (const stat of stats) this.stat(stat);
  }

  private block(stats: readonly Stat[]): void {
    this.stats(stats);
    this.put("end");
  }

  private conditional(stat: Stat & { kind: "if" }): void {
    this.expr(stat.test, 0);
    this.put("then");
    this.stats(stat.then);
    const [only] = stat.otherwise;
    if (stat.otherwise.length === 1 && only!.kind === "if") {
      this.put("elseif");
      return this.conditional(only!);
    }
    if (stat.otherwise.length > 0) {
      this.put("else");
      this.stats(stat.otherwise);
    }
    this.put("end");
  }

  /** The text that a statement begins with, as far as it matters to what stands before it. */
  private beginning(stat: Stat): string {
    const first = stat.kind === "run" ? stat.call : stat.kind === "assign" ? stat.targets[0]! : undefined;
    let expr = first;
    while (expr !== undefined) {
      if (expr.kind === "index") expr = expr.table;
      else if (expr.kind === "call") expr = expr.callee;
      else if (expr.kind === "method") expr = expr.target;
      else return expr.kind === "name" || expr.kind === "global" ? "a" : "(";
    }
    return stat.kind === "label" ? ":" : "a";
  }

  private assignment(stat: Stat & { kind: "assign" }): void {
    const [target] = stat.targets;
    const [value] = stat.values;
    if (stat.targets.length === 1 && value!.kind === "function" && (target!.kind === "name" || target!.kind === "global")) {
      this.put("function");
      this.expr(target!, 0);
      return this.closure(value!);
    }
    this.list(stat.targets);
    this.put("=");
    this.list(stat.values);
  }

  private local(stat: Stat & { kind: "local" }): void {
    const [value] = stat.values;
    this.put("local");
    if (stat.names.length === 1 && value?.kind === "function") {
      this.put("function");
      this.nameList(stat.names);
      return this.closure(value);
    }
    this.nameList(stat.names);
    if (stat.values.length > 0) {
      this.put("=");
      this.list(stat.values);
    }
  }

  private stat(stat: Stat): void {
    this.separate(this.beginning(stat));
    this.mark(stat.at);
    switch (stat.kind) {
      case "local":
        return this.local(stat);
      case "assign":
        return this.assignment(stat);
      case "run":
        return this.expr(stat.call, 0);
      case "if":
        this.put("if");
        return this.conditional(stat);
      case "while":
        this.put("while");
        this.expr(stat.test, 0);
        this.put("do");
        return this.block(stat.body);
      case "repeat":
        this.put("repeat");
        this.stats(stat.body);
        this.put("until");
        return this.expr(stat.test, 0);
      case "for":
        this.put("for");
        this.put(`${this.names(stat.name)}=`);
        this.list([stat.from, stat.to, ...(stat.step === undefined ? [] : [stat.step])]);
        this.put("do");
        return this.block(stat.body);
      case "forIn":
        this.put("for");
        this.nameList(stat.names);
        this.put("in");
        this.list(stat.values);
        this.put("do");
        return this.block(stat.body);
      case "do":
        this.put("do");
        return this.block(stat.body);
      case "return":
        this.put("return");
        return this.list(stat.values);
      case "break":
        return this.put("break");
      case "goto":
        return this.put(`goto ${stat.name}`);
      case "label":
        return this.put(`::${stat.name}::`);
    }
  }

  top(top: Top): void {
    // Each definition on a line of its own: an error that a board prints names its line.
    if (this.length > 0) this.write("\n");
    this.last = "\n";
    this.mark(top.stat.at ?? { module: top.module, line: 0, column: 0 });
    this.stat(top.stat);
  }
}

/** Prints a program. `names` gives each variable the name that is printed. */
export function print(tops: readonly Top[], names: (binding: Binding) => string): Printed {
  const printer = new Printer(names);
  for (const top of tops) printer.top(top);
  return { text: `${printer.text()}\n`, marks: printer.marks };
}
