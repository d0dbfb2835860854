/** Fewer locals: what is read once stands where it is read, what is never read goes, and neighbours share a statement. */
import { negated } from "./conditions";
import { effectsOf } from "./effects";
import { reassigned } from "./inline";
import { isPure } from "./shake";
import { isLiteral, replaceExprs, rewriteExprs } from "./tree";
import type { Binding, Closure, Expr, Stat } from "./tree";
import { eachExpr, eachStat, rewriteBodies } from "./visit";

/** How often each variable is mentioned, and which are mentioned inside functions that the body makes. */
interface Mentions {
  readonly count: Map<Binding, number>;
  readonly captured: Set<Binding>;
}

function mentionsIn(stats: Stat[]): Mentions {
  const count = new Map<Binding, number>();
  const captured = new Set<Binding>();
  eachExpr(stats, (expr) => {
    if (expr.kind === "name") count.set(expr.binding, (count.get(expr.binding) ?? 0) + 1);
    if (expr.kind === "function") for (const binding of freeIn(expr)) captured.add(binding);
  });
  return { count, captured };
}

/** The variables that a function takes from around it. */
function freeIn(fn: Closure): Set<Binding> {
  const own = new Set<Binding>(fn.params);
  const used = new Set<Binding>();
  eachStat(fn.body, (stat) => {
    if (stat.kind === "local" || stat.kind === "forIn") for (const name of stat.names) own.add(name);
    if (stat.kind === "for") own.add(stat.name);
  });
  eachExpr(fn.body, (expr) => {
    if (expr.kind === "name") used.add(expr.binding);
    if (expr.kind === "function") for (const param of expr.params) own.add(param);
  });
  for (const binding of own) used.delete(binding);
  return used;
}

/** Which variables keep their value while a statement runs. */
type IsFixed = (binding: Binding) => boolean;

/** True for what gives the same before and after anything else is computed: literals, and variables that do not change. */
function isSteady(expr: Expr, isFixed: IsFixed): boolean {
  if (isLiteral(expr) || expr.kind === "global") return true;
  if (expr.kind === "name") return isFixed(expr.binding);
  if (expr.kind === "unary" && expr.op !== "#") return isSteady(expr.operand, isFixed);
  return expr.kind === "binary" && expr.op !== ".." && isSteady(expr.left, isFixed) && isSteady(expr.right, isFixed);
}

type Step = "go" | "found" | "stop";

/** Goes through an expression in the order of evaluation, as long as everything passed is steady, and puts `value` in place of the name. */
class Placer {
  result: Step = "go";

  constructor(
    private readonly binding: Binding,
    private readonly value: Expr,
    private readonly isFixed: IsFixed,
  ) {}

  place = (expr: Expr): Expr => {
    if (this.result !== "go") return expr;
    if (expr.kind === "name" && expr.binding === this.binding) {
      this.result = "found";
      return this.value;
    }
    switch (expr.kind) {
      case "index":
        expr.table = this.place(expr.table);
        expr.key = this.place(expr.key);
        break;
      case "call":
        expr.callee = this.place(expr.callee);
        expr.args = expr.args.map(this.place);
        break;
      case "method":
        expr.target = this.place(expr.target);
        expr.args = expr.args.map(this.place);
        break;
      case "unary":
        expr.operand = this.place(expr.operand);
        break;
      case "binary":
        expr.left = this.place(expr.left);
        if (expr.op === "and" || expr.op === "or") this.stop();
        else expr.right = this.place(expr.right);
        break;
      case "table":
        for (const field of expr.fields) field.value = this.place(field.value);
        break;
      default:
        break;
    }
    if (this.result === "go" && !this.isPassable(expr)) this.result = "stop";
    return expr;
  };

  private stop(): void {
    if (this.result === "go") this.result = "stop";
  }

  /** Whether the value may be computed after this instead of before. */
  private isPassable(expr: Expr): boolean {
    return isSteady(expr, this.isFixed) || (isPure(this.value) && isPure(expr) && expr.kind !== "function");
  }
}

/** `local a = f() return a + 1` is `return f() + 1`. */
function useOnce(body: Stat[], mentions: Mentions, isFixed: IsFixed): Stat[] {
  const result: Stat[] = [];
  for (const stat of body) {
    result.push(stat);
    for (;;) {
      const last = result[result.length - 1]!;
      const before = result[result.length - 2];
      if (before?.kind !== "local" || before.names.length !== 1 || before.values.length !== 1) break;
      const [name] = before.names;
      const [value] = before.values;
      if (mentions.count.get(name!) !== 1 || mentions.captured.has(name!) || !isFixed(name!) || name!.top !== undefined || value!.kind === "function") break;
      if (["while", "repeat", "do", "label", "goto"].includes(last.kind)) break;
      const placer = new Placer(name!, givesSeveral(value!) ? { kind: "paren", inner: value!, at: value!.at } : value!, isFixed);
      if (last.kind === "assign") {
        if (last.targets.some((target) => target.kind !== "name")) break;
        last.values = last.values.map(placer.place);
      } else replaceExprs(last, placer.place);
      if (placer.result !== "found") break;
      result.splice(result.length - 2, 1);
    }
  }
  return result;
}

/** True for calls into the engine, which may give several values: a local takes the first, a list would take all. */
function givesSeveral(value: Expr): boolean {
  if (value.kind === "method") return true;
  if (value.kind !== "call") return false;
  let root = value.callee;
  while (root.kind === "index") root = root.table;
  return root.kind === "global" && !["string", "math", "tostring", "type"].includes(root.name);
}

/** `local a` with what gives it its first value right behind. */
function withFirstValue(body: Stat[]): Stat[] {
  const result: Stat[] = [];
  for (const stat of body) {
    const last = result[result.length - 1];
    const [name] = last?.kind === "local" && last.names.length === 1 && last.values.length === 0 ? last.names : [];
    const isTarget = (each: Stat | undefined): boolean => each?.kind === "assign" && each.targets.length === 1 && each.targets[0]!.kind === "name" && each.targets[0]!.binding === name;
    if (name !== undefined && stat.kind === "assign" && isTarget(stat) && stat.values[0]!.kind !== "function" && !reads(stat.values, [name])) {
      result[result.length - 1] = { ...last!, kind: "local", names: [name], values: stat.values };
      continue;
    }
    const [nil] = stat.kind === "if" && stat.then.length === 1 && stat.otherwise.length > 0 ? stat.then : [];
    const isIdle = name !== undefined && nil?.kind === "assign" && isTarget(nil) && nil.values[0]!.kind === "nil";
    result.push(isIdle && stat.kind === "if" ? { ...stat, test: negated(stat.test), then: stat.otherwise, otherwise: [] } : stat);
  }
  return result;
}

function reads(values: Expr[], names: readonly Binding[]): boolean {
  let found = false;
  eachExpr([{ kind: "return", values }], (expr) => {
    if (expr.kind === "name" && names.includes(expr.binding)) found = true;
  });
  return found;
}

/** A local that is a truth value for good decides branches where it is read. */
function settleTruths(stats: Stat[], isFixed: IsFixed): void {
  const truths = new Map<Binding, Expr>();
  eachStat(stats, (stat) => {
    if (stat.kind !== "local" || stat.values.length !== stat.names.length) return;
    stat.names.forEach((name, i) => {
      const value = stat.values[i]!;
      if ((value.kind === "true" || value.kind === "false") && isFixed(name)) truths.set(name, value);
    });
  });
  if (truths.size === 0) return;
  rewriteExprs(stats, (expr) => {
    const truth = expr.kind === "name" ? truths.get(expr.binding) : undefined;
    return truth === undefined ? expr : { ...truth, at: expr.at };
  });
}

/** Drops locals that nothing reads. */
function dropUnread(body: Stat[], mentions: Mentions): Stat[] {
  return body.flatMap((stat) => {
    if (stat.kind !== "local" || stat.names.length !== 1 || stat.names[0]!.top !== undefined || (mentions.count.get(stat.names[0]!) ?? 0) > 0) return [stat];
    return stat.values.flatMap((value) => effectsOf(value, stat.at));
  });
}

const isCall = (expr: Expr | undefined): boolean => expr !== undefined && ["call", "method", "dots"].includes(expr.kind);

/** `local a = 1 local b = 2` is `local a, b = 1, 2`. */
function share(body: Stat[]): Stat[] {
  const result: Stat[] = [];
  for (const stat of body) {
    const last = result[result.length - 1];
    if (stat.kind !== "local" || last?.kind !== "local" || !mayShare(last, stat)) {
      result.push(stat);
      continue;
    }
    result[result.length - 1] = { ...last, names: [...last.names, ...stat.names], values: [...last.values, ...stat.values] };
  }
  return result;
}

function mayShare(first: Stat & { kind: "local" }, second: Stat & { kind: "local" }): boolean {
  const isFunction = [...first.values, ...second.values].some(({ kind }) => kind === "function");
  if (isFunction || first.names.some(({ top }) => top !== undefined)) return false;
  // Values in front, then the ones without; a call that gives several values stands last only where it gives one.
  if (first.values.length !== first.names.length) return second.values.length === 0 && first.values.length === 0;
  if (second.values.length === 0 && isCall(first.values[first.values.length - 1])) return false;
  if (second.values.length !== 0 && second.values.length !== second.names.length) return false;
  return !reads(second.values, first.names);
}

/** Tidies the locals of one definition, in place. `isConstant`: variables of the program that are set once, before all. */
export function tidyLocals(stats: Stat[], isConstant: IsFixed): void {
  rewriteBodies(stats, withFirstValue);
  const changing = reassigned(stats);
  const isFixed: IsFixed = (binding) => (binding.top === undefined ? !changing.has(binding) : isConstant(binding));
  settleTruths(stats, isFixed);
  const before = mentionsIn(stats);
  rewriteBodies(stats, (body) => dropUnread(body, before));
  const after = mentionsIn(stats);
  rewriteBodies(stats, (body) => useOnce(body, after, isFixed));
}

/** Lets neighbouring declarations share a statement, in place; the last step, because the others know one name a statement. */
export function shareLocals(stats: Stat[]): void {
  rewriteBodies(stats, (body) => share(body));
}
