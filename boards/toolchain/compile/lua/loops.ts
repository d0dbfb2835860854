/** Counting loops as Lua counts: `local i = 0 while i < n do ... i = i + 1 end` is `for i = 0, n - 1 do ... end`. */
import { reassigned } from "./inline";
import { isLiteral, rewriteExprs } from "./tree";
import type { Binding, Expr, Stat } from "./tree";
import { eachExpr, eachStat, rewriteBodies } from "./visit";

type IsFixed = (binding: Binding) => boolean;

/** What a loop counts by: 1 or -1 for `i = i + 1` and `i = i - 1` of that variable. */
function stepOf(stat: Stat | undefined, name: Binding): number | undefined {
  if (stat?.kind !== "assign" || stat.targets.length !== 1 || stat.values.length !== 1) return undefined;
  const [target] = stat.targets;
  const [value] = stat.values;
  if (target!.kind !== "name" || target!.binding !== name || value!.kind !== "binary" || value!.left.kind !== "name" || value!.left.binding !== name) return undefined;
  if (value!.right.kind !== "number" || value!.right.value !== 1) return undefined;
  return value!.op === "+" ? 1 : value!.op === "-" ? -1 : undefined;
}

/** The last value that the test lets through; undefined for a test whose bound may move while the loop runs. */
function lastOf(test: Expr, name: Binding, step: number, isFixed: IsFixed): Expr | undefined {
  if (test.kind !== "binary" || test.left.kind !== "name" || test.left.binding !== name || !isStill(test.right, isFixed)) return undefined;
  const bound = test.right;
  if (test.op === (step > 0 ? "<=" : ">=")) return bound;
  if (test.op !== (step > 0 ? "<" : ">")) return undefined;
  if (bound.kind === "number") return { ...bound, value: bound.value - step };
  return { kind: "binary", op: step > 0 ? "-" : "+", left: bound, right: { kind: "number", value: 1, known: "number" }, known: "number", at: bound.at };
}

/** True for what gives the same number each time: lists may grow, texts do not. */
function isStill(expr: Expr, isFixed: IsFixed): boolean {
  if (isLiteral(expr)) return true;
  if (expr.kind === "name") return isFixed(expr.binding);
  if (expr.kind === "unary") return expr.op === "#" && expr.operand.kind === "name" && expr.operand.known === "string" && isFixed(expr.operand.binding);
  return expr.kind === "binary" && (expr.op === "+" || expr.op === "-") && isStill(expr.left, isFixed) && isStill(expr.right, isFixed);
}

function mentions(stats: Stat[], name: Binding): boolean {
  let found = false;
  const check = (expr: Expr): void => {
    if (expr.kind === "name" && expr.binding === name) found = true;
  };
  eachExpr(stats, check);
  return found;
}

function sets(stats: Stat[], name: Binding): boolean {
  let found = false;
  eachStat(stats, (stat) => {
    if (stat.kind === "assign" && stat.targets.some((target) => target.kind === "name" && target.binding === name)) found = true;
  });
  return found;
}

function counted(body: Stat[], isFixed: IsFixed): Stat[] {
  for (const [i, loop] of body.entries()) {
    const start = body[i - 1];
    if (loop.kind !== "while" || start?.kind !== "local" || start.names.length !== 1 || start.values.length !== 1) continue;
    const [name] = start.names;
    const step = stepOf(loop.body[loop.body.length - 1], name!);
    const last = step === undefined ? undefined : lastOf(loop.test, name!, step, isFixed);
    const inside = loop.body.slice(0, -1);
    if (step === undefined || last === undefined || start.values[0]!.known !== "number" || sets(inside, name!) || mentions(body.slice(i + 1), name!)) continue;
    if (inside.some(({ kind }) => kind === "label" || kind === "goto")) continue;
    const stat: Stat = { kind: "for", name: name!, from: start.values[0]!, to: last, step: step > 0 ? undefined : { kind: "number", value: -1, known: "number" }, body: inside, at: loop.at };
    return counted([...body.slice(0, i - 1), stat, ...body.slice(i + 1)], isFixed);
  }
  return body;
}

/** Lets Lua count, in one definition, in place. `isConstant`: variables of the program that are set once, before all. */
export function countLoops(stats: Stat[], isConstant: IsFixed): void {
  const changing = reassigned(stats);
  rewriteBodies(stats, (body) => counted(body, (binding) => (binding.top === undefined ? !changing.has(binding) : isConstant(binding))));
}

const isMore = (expr: Expr, name: Binding): boolean => expr.kind === "binary" && expr.op === "+" && expr.left.kind === "name" && expr.left.binding === name && expr.right.kind === "number" && expr.right.value === 1;

/** `for i = 0, #s - 1 do f(i + 1) end` is `for i = 1, #s do f(i) end`, where more is taken away by it than added. */
export function countFromOne(stats: Stat[]): void {
  eachStat(stats, (stat) => {
    if (stat.kind !== "for" || stat.from.kind !== "number" || stat.step !== undefined) return;
    const { name, to } = stat;
    let all = 0;
    let shifted = 0;
    eachExpr(stat.body, (expr) => {
      if (expr.kind === "name" && expr.binding === name) all += 1;
      if (isMore(expr, name)) shifted += 1;
    });
    const isLess = to.kind === "binary" && to.op === "-" && to.right.kind === "number" && to.right.value === 1;
    if (!isLess && (to.kind !== "number" || to.value >= 2147483647)) return;
    if (shifted - (all - shifted) + (isLess ? 1 : 0) <= 0) return;
    stat.from = { ...stat.from, value: stat.from.value + 1 };
    stat.to = isLess ? to.left : to.kind === "number" ? { ...to, value: to.value + 1 } : to;
    // Innermost first: the name inside a sum is changed before the sum is looked at.
    const made = new Set<Expr>();
    rewriteExprs(stat.body, (expr) => {
      if (expr.kind === "name" && expr.binding === name) {
        const less: Expr = { kind: "binary", op: "-", left: expr, right: { kind: "number", value: 1, known: "number" }, known: "number", at: expr.at };
        made.add(less);
        return less;
      }
      if (expr.kind === "binary" && expr.op === "+" && made.has(expr.left) && expr.left.kind === "binary" && expr.right.kind === "number" && expr.right.value === 1) return expr.left.left;
      return expr;
    });
  });
}
