/**
 * Functions that are called in one place only live there: their statements in place of the call, their parameters as
 * locals, or not at all where the argument itself can stand for them.
 */
import { effectsOf } from "./effects";
import { isPure } from "./shake";
import { deliversOne, redirected, withEndReturns, alwaysLeaves } from "./returns";
import { usesOf } from "./settle";
import { bodiesOf, replaceExprs, rewriteExpr, rewriteExprs } from "./tree";
import type { Binding, Closure, Expr, Stat, Top } from "./tree";
import { eachExpr, eachOwnExpr, eachStat, rewriteBodies } from "./visit";

/** Locals that a function may come to have; Lua allows 200. */
const LOCALS_MAX = 120;

/** Locals and parameters that are given a value after their declaration. */
export function reassigned(stats: readonly Stat[]): Set<Binding> {
  const found = new Set<Binding>();
  eachStat([...stats], (stat) => {
    if (stat.kind !== "assign") return;
    for (const target of stat.targets) if (target.kind === "name") found.add(target.binding);
  });
  return found;
}

function readsOf(stats: Stat[]): Map<Binding, number> {
  const reads = new Map<Binding, number>();
  eachExpr(stats, (expr) => {
    if (expr.kind === "name") reads.set(expr.binding, (reads.get(expr.binding) ?? 0) + 1);
  });
  return reads;
}

function hasClosure(stats: Stat[]): boolean {
  let found = false;
  eachExpr(stats, (expr) => {
    if (expr.kind === "function") found = true;
  });
  return found;
}

function countLocals(stats: readonly Stat[]): number {
  return stats.reduce((sum, stat) => {
    const own = stat.kind === "local" || stat.kind === "forIn" ? stat.names.length : stat.kind === "for" ? 4 : 0;
    return sum + own + bodiesOf(stat).reduce((inner, body) => inner + countLocals(body), 0);
  }, 0);
}

/** What a call in one place needs: the function, and what of the caller is known. */
interface Site {
  readonly fn: Closure;
  readonly args: readonly Expr[];
  /** Variables of the caller that change. */
  readonly changing: ReadonlySet<Binding>;
}

/** Statements that bind the parameters; parameters whose argument can stand for them are replaced in the body. */
function bind({ fn, args, changing }: Site, at: Stat["at"]): Stat[] {
  const reads = readsOf(fn.body);
  const assigned = reassigned(fn.body);
  const closes = hasClosure(fn.body);
  const names: Binding[] = [];
  const values: Expr[] = [];
  const replaced = new Map<Binding, Expr>();
  fn.params.forEach((param, i) => {
    const arg: Expr = args[i] ?? { kind: "nil" };
    const isFixed = ["number", "true", "false", "nil"].includes(arg.kind) || (arg.kind === "string" && (reads.get(param) ?? 0) <= 1);
    const isSteady = arg.kind === "name" && arg.binding.top === undefined && (!closes || !changing.has(arg.binding));
    if (!assigned.has(param) && (isFixed || isSteady || ((reads.get(param) ?? 0) === 0 && isPure(arg)))) replaced.set(param, arg);
    else {
      names.push(param);
      values.push(arg);
    }
  });
  rewriteExprs(fn.body, (expr) => {
    const by = expr.kind === "name" ? replaced.get(expr.binding) : undefined;
    return by === undefined ? expr : { ...by, at: expr.at ?? by.at };
  });
  const extra = args.slice(fn.params.length).flatMap((arg) => effectsOf(arg, at));
  while (values.length > 0 && values[values.length - 1]!.kind === "nil" && values.length > 1) values.pop();
  const locals: Stat[] = names.length === 0 ? [] : [{ kind: "local", names, values: values.length === 1 && values[0]!.kind === "nil" ? [] : values, at }];
  return [...locals, ...extra];
}

/** The expression that a call is; undefined for a function that is more than one, and where an argument would come at another time. */
function valueOfCall({ fn, args, changing }: Site): Expr | undefined {
  const [only] = fn.body;
  if (fn.body.length !== 1 || only!.kind !== "return" || only!.values.length !== 1 || args.length > fn.params.length || hasClosure(fn.body)) return undefined;
  const [value] = only!.values;
  const reads = readsOf(fn.body);
  const fits = fn.params.every((param, i) => {
    const arg: Expr = args[i] ?? { kind: "nil" };
    if (["number", "true", "false", "nil"].includes(arg.kind) || (arg.kind === "name" && arg.binding.top === undefined && !changing.has(arg.binding))) return true;
    return (reads.get(param) ?? 0) <= 1 && isPure(arg) && (arg.kind === "string" || isPure(value!));
  });
  if (!fits) return undefined;
  rewriteExprs(fn.body, (expr) => {
    const i = expr.kind === "name" ? fn.params.indexOf(expr.binding) : -1;
    return i < 0 ? expr : { ...(args[i] ?? { kind: "nil" as const }), at: expr.at };
  });
  const [result] = fn.body;
  return result!.kind === "return" ? result!.values[0] : undefined;
}

/** The statements in place of one that calls; undefined where they would not mean the same. */
function splice(stat: Stat, site: Site, isEnd: boolean): Stat[] | undefined {
  const { fn } = site;
  if (stat.kind === "return") {
    const binding = bind(site, stat.at);
    return [...binding, ...fn.body, ...(isEnd || alwaysLeaves(fn.body) ? [] : [{ kind: "return" as const, values: [], at: stat.at }])];
  }
  const ends = withEndReturns(fn.body);
  if (ends === undefined) return undefined;
  if (stat.kind === "run") {
    const binding = bind(site, stat.at);
    const run = (values: readonly Expr[], at: Stat["at"]): Stat[] => values.flatMap((value) => effectsOf(value, at));
    return [...binding, ...redirected(withEndReturns(fn.body)!, run)];
  }
  if (stat.kind !== "local" && stat.kind !== "assign") return undefined;
  if (!deliversOne(ends)) return undefined;
  const simple = stat.kind === "local" || stat.targets[0]!.kind === "name";
  if (!simple) return undefined;
  const binding = bind(site, stat.at);
  const body = withEndReturns(fn.body)!;
  const last = body[body.length - 1];
  // One end: the value stands where the call stood.
  if (last?.kind === "return") return [...binding, ...body.slice(0, -1), { ...stat, values: [last.values[0]!] }];
  const target = (): Expr => (stat.kind === "local" ? { kind: "name", binding: stat.names[0]! } : { ...stat.targets[0]! });
  const set = (values: readonly Expr[], at: Stat["at"]): Stat[] => [{ kind: "assign", targets: [target()], values: [values[0]!], at }];
  return [...(stat.kind === "local" ? [{ ...stat, values: [] }] : []), ...binding, ...redirected(body, set)];
}

/** The one call of a statement that could be spliced. */
function callOf(stat: Stat): (Expr & { kind: "call" }) | undefined {
  const value =
    stat.kind === "run" ? stat.call : (stat.kind === "return" && stat.values.length === 1) || (stat.kind === "local" && stat.names.length === 1 && stat.values.length === 1) || (stat.kind === "assign" && stat.targets.length === 1) ? stat.values[0] : undefined;
  return value?.kind === "call" ? value : undefined;
}

/** The first call of a statement that is `wanted`, if all that is computed before it gives the same afterwards. */
function firstCall(stat: Stat, isFixed: (binding: Binding) => boolean, wanted: (call: Expr & { kind: "call" }) => boolean): (Expr & { kind: "call" }) | undefined {
  if (["while", "repeat", "do", "label", "goto", "break"].includes(stat.kind)) return undefined;
  if (stat.kind === "assign" && stat.targets.some((target) => target.kind !== "name")) return undefined;
  let found: (Expr & { kind: "call" }) | undefined;
  /** True to go on. */
  const visit = (expr: Expr): boolean => {
    switch (expr.kind) {
      case "name":
        return isFixed(expr.binding);
      case "call":
        if (visit(expr.callee) && expr.args.every(visit) && wanted(expr)) found = expr;
        return false;
      case "unary":
        return visit(expr.operand) && expr.op !== "#";
      case "binary":
        return visit(expr.left) && expr.op !== "and" && expr.op !== "or" && visit(expr.right) && expr.op !== "..";
      case "table":
        return expr.fields.every(({ key, value }) => (key === undefined || visit(key)) && visit(value));
      case "paren":
        return visit(expr.inner);
      case "index":
        visit(expr.table);
        return false;
      case "method":
        if (visit(expr.target)) expr.args.every(visit);
        return false;
      default:
        return true;
    }
  };
  const own: Expr[] = stat.kind === "if" ? [stat.test] : stat.kind === "run" ? [stat.call] : stat.kind === "for" ? [stat.from, stat.to] : "values" in stat ? stat.values : [];
  own.every(visit);
  return found;
}

/** The functions of the program that are mentioned once, by their variables. */
function single(tops: readonly Top[]): Map<Binding, Top> {
  const uses = usesOf(tops);
  const found = new Map<Binding, Top>();
  for (const top of tops) {
    const [target] = top.stat.kind === "assign" && top.stat.targets.length === 1 ? top.stat.targets : [];
    const [value] = top.stat.kind === "assign" ? top.stat.values : [];
    if (target?.kind !== "name" || value?.kind !== "function" || value.dots) continue;
    const use = uses.get(target.binding);
    if (use?.reads === 1 && use.sets.length === 1) found.set(target.binding, top);
  }
  return found;
}

class Inliner {
  private readonly done = new Set<Top>();

  constructor(
    private readonly candidates: ReadonlyMap<Binding, Top>,
    private readonly isConstant: (binding: Binding) => boolean,
  ) {}

  /** The statements for one with a call inside that could be spliced if it stood alone: first its value, then the rest. */
  private hoisted(stat: Stat, host: Top, changing: ReadonlySet<Binding>): Stat[] | undefined {
    const isFixed = (binding: Binding): boolean => (binding.top === undefined ? !changing.has(binding) : this.isConstant(binding));
    const call = firstCall(stat, isFixed, (each) => this.site(each, host, changing) !== undefined);
    const found = call === undefined ? undefined : this.site(call, host, changing);
    if (call === undefined || found === undefined) return undefined;
    const result: Binding = { name: "result", top: undefined };
    const spliced = splice({ kind: "local", names: [result], values: [call], at: call.at ?? stat.at }, found.site, false);
    if (spliced === undefined) return undefined;
    this.done.add(found.top);
    replaceExprs(stat, (own) => rewriteExpr(own, (expr) => (expr === call ? { kind: "name", binding: result, at: call.at, known: call.known, sound: call.sound ?? false, solid: call.solid ?? false } : expr)));
    return [...spliced, stat];
  }

  private site(call: Expr & { kind: "call" }, host: Top, changing: ReadonlySet<Binding>): { readonly top: Top; readonly site: Site } | undefined {
    const top = call.callee.kind === "name" ? this.candidates.get(call.callee.binding) : undefined;
    const [fn] = top?.stat.kind === "assign" ? top.stat.values : [];
    if (top === undefined || top === host || this.done.has(top) || fn?.kind !== "function") return undefined;
    if (countLocals(fn.body) + fn.params.length + countLocals([host.stat]) + localsInside(host.stat) > LOCALS_MAX) return undefined;
    return { top, site: { fn, args: call.args, changing } };
  }

  /** Inlines into one definition, as long as there is something. */
  run(host: Top): void {
    for (let again = true; again; ) {
      again = false;
      const changing = reassigned([host.stat]);
      rewriteBodies([host.stat], (body, owner) => {
        if (again) return body;
        for (const [i, stat] of body.entries()) {
          const call = callOf(stat);
          const found = call === undefined ? undefined : this.site(call, host, changing);
          const spliced = found === undefined ? undefined : splice(stat, found.site, owner !== undefined && i === body.length - 1);
          if (found !== undefined && spliced !== undefined) this.done.add(found.top);
          const stats = spliced ?? this.hoisted(stat, host, changing);
          if (stats === undefined) continue;
          again = true;
          return [...body.slice(0, i), ...stats, ...body.slice(i + 1)];
        }
        return body;
      });
    }
  }

  /** Puts functions that are one expression in place of their call, wherever that stands. */
  runInside(host: Top): void {
    const changing = reassigned([host.stat]);
    rewriteExprs([host.stat], (expr) => {
      const found = expr.kind === "call" ? this.site(expr, host, changing) : undefined;
      const value = found === undefined ? undefined : valueOfCall(found.site);
      if (found === undefined || value === undefined) return expr;
      this.done.add(found.top);
      return value;
    });
  }

  isGone(top: Top): boolean {
    return this.done.has(top);
  }
}

function localsInside(stat: Stat): number {
  let count = 0;
  eachOwnExpr(stat, (expr) => {
    if (expr.kind === "function") count += expr.params.length + countLocals(expr.body);
  });
  return count;
}

/** Puts functions with one caller into it, in place; gives the statements at the program's top. */
export function inlineSingle(tops: readonly Top[]): Top[] {
  const uses = usesOf(tops);
  const inliner = new Inliner(single(tops), (binding) => uses.get(binding)?.sets.length === 1);
  for (const top of tops) {
    if (inliner.isGone(top)) continue;
    inliner.run(top);
    inliner.runInside(top);
  }
  return tops.filter((top) => !inliner.isGone(top));
}
