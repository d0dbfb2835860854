/**
 * Variables of the program that have one value for good: constants stand where they are read, functions that a singleton
 * holds become functions of the program, and what nobody reads is not kept.
 *
 * A field of a singleton counts as settled when one place sets it: the struct is made before anything can read it.
 */
import { isClosed } from "./specialise";
import { effectsOf } from "./effects";
import { definedBy } from "./shake";
import { bodiesOf, isLiteral, rewriteExprs } from "./tree";
import type { Binding, Expr, Stat, Top } from "./tree";
import { eachOwnExpr, rewriteBodies } from "./visit";

interface Use {
  /** Statements that give it a value. */
  sets: Stat[];
  reads: number;
}

/** Where each variable of the program is set, and how often it is read. */
export function usesOf(tops: readonly Top[]): Map<Binding, Use> {
  const uses = new Map<Binding, Use>();
  const use = (binding: Binding): Use => {
    const found = uses.get(binding) ?? { sets: [], reads: 0 };
    uses.set(binding, found);
    return found;
  };
  const visit = (stats: readonly Stat[]): void => {
    for (const stat of stats) {
      const targets = new Set<Expr>();
      if (stat.kind === "local") for (const name of stat.names) if (name.top !== undefined) use(name).sets.push(stat);
      if (stat.kind === "assign") {
        for (const target of stat.targets) {
          if (target.kind !== "name") continue;
          targets.add(target);
          if (target.binding.top !== undefined) use(target.binding).sets.push(stat);
        }
      }
      eachOwnExpr(stat, (expr) => {
        if (expr.kind === "function") visit(expr.body);
        else if (expr.kind === "name" && expr.binding.top !== undefined && !targets.has(expr)) use(expr.binding).reads += 1;
      });
      for (const body of bodiesOf(stat)) visit(body);
    }
  };
  visit(tops.map(({ stat }) => stat));
  return uses;
}

/** The value that a statement gives to the one variable that it sets. */
function valueIn(stat: Stat | undefined): Expr | undefined {
  if (stat?.kind === "local" && stat.names.length === 1) return stat.values[0] ?? { kind: "nil" };
  return stat?.kind === "assign" && stat.targets.length === 1 ? stat.values[0] : undefined;
}

/** Bytes of a literal as it is printed, nearly. */
function width(value: Expr): number {
  if (value.kind === "number") return String(value.value).length;
  return value.kind === "string" ? value.value.length + 2 : value.kind.length;
}

/** Whether a literal costs less where it is read than a variable of two characters does; one that decides branches always does. */
function isCheap(value: Expr, reads: number): boolean {
  if (value.kind === "true" || value.kind === "false" || value.kind === "nil") return true;
  return isLiteral(value) && (value.kind !== "string" || reads <= 1 || width(value) <= 3) && (value.kind === "string" || reads * (width(value) - 2) <= width(value) + 4);
}

function copyOf(value: Expr, from: Expr): Expr {
  return { ...value, at: from.at };
}

/** True for what is set once, by a name or a literal that never changes: the reads may have it in place. */
function replacementFor(binding: Binding, uses: ReadonlyMap<Binding, Use>): Expr | undefined {
  const use = uses.get(binding);
  // What sets it was never reached: it stays what it was declared as.
  if (use?.sets.length === 0) return { kind: "nil" };
  const value = use?.sets.length === 1 ? valueIn(use.sets[0]) : undefined;
  if (use === undefined || value === undefined) return undefined;
  if (isLiteral(value)) return isCheap(value, use.reads) ? value : undefined;
  if (value.kind !== "name" || value.binding.top === undefined || value.binding === binding) return undefined;
  return uses.get(value.binding)?.sets.length === 1 ? value : undefined;
}

/** Puts constants where they are read. True when something changed. */
function inlineConstants(tops: readonly Top[], uses: ReadonlyMap<Binding, Use>): boolean {
  let changed = false;
  const replacements = new Map<Binding, Expr>();
  for (const [binding, use] of uses) {
    const value = use.reads > 0 ? replacementFor(binding, uses) : undefined;
    if (value !== undefined) replacements.set(binding, value);
  }
  const read = (expr: Expr): Expr => {
    let value = expr.kind === "name" ? replacements.get(expr.binding) : undefined;
    // A name of a name: to the end of the row, which has no circles.
    for (let next = value; next?.kind === "name" && (next = replacements.get(next.binding)) !== undefined; ) value = next;
    if (value === undefined) return expr;
    changed = true;
    return copyOf(value, expr);
  };
  const stats = tops.map(({ stat }) => stat);
  withoutTargets(stats, () => rewriteExprs(stats, read));
  return changed;
}

/** Runs `change` while no target of an assignment can be mistaken for a read. */
function withoutTargets(stats: Stat[], change: () => void): void {
  const kept: { readonly stat: Stat & { kind: "assign" }; readonly targets: Expr[] }[] = [];
  const hide = (list: readonly Stat[]): void => {
    for (const stat of list) {
      if (stat.kind === "assign") {
        kept.push({ stat, targets: stat.targets });
        stat.targets = stat.targets.map((target) => (target.kind === "name" ? { kind: "nil" } : target));
      }
      eachOwnExpr(stat, (expr) => {
        if (expr.kind === "function") hide(expr.body);
      });
      for (const body of bodiesOf(stat)) hide(body);
    }
  };
  hide(stats);
  change();
  for (const { stat, targets } of kept) stat.targets = stat.targets.map((target, i) => (targets[i]!.kind === "name" ? targets[i]! : target));
}

/** Takes statements that set `settled` variables out of functions; gives them. */
function takeOut(tops: readonly Top[], isSettled: (stat: Stat) => boolean): Stat[] {
  const taken: Stat[] = [];
  const keep = (body: Stat[]): Stat[] => {
    const kept = body.filter((stat) => !isSettled(stat));
    if (kept.length === body.length) return body;
    taken.push(...body.filter(isSettled));
    return kept;
  };
  rewriteBodies(
    tops.map(({ stat }) => stat),
    keep,
  );
  return taken;
}

/** Statements without effect: they set what nobody reads. */
function dropUnread(tops: Top[], uses: ReadonlyMap<Binding, Use>): Top[] {
  const unread = (stat: Stat): boolean => {
    const [target] = stat.kind === "assign" && stat.targets.length === 1 ? stat.targets : [];
    return target?.kind === "name" && target.binding.top !== undefined && uses.get(target.binding)?.reads === 0;
  };
  const acts = (stat: Stat): Stat[] => {
    const value = unread(stat) ? valueIn(stat) : undefined;
    return value === undefined ? [stat] : effectsOf(value, stat.at);
  };
  rewriteBodies(
    tops.map(({ stat }) => stat),
    (body) => (body.some(unread) ? body.flatMap(acts) : body),
  );
  return tops.flatMap((top) => (definedBy(top) !== undefined ? acts(top.stat).map((stat) => ({ ...top, stat })) : [top]));
}

/** One round; true beside the program when another may find more. */
function round(tops: Top[]): { readonly tops: Top[]; readonly changed: boolean } {
  const uses = usesOf(tops);
  let changed = inlineConstants(tops, uses);
  const outer = new Set(tops.map(({ stat }) => stat));
  const isSettled = (stat: Stat): boolean => {
    const value = valueIn(stat);
    const [target] = stat.kind === "assign" ? stat.targets : [];
    if (target?.kind !== "name" || value === undefined || outer.has(stat) || uses.get(target.binding)?.sets.length !== 1 || target.binding.top === undefined) return false;
    const isConstant = isLiteral(value) || (value.kind === "name" && value.binding.top !== undefined && uses.get(value.binding)?.sets.length === 1);
    return isConstant || (value.kind === "function" && isClosed(value));
  };
  const taken = takeOut(tops, isSettled);
  const moved = taken.map((stat) => ({ module: stat.at?.module ?? tops[0]!.module, stat }));
  changed ||= taken.length > 0;
  const after = dropUnread([...moved, ...tops], usesOf([...moved, ...tops]));
  return { tops: after, changed: changed || after.length !== tops.length + moved.length };
}

/** Settles a program in place, and gives the statements at its top. */
export function settle(tops: readonly Top[]): Top[] {
  let state = { tops: [...tops], changed: true };
  for (let rounds = 0; state.changed && rounds < 8; rounds += 1) state = round(state.tops);
  return state.tops;
}

/** Names in place of functions that only pass their arguments on to one that takes the same. */
export function passOn(tops: readonly Top[]): void {
  const arity = new Map<Binding, number>();
  for (const [binding, use] of usesOf(tops)) {
    const value = use.sets.length === 1 ? valueIn(use.sets[0]) : undefined;
    if (value?.kind === "function" && !value.dots) arity.set(binding, value.params.length);
  }
  const change = (expr: Expr): Expr => {
    if (expr.kind !== "function" || expr.dots || expr.body.length !== 1) return expr;
    const [only] = expr.body;
    const call = only!.kind === "run" && expr.silent === true ? only!.call : only!.kind === "return" && only!.values.length === 1 ? only!.values[0]! : undefined;
    if (call?.kind !== "call" || call.callee.kind !== "name" || arity.get(call.callee.binding) !== expr.params.length || call.args.length !== expr.params.length) return expr;
    const isSame = call.args.every((arg, i) => arg.kind === "name" && arg.binding === expr.params[i]);
    return isSame ? { ...call.callee, at: expr.at } : expr;
  };
  for (const { stat } of tops) {
    // The definition itself of a function of the program stays one.
    const [value] = stat.kind === "assign" ? stat.values : [];
    if (value?.kind === "function") rewriteExprs(value.body, change);
    else rewriteExprs([stat], change);
  }
}

