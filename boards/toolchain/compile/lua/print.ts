/**
 * Writes a program as the shortest Lua text that means it, and tells where each piece of it came from.
 */
import type { Binding, Closure, Expr, Place, Stat, Top } from "./tree";
import { isName, quote, Writer } from "./writer";
import type { Mark } from "./writer";

export interface Printed {
  readonly text: string;
  readonly marks: readonly Mark[];
}

const precedence: Readonly<Record<string, number>> = {
  or: 1, and: 2, "<": 3, ">": 3, "<=": 3, ">=": 3, "~=": 3, "==": 3, "|": 4, "~": 5, "&": 6, "<<": 7, ">>": 7, "..": 9, "+": 10, "-": 10, "*": 11, "/": 11, "//": 11, "%": 11, "^": 14,
};
const UNARY = 12;
const ATOM = 20;
/** Modules whose text is as short as it can be; all others are of an app. */
const FRAMEWORK = /^(firmware\/(?!apps\/)|hal\/|entry)/;

class Printer {
  readonly writer = new Writer();
  /** The line of an app that the last line was begun for. */
  private line: Place | undefined;

  constructor(private readonly names: (binding: Binding) => string) {}

  private list(exprs: readonly Expr[]): void {
    exprs.forEach((expr, i) => {
      if (i > 0) this.writer.put(",");
      this.expr(expr, 0);
    });
  }

  private nameList(bindings: readonly Binding[]): void {
    this.writer.put(bindings.map(this.names).join(","));
  }

  private wrapped(open: boolean, write: () => void): void {
    if (open) this.writer.put("(");
    write();
    if (open) this.writer.put(")");
  }

  /** What may stand before an index or a call without brackets. */
  private prefix(expr: Expr): void {
    const plain = ["name", "global", "index", "call", "method", "paren"].includes(expr.kind);
    this.wrapped(!plain, () => this.expr(expr, 0));
  }

  private args(args: readonly Expr[]): void {
    const [only] = args;
    if (args.length === 1 && only!.kind === "string") return this.writer.put(quote(only!.value));
    if (args.length === 1 && only!.kind === "table") return this.expr(only!, ATOM);
    this.writer.put("(");
    this.list(args);
    this.writer.put(")");
  }

  private closure(expr: Closure): void {
    this.writer.put(`(${[...expr.params.map(this.names), ...(expr.dots ? ["..."] : [])].join(",")})`);
    this.stats(expr.body);
    this.writer.put("end");
  }

  private binary(expr: Expr & { kind: "binary" }, outer: number): void {
    const level = precedence[expr.op]!;
    const isRight = expr.op === ".." || expr.op === "^";
    this.wrapped(level < outer, () => {
      this.expr(expr.left, isRight ? level + 1 : level);
      this.writer.put(expr.op);
      this.expr(expr.right, isRight ? level : level + 1);
    });
  }

  private table(expr: Expr & { kind: "table" }): void {
    this.writer.put("{");
    expr.fields.forEach(({ key, value }, i) => {
      if (i > 0) this.writer.put(",");
      if (key !== undefined) {
        if (key.kind === "string" && isName(key.value)) this.writer.put(`${key.value}=`);
        else {
          this.writer.put("[");
          this.expr(key, 0);
          this.writer.put("]=");
        }
      }
      this.expr(value, 0);
    });
    this.writer.put("}");
  }

  private expr(expr: Expr, outer: number): void {
    if (expr.at !== undefined) this.writer.mark(expr.at);
    switch (expr.kind) {
      case "dots":
        return this.writer.put("...");
      case "number":
        return this.number(expr.value, outer);
      case "string":
        return this.writer.put(quote(expr.value));
      case "name":
        return this.writer.put(this.names(expr.binding));
      case "global":
        return this.writer.put(expr.name);
      case "index":
        this.prefix(expr.table);
        if (expr.key.kind === "string" && isName(expr.key.value)) return this.writer.put(`.${expr.key.value}`);
        this.writer.put("[");
        this.expr(expr.key, 0);
        return this.writer.put("]");
      case "call":
        this.prefix(expr.callee);
        return this.args(expr.args);
      case "method":
        this.prefix(expr.target);
        this.writer.put(`:${expr.name}`);
        return this.args(expr.args);
      case "function":
        this.writer.put("function");
        return this.closure(expr);
      case "table":
        return this.table(expr);
      case "unary":
        return this.wrapped(UNARY < outer, () => {
          this.writer.put(expr.op);
          this.expr(expr.operand, UNARY);
        });
      case "binary":
        return this.binary(expr, outer);
      case "paren":
        return this.wrapped(true, () => this.expr(expr.inner, 0));
      default:
        return this.writer.put(expr.kind);
    }
  }

  private number(value: number, outer: number): void {
    const isNegative = value < 0 || Object.is(value, -0);
    this.wrapped(isNegative && UNARY < outer, () => {
      if (isNegative) this.writer.put("-");
      this.writer.put(String(Math.abs(value)));
    });
  }

  stats(stats: readonly Stat[]): void {
    for (const stat of stats) this.stat(stat);
  }

  private block(stats: readonly Stat[]): void {
    this.stats(stats);
    this.writer.put("end");
  }

  private conditional(stat: Stat & { kind: "if" }): void {
    this.expr(stat.test, 0);
    this.writer.put("then");
    this.stats(stat.then);
    const [only] = stat.otherwise;
    if (stat.otherwise.length === 1 && only!.kind === "if") {
      this.writer.put("elseif");
      return this.conditional(only!);
    }
    if (stat.otherwise.length > 0) {
      this.writer.put("else");
      this.stats(stat.otherwise);
    }
    this.writer.put("end");
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
      this.writer.put("function");
      this.expr(target!, 0);
      return this.closure(value!);
    }
    this.list(stat.targets);
    this.writer.put("=");
    this.list(stat.values);
  }

  private local(stat: Stat & { kind: "local" }): void {
    const [value] = stat.values;
    this.writer.put("local");
    if (stat.names.length === 1 && value?.kind === "function") {
      this.writer.put("function");
      this.nameList(stat.names);
      return this.closure(value);
    }
    this.nameList(stat.names);
    if (stat.values.length > 0) {
      this.writer.put("=");
      this.list(stat.values);
    }
  }

  /** Each line of an app begins one here: an error on a board names a line and no column. */
  private beginsLine(at: Place | undefined): boolean {
    if (at === undefined || FRAMEWORK.test(at.module)) return false;
    const isNew = this.line?.module !== at.module || this.line.line !== at.line;
    this.line = at;
    return isNew;
  }

  private stat(stat: Stat): void {
    const beginning = this.beginning(stat);
    if (beginning !== "(" && this.beginsLine(stat.at)) this.writer.startLine();
    else this.writer.separate(beginning);
    this.writer.mark(stat.at);
    switch (stat.kind) {
      case "local":
        return this.local(stat);
      case "assign":
        return this.assignment(stat);
      case "run":
        return this.expr(stat.call, 0);
      case "if":
        this.writer.put("if");
        return this.conditional(stat);
      case "while":
        this.writer.put("while");
        this.expr(stat.test, 0);
        this.writer.put("do");
        return this.block(stat.body);
      case "repeat":
        this.writer.put("repeat");
        this.stats(stat.body);
        this.writer.put("until");
        return this.expr(stat.test, 0);
      case "for":
        this.writer.put("for");
        this.writer.put(`${this.names(stat.name)}=`);
        this.list([stat.from, stat.to, ...(stat.step === undefined ? [] : [stat.step])]);
        this.writer.put("do");
        return this.block(stat.body);
      case "forIn":
        this.writer.put("for");
        this.nameList(stat.names);
        this.writer.put("in");
        this.list(stat.values);
        this.writer.put("do");
        return this.block(stat.body);
      case "do":
        this.writer.put("do");
        return this.block(stat.body);
      case "return":
        this.writer.put("return");
        return this.list(stat.values);
      case "break":
        return this.writer.put("break");
      case "goto":
        return this.writer.put(`goto ${stat.name}`);
      case "label":
        return this.writer.put(`::${stat.name}::`);
    }
  }

  top(top: Top): void {
    // Each definition on a line of its own: an error that a board prints names its line.
    this.writer.startLine();
    this.writer.mark(top.stat.at ?? { module: top.module, line: 0, column: 0 });
    this.stat(top.stat);
  }
}

/** Prints a program. `names` gives each variable the name that is printed. */
export function print(tops: readonly Top[], names: (binding: Binding) => string): Printed {
  const printer = new Printer(names);
  for (const top of tops) printer.top(top);
  return { text: `${printer.writer.text()}\n`, marks: printer.writer.marks };
}
