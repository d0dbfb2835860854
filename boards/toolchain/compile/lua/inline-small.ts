/**
 * Functions of one expression stand where they are called, wherever that takes no more bytes than to keep them: a function
 * costs a hundred and more bytes of memory, whatever is in it.
 *
 * All calls of a function are replaced, or none. An argument may stand in place of a parameter only where it gives the same
 * there: it does nothing itself, and nothing happens before it is read.
 */
import { reassigned } from "./inline";
import { usesOf } from "./settle";
import { isPure } from "./shake";
import { isLiteral, rewriteExprs } from "./tree";
import type { Binding, Closure, Expr, Top } from "./tree";
import { eachExpr, eachStat } from "./visit";

type Call = Expr & { kind: "call" };

/** Bytes of `function ab()return end`, and a line's end. */
const DEFINITION = 25;
const NAME = 2;

/** Bytes of an expression as it is printed, nearly. */
function widthOf(expr: Expr): number {
  const all = (exprs: readonly Expr[]): number => exprs.reduce((sum, each) => sum + widthOf(each) + 1, 0);
  switch (expr.kind) {
    case "name":
      return expr.binding.top === undefined ? 1 : NAME;
    case "global":
      return expr.name.length;
    case "number":
      return String(expr.value).length;
    case "string":
      return expr.value.length + 2;
    case "index":
      return widthOf(expr.table) + (expr.key.kind === "string" ? 1 + Math.min(expr.key.value.length, 4) : 2 + widthOf(expr.key));
    case "call":
      return widthOf(expr.callee) + 1 + all(expr.args);
    case "method":
      return widthOf(expr.target) + expr.name.length + 2 + all(expr.args);
    case "table":
      return 1 + expr.fields.reduce((sum, { key, value }) => sum + (key === undefined ? 1 : 3) + widthOf(value), 0);
    case "unary":
      return widthOf(expr.operand) + (expr.op === "not" ? 4 : 1);
    case "binary":
      return widthOf(expr.left) + widthOf(expr.right) + (/[a-z]/.test(expr.op) ? expr.op.length + 2 : expr.op.length);
    case "paren":
      return 2 + widthOf(expr.inner);
    default:
      return expr.kind.length;
  }
}

/** A copy in which names of `values` stand for these. There is no function in the expression. */
function copyWith(expr: Expr, values: ReadonlyMap<Binding, Expr>): Expr {
  const copy = (each: Expr): Expr => copyWith(each, values);
  switch (expr.kind) {
    case "name": {
      const value = values.get(expr.binding);
      return value === undefined ? { ...expr } : copyWith(value, new Map());
    }
    case "index":
      return { ...expr, table: copy(expr.table), key: copy(expr.key) };
    case "call":
      return { ...expr, callee: copy(expr.callee), args: expr.args.map(copy) };
    case "method":
      return { ...expr, target: copy(expr.target), args: expr.args.map(copy) };
    case "table":
      return { ...expr, fields: expr.fields.map(({ key, value }) => ({ key: key === undefined ? undefined : copy(key), value: copy(value) })) };
    case "unary":
      return { ...expr, operand: copy(expr.operand) };
    case "binary":
      return { ...expr, left: copy(expr.left), right: copy(expr.right) };
    case "paren":
      return { ...expr, inner: copy(expr.inner) };
    default:
      return { ...expr };
  }
}

interface Small {
  readonly binding: Binding;
  readonly params: readonly Binding[];
  readonly value: Expr;
  /** How often the value reads each parameter. */
  readonly reads: readonly number[];
}

function smallOf({ stat }: Top, uses: ReturnType<typeof usesOf>): Small | undefined {
  const [target] = stat.kind === "assign" && stat.targets.length === 1 ? stat.targets : [];
  const fn: Closure | undefined = stat.kind === "assign" && stat.values[0]?.kind === "function" ? stat.values[0] : undefined;
  if (target?.kind !== "name" || target.binding.top === undefined || fn === undefined || fn.dots || fn.body.length !== 1 || uses.get(target.binding)?.sets.length !== 1) return undefined;
  const [only] = fn.body;
  if (only!.kind !== "return" || only!.values.length !== 1) return undefined;
  const reads = fn.params.map(() => 0);
  let isFit = true;
  eachExpr([only!], (expr) => {
    if (expr.kind === "function" || expr.kind === "dots" || (expr.kind === "name" && expr.binding === target.binding)) isFit = false;
    const i = expr.kind === "name" ? fn.params.indexOf(expr.binding) : -1;
    if (i >= 0) reads[i]! += 1;
  });
  return isFit ? { binding: target.binding, params: fn.params, value: only!.values[0]!, reads } : undefined;
}

/** True when each argument may stand for its parameter. */
function fits({ params, value, reads }: Small, { args }: Call, changing: ReadonlySet<Binding>): boolean {
  if (args.length > params.length) return false;
  const doesNothing = isPure(value);
  return params.every((_param, i) => {
    const arg = args[i];
    if (arg === undefined || (isLiteral(arg) && arg.kind !== "string")) return true;
    if (arg.kind === "name") return doesNothing || (arg.binding.top === undefined && !changing.has(arg.binding));
    return reads[i]! <= 1 && (arg.kind === "string" || (isPure(arg) && arg.kind !== "table" && arg.kind !== "function" && doesNothing));
  });
}

/** What of the program names what, while small functions move into it. */
class Mentions {
  private readonly tops = new Map<Binding, Set<Top>>();
  private readonly changing = new Map<Top, ReadonlySet<Binding>>();

  constructor(tops: readonly Top[]) {
    for (const top of tops) {
      eachExpr([top.stat], (expr) => {
        if (expr.kind === "name" && expr.binding.top !== undefined) this.note(expr.binding, top);
      });
    }
  }

  private note(binding: Binding, top: Top): void {
    const known = this.tops.get(binding);
    if (known === undefined) this.tops.set(binding, new Set([top]));
    else known.add(top);
  }

  /** The statements that name a variable of the program; also some that did before. */
  of(binding: Binding): readonly Top[] {
    return [...(this.tops.get(binding) ?? [])];
  }

  /** A statement came to hold what an expression names. */
  spread(value: Expr, top: Top): void {
    eachExpr([{ kind: "return", values: [value] }], (expr) => {
      if (expr.kind === "name" && expr.binding.top !== undefined) this.note(expr.binding, top);
    });
  }

  /** Variables that a statement gives a value to after their declaration; an expression in place of a call changes none. */
  changedIn(top: Top): ReadonlySet<Binding> {
    const found = this.changing.get(top) ?? reassigned([top.stat]);
    this.changing.set(top, found);
    return found;
  }

  drop(top: Top): void {
    for (const known of this.tops.values()) known.delete(top);
  }
}

/** The calls of a small function, when it is only called, and every call of it fits. */
function callsOf(small: Small, known: Mentions): Call[] | undefined {
  const calls: Call[] = [];
  let mentions = 0;
  let isFit = true;
  for (const top of known.of(small.binding)) {
    const { stat } = top;
    const changing = known.changedIn(top);
    eachExpr([stat], (expr) => {
      if (expr.kind === "name" && expr.binding === small.binding) mentions += 1;
      if (expr.kind !== "call" || expr.callee.kind !== "name" || expr.callee.binding !== small.binding) return;
      calls.push(expr);
      if (!fits(small, expr, changing)) isFit = false;
    });
    eachStat([stat], (inner) => {
      const isAlone = inner.kind === "run" && inner.call.kind === "call" && inner.call.callee.kind === "name" && inner.call.callee.binding === small.binding;
      if (isAlone && small.value.kind !== "call" && small.value.kind !== "method") isFit = false;
    });
  }
  // One mention is the definition's own.
  return isFit && calls.length > 0 && mentions === calls.length + 1 ? calls : undefined;
}

function resultOf(small: Small, call: Call): Expr {
  const values = new Map(small.params.map((param, i): [Binding, Expr] => [param, call.args[i] ?? { kind: "nil" }]));
  return { ...copyWith(small.value, values), at: call.at };
}

function pays(small: Small, calls: readonly Call[]): boolean {
  const kept = DEFINITION + small.params.length * 2 + widthOf(small.value) + calls.reduce((sum, call) => sum + widthOf(call), 0);
  const brackets = small.value.kind === "binary" ? 2 : 0;
  return calls.reduce((sum, call) => sum + widthOf(resultOf(small, call)) + brackets, 0) <= kept;
}

/** Puts small functions where they are called, in place; gives the statements at the program's top. */
export function inlineSmall(tops: readonly Top[]): Top[] {
  const gone = new Set<Top>();
  const uses = usesOf(tops);
  const mentions = new Mentions(tops);
  for (const top of tops) {
    const small = smallOf(top, uses);
    const calls = small === undefined ? undefined : callsOf(small, mentions);
    if (small === undefined || calls === undefined || !pays(small, calls)) continue;
    const wanted = new Set<Expr>(calls);
    gone.add(top);
    mentions.drop(top);
    for (const each of mentions.of(small.binding)) {
      rewriteExprs([each.stat], (expr) => (wanted.has(expr) && expr.kind === "call" ? resultOf(small, expr) : expr));
      mentions.spread(small.value, each);
    }
  }
  return tops.filter((top) => !gone.has(top));
}
