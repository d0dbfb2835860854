/**
 * One device to an image: the fields of singletons become variables of the program, and whatever only carried one from place
 * to place goes: parameters, arguments, locals, records of functions.
 *
 * A literal that makes a singleton becomes assignments. Where these cannot stand as statements, they stand in a function
 * called on the spot.
 */
import type { Problem } from "../problem";
import { effectsOf } from "./effects";
import { isPure } from "./shake";
import { bodiesOf, replaceExprs, rewriteExpr, rewriteExprs } from "./tree";
import type { Binding, Expr, Slot, Stat, Top } from "./tree";
import { eachExpr, eachStat, rewriteBodies } from "./visit";

const yes = (from: Expr): Expr => ({ kind: "true", at: from.at, known: "boolean" });

/** The variables of the program that fields of singletons have become. */
export class Slots {
  private readonly bindings = new Map<string, Binding>();

  of({ id }: Slot, module: string): Binding {
    const binding = this.bindings.get(id) ?? { name: id, top: module };
    this.bindings.set(id, binding);
    return binding;
  }
  all(): Binding[] {
    return [...this.bindings.values()];
  }
}

class Specialiser {
  constructor(
    private readonly slots: Slots,
    private readonly module: string,
  ) {}

  private variable(slot: Slot): Expr {
    return { kind: "name", binding: this.slots.of(slot, this.module) };
  }

  /** The statements that set what a literal holds. */
  private settings(table: Expr & { kind: "table" }): Stat[] {
    const stats: Stat[] = [];
    for (const { key, value } of table.fields) {
      const slot = key?.kind === "string" ? table.slots!.get(key.value) : undefined;
      if (slot === undefined) continue;
      if (!slot.empty) stats.push({ kind: "assign", targets: [this.variable(slot)], values: [value], at: value.at });
      else stats.push(...effectsOf(value, value.at));
    }
    return stats;
  }

  /** Innermost first, so what is inside has been changed already. */
  expr = (expr: Expr): Expr => {
    if (expr.kind === "table" && expr.slots !== undefined) {
      const body: Stat[] = [...this.settings(expr), { kind: "return", values: [yes(expr)] }];
      return { kind: "call", callee: { kind: "function", params: [], dots: false, body }, args: [], sets: true, at: expr.at };
    }
    if (expr.kind === "function") {
      expr.params = expr.params.filter(({ gone }) => gone !== true);
      return expr;
    }
    if (expr.kind === "call" && expr.gone !== undefined) return this.call(expr, expr.gone);
    if (expr.kind === "index" && expr.slot !== undefined && isPure(expr.table)) return expr.slot.empty ? yes(expr) : { ...this.variable(expr.slot), at: expr.at, known: expr.known, sound: expr.sound ?? false, solid: expr.solid ?? false };
    return expr.kind === "name" && (expr.bare === true || expr.binding.gone === true) ? yes(expr) : expr;
  };

  /** Lua drops arguments that nobody takes: those that do something go last. */
  private call(expr: Expr & { kind: "call" }, gone: readonly boolean[]): Expr {
    const kept = expr.args.filter((_arg, i) => gone[i] !== true);
    const acting = expr.args.filter((arg, i) => gone[i] === true && !isPure(arg));
    return { ...expr, args: [...kept, ...acting], gone: undefined };
  }
}

/** The statements that stand for one that names variables without a value. */
function withoutGone(stat: Stat): Stat[] {
  const act = (values: readonly Expr[]): Stat[] => values.flatMap((value) => effectsOf(value, stat.at));
  if (stat.kind === "local" && stat.names.some(({ gone }) => gone === true)) return act(stat.values);
  const [target] = stat.kind === "assign" ? stat.targets : [];
  return stat.kind === "assign" && target?.kind === "true" ? act(stat.values) : [stat];
}

/** Takes the first setting that nothing which acts comes before, and that is certain to be reached, out of an expression. */
function takeSettings(expr: Expr): { readonly stats: Stat[]; readonly rest: Expr } | undefined {
  if (expr.kind === "call" && expr.sets === true && expr.callee.kind === "function") {
    return { stats: expr.callee.body.slice(0, -1), rest: yes(expr) };
  }
  const parts: Expr[] =
    expr.kind === "call" ? [expr.callee, ...expr.args] : expr.kind === "table" ? expr.fields.map(({ value }) => value) : expr.kind === "binary" && expr.op !== "and" && expr.op !== "or" ? [expr.left, expr.right] : [];
  for (const part of parts) {
    const taken = takeSettings(part);
    if (taken !== undefined) return { stats: taken.stats, rest: replacePart(expr, part, taken.rest) };
    if (!isPure(part)) return undefined;
  }
  return undefined;
}

function replacePart(whole: Expr, part: Expr, by: Expr): Expr {
  return rewriteExpr(whole, (expr) => (expr === part ? by : expr));
}

/** Settings as statements before the one that they stand in. */
function unfold(stat: Stat): Stat[] {
  const before: Stat[] = [];
  if (["while", "repeat", "for"].includes(stat.kind)) return [stat];
  for (let again = true; again; ) {
    again = false;
    replaceExprs(stat, (expr) => {
      const taken = again ? undefined : takeSettings(expr);
      if (taken === undefined) return expr;
      again = true;
      before.push(...taken.stats.flatMap(unfold));
      return taken.rest;
    });
  }
  return [...before, ...(stat.kind === "run" ? effectsOf(stat.call, stat.at) : [stat])];
}

const step = (stat: Stat): Stat[] => unfold(stat).flatMap(withoutGone);

/** Specialises a program in place, and gives the statements at its top. */
export function specialise(tops: readonly Top[], slots: Slots): Top[] {
  const result: Top[] = [];
  for (const top of tops) {
    const specialiser = new Specialiser(slots, top.module);
    const stats = [top.stat];
    rewriteExprs(stats, specialiser.expr);
    rewriteBodies(stats, (body) => body.flatMap(step));
    result.push(...stats.flatMap(step).map((stat) => ({ module: top.module, stat })));
  }
  return result;
}

function problem(at: Expr["at"], module: string, message: string): Problem {
  return { file: at?.module ?? module, line: (at?.line ?? 0) + 1, column: (at?.column ?? 0) + 1, rule: "singleton", message };
}

const tooMuch = (expr: Expr & { kind: "index" }): Problem =>
  problem(expr.at ?? expr.table.at, "", "This says too much at once of a struct of which an image has one: take the value first, in a statement of its own.");

/** Fields that are still looked for in a variable that stands for a struct, once the program has settled. */
export function hollowFields(tops: readonly Top[]): Problem[] {
  const stats = tops.map(({ stat }) => stat);
  const hollow = new Set<Binding>();
  const lost: Problem[] = [];
  eachStat(stats, (stat) => {
    if (stat.kind === "local") stat.names.forEach((name, i) => stat.values[i]?.kind === "true" && hollow.add(name));
  });
  eachExpr(stats, (expr) => {
    if (expr.kind === "index" && expr.table.kind === "name" && hollow.has(expr.table.binding)) lost.push(tooMuch(expr));
  });
  return lost;
}

/** Fields of which it is not known whose they are, and fields that are read and never set: their struct was made by a literal that does not say its type. */
export function strayFields(tops: readonly Top[], slots: Slots): Problem[] {
  const set = new Set<Binding>();
  const reads = new Map<Binding, Expr>();
  const lost: Problem[] = [];
  const stats = tops.map(({ stat }) => stat);
  eachStat(stats, (stat) => {
    if (stat.kind === "assign") for (const target of stat.targets) if (target.kind === "name") set.add(target.binding);
  });
  eachExpr(stats, (expr) => {
    if (expr.kind === "name" && !reads.has(expr.binding)) reads.set(expr.binding, expr);
    if (expr.kind === "index" && expr.table.kind === "true") lost.push(tooMuch(expr));
  });
  const unset = slots.all().filter((binding) => reads.has(binding) && !set.has(binding));
  const never = (name: string): string => `Nothing sets "${name.replace("$", ".")}": write the type of the literal that makes the struct.`;
  return [...lost, ...unset.map(({ name, top }, i) => problem(reads.get(unset[i]!)!.at, top ?? "", never(name)))];
}

/** True when a function's body reaches for nothing of the functions around it. */
export function isClosed(expr: Expr): boolean {
  const own = new Set<Binding>();
  const used = new Set<Binding>();
  const visit = (stats: Stat[]): void => {
    for (const stat of stats) {
      if (stat.kind === "local" || stat.kind === "forIn") for (const name of stat.names) own.add(name);
      if (stat.kind === "for") own.add(stat.name);
      for (const body of bodiesOf(stat)) visit(body);
    }
    rewriteExprs(stats, (inner) => {
      if (inner.kind === "name" && inner.binding.top === undefined) used.add(inner.binding);
      if (inner.kind === "function") {
        for (const param of inner.params) own.add(param);
        visit(inner.body);
      }
      return inner;
    });
  };
  visit([{ kind: "return", values: [expr] }]);
  return [...used].every((binding) => own.has(binding));
}
