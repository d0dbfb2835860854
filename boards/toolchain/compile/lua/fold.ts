/**
 * What can be computed when the device is built, is: arithmetic and comparisons of literals, texts that are joined,
 * intrinsics of literals, and branches that are never taken.
 *
 * Works on whole numbers within 2^31-1 only, so that every Lua would have computed the same.
 */
import { takeJumpsOut } from "./jumps";
import { isPure } from "./shake";
import { isLiteral, rewriteExprs } from "./tree";
import type { Expr, Stat } from "./tree";
import { rewriteBodies } from "./visit";

type Literal = boolean | number | string | undefined;

const LIMIT = 2147483647;
const isWhole = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= LIMIT;

/** The value of a literal, boxed; undefined for anything else. */
function literal(expr: Expr): { readonly value: Literal } | undefined {
  if (expr.kind === "number" || expr.kind === "string") return { value: expr.value };
  if (expr.kind === "true" || expr.kind === "false") return { value: expr.kind === "true" };
  return expr.kind === "nil" ? { value: undefined } : undefined;
}

function literalExpr(value: Literal, from: Expr): Expr {
  const at = from.at;
  if (typeof value === "number") return { kind: "number", value, at, known: "number" };
  if (typeof value === "string") return { kind: "string", value, at, known: "string" };
  if (typeof value === "boolean") return { kind: value ? "true" : "false", at, known: "boolean" };
  return { kind: "nil", at };
}

const isTrue = (value: Literal): boolean => value !== undefined && value !== false;

/** `a op b` of two whole numbers; undefined where a Lua might answer otherwise. */
function arithmetic(op: string, a: number, b: number): Literal {
  const sums: Readonly<Record<string, () => number>> = { "+": () => a + b, "-": () => a - b, "*": () => a * b };
  const tests: Readonly<Record<string, boolean>> = { "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b };
  const sum = sums[op]?.();
  if (sum !== undefined) return isWhole(sum) ? sum : undefined;
  if (a >= 0 && b > 0 && op === "//") return Math.floor(a / b);
  return a >= 0 && b > 0 && op === "%" ? a % b : tests[op];
}

/** (e + 1) + 2 is e + 3; of whole numbers in range, which this code's all are. */
function sumWith(expr: Expr & { kind: "binary" }): Expr {
  const { left, right, op } = expr;
  if (right.kind !== "number" || !isWhole(right.value) || (op !== "+" && op !== "-")) return expr;
  const more = op === "+" ? right.value : -right.value;
  if (left.kind === "binary" && (left.op === "+" || left.op === "-") && left.right.kind === "number" && isWhole(left.right.value)) {
    const sum = (left.op === "+" ? left.right.value : -left.right.value) + more;
    if (!isWhole(sum)) return expr;
    return sumWith({ ...expr, left: left.left, op: sum < 0 ? "-" : "+", right: { kind: "number", value: Math.abs(sum), known: "number" } });
  }
  if (more === 0 && left.known === "number") return left;
  return more < 0 ? { ...expr, op: "-", right: { ...right, value: -more } } : { ...expr, op: "+", right: { ...right, value: more } };
}

/** A text of whole numbers and texts, joined. */
function joined(expr: Expr & { kind: "binary" }): Expr {
  const { left, right } = expr;
  const text = (part: Expr): string | undefined => (part.kind === "string" ? part.value : part.kind === "number" && isWhole(part.value) ? String(part.value) : undefined);
  const a = text(left);
  const b = text(right);
  if (a !== undefined && b !== undefined) return literalExpr(a + b, expr);
  if (a === "" && right.known === "string") return right;
  if (b === "" && left.known === "string") return left;
  // (e .. "a") .. "b", and to the right: Lua joins a row of texts in one step.
  if (left.kind === "binary" && left.op === "..") {
    return joined({ ...expr, left: left.left, right: joined({ kind: "binary", op: "..", left: left.right, right, known: "string", at: left.right.at }) });
  }
  if (a !== undefined && right.kind === "binary" && right.op === "..") {
    const next = text(right.left);
    if (next !== undefined) return { ...expr, left: literalExpr(a + next, left), right: right.right };
  }
  return expr;
}

function foldLogic(expr: Expr & { kind: "binary" }): Expr {
  const known = literal(expr.left);
  if (known !== undefined) return isTrue(known.value) === (expr.op === "and") ? expr.right : expr.left;
  // A table is true whatever is in it.
  if (expr.left.kind === "table") return expr.op === "or" ? expr.left : expr;
  // x and true, x or false, of a boolean.
  const right = literal(expr.right);
  if (right !== undefined && expr.left.known === "boolean" && right.value === (expr.op === "and")) return expr.left;
  return expr;
}

function foldBinary(expr: Expr & { kind: "binary" }): Expr {
  if (expr.op === "and" || expr.op === "or") return foldLogic(expr);
  if (expr.op === "..") return joined(expr);
  const a = literal(expr.left);
  const b = literal(expr.right);
  if (a === undefined || b === undefined) return sumWith(expr);
  if (expr.op === "==" || expr.op === "~=") return literalExpr((a.value === b.value) === (expr.op === "=="), expr);
  if (typeof a.value !== "number" || typeof b.value !== "number" || !isWhole(a.value) || !isWhole(b.value)) return expr;
  const result = arithmetic(expr.op, a.value, b.value);
  return result === undefined ? sumWith(expr) : literalExpr(result, expr);
}

const opposites: Readonly<Record<string, "==" | "~=">> = { "==": "~=", "~=": "==" };

function foldUnary(expr: Expr & { kind: "unary" }): Expr {
  const { op, operand } = expr;
  const value = literal(operand);
  if (op === "not") {
    if (value !== undefined) return literalExpr(!isTrue(value.value), expr);
    const opposite = operand.kind === "binary" ? opposites[operand.op] : undefined;
    if (operand.kind === "binary" && opposite !== undefined) return { ...operand, op: opposite };
    if (operand.kind === "unary" && operand.op === "not" && operand.operand.known === "boolean") return operand.operand;
  } else if (op === "-" && typeof value?.value === "number") {
    return literalExpr(-value.value, expr);
  } else if (op === "#" && typeof value?.value === "string") {
    return literalExpr(value.value.length, expr);
  }
  return expr;
}

/** True when two expressions that do nothing name the same value. */
export function isSame(a: Expr, b: Expr): boolean {
  if (a.kind === "name") return b.kind === "name" && a.binding === b.binding;
  if (a.kind === "index") return b.kind === "index" && isSame(a.table, b.table) && isSame(a.key, b.key);
  return isLiteral(a) && a.kind === b.kind && literal(a)?.value === literal(b)?.value;
}

/** Calls of Lua's own functions on literals, and arguments that may be left out. */
function foldCall(expr: Expr & { kind: "call" }): Expr {
  const { callee, args } = expr;
  if (callee.kind === "global" && callee.name === "tostring" && args.length === 1) {
    const [arg] = args;
    if (arg!.known === "string") return arg!;
  }
  if (callee.kind !== "index" || callee.table.kind !== "global" || callee.table.name !== "string" || callee.key.kind !== "string") return expr;
  const [first, second, third] = args;
  if (callee.key.value === "char" && first?.kind === "number") return literalExpr(String.fromCharCode(first.value), expr);
  if (callee.key.value === "byte" && second?.kind === "number" && second.value === 1) return { ...expr, args: [first!] };
  const toEnd = third?.kind === "unary" && third.op === "#" && isSame(third.operand, first!);
  return callee.key.value === "sub" && toEnd ? { ...expr, args: [first!, second!] } : expr;
}

/** `a .. tostring(n)`: Lua writes a number in a text just so. */
function bareNumbers(expr: Expr & { kind: "binary" }): void {
  const bare = (part: Expr): Expr => {
    const isTostring = part.kind === "call" && part.callee.kind === "global" && part.callee.name === "tostring" && part.args.length === 1;
    return isTostring && part.kind === "call" && part.args[0]!.known === "number" ? part.args[0]! : part;
  };
  expr.left = bare(expr.left);
  expr.right = bare(expr.right);
}

function foldExpr(expr: Expr): Expr {
  if (expr.kind === "binary") {
    if (expr.op === "..") bareNumbers(expr);
    return foldBinary(expr);
  }
  if (expr.kind === "unary") return foldUnary(expr);
  return expr.kind === "call" ? foldCall(expr) : expr;
}

const endsFlow = (stat: Stat): boolean => ["return", "break", "goto"].includes(stat.kind);
const jumps = (stats: readonly Stat[]): boolean => stats.some(({ kind }) => kind === "label" || kind === "goto");

/** The statements that stand for one, when its branches are decided. A block of its own needs no brackets: names are resolved. */
function decided(stat: Stat): Stat[] {
  if (stat.kind === "if") {
    const known = literal(stat.test);
    if (known !== undefined) return [{ kind: "do", body: isTrue(known.value) ? stat.then : stat.otherwise, at: stat.at }];
    if (stat.then.length === 0 && stat.otherwise.length === 0 && isPure(stat.test)) return [];
  }
  if (stat.kind === "while" && literal(stat.test) !== undefined && !isTrue(literal(stat.test)!.value)) return [];
  return [stat];
}

/** A list of statements without what is decided, and without what follows a `return`. */
function foldBody(body: Stat[]): Stat[] {
  const result = body.flatMap(decided);
  // Where there are labels, blocks keep their names apart from the jumps.
  if (jumps(result)) return result;
  const flat = result.flatMap((stat) => (stat.kind === "do" && !jumps(stat.body) ? stat.body : [stat]));
  const end = flat.findIndex(endsFlow);
  return end < 0 ? flat : flat.slice(0, end + 1);
}

/** Folds all that the statements compute and decide. */
export function fold(stats: Stat[]): Stat[] {
  takeJumpsOut(stats);
  rewriteExprs(stats, foldExpr);
  rewriteBodies(stats, (body) => foldBody(body));
  return foldBody(stats);
}
