/** Going over Lua as the build works on it. Every expression stays where it is, so no list of them is made anew, as replacing them does. */
import type { Closure, Expr, Stat } from "./tree";

/** Calls `visit` for the lists of statements directly inside a statement. */
function eachBody(stat: Stat, visit: (body: Stat[]) => void): void {
  switch (stat.kind) {
    case "if":
      visit(stat.then);
      visit(stat.otherwise);
      break;
    case "while":
    case "repeat":
    case "for":
    case "forIn":
    case "do":
      visit(stat.body);
      break;
    default:
      break;
  }
}

/** Calls `visit` for each expression directly inside an expression, in order; a function's body is not one. */
function eachInner(expr: Expr, visit: (inner: Expr) => void): void {
  switch (expr.kind) {
    case "index":
      visit(expr.table);
      visit(expr.key);
      break;
    case "call":
      visit(expr.callee);
      for (const arg of expr.args) visit(arg);
      break;
    case "method":
      visit(expr.target);
      for (const arg of expr.args) visit(arg);
      break;
    case "table":
      for (const { key, value } of expr.fields) {
        if (key !== undefined) visit(key);
        visit(value);
      }
      break;
    case "unary":
      visit(expr.operand);
      break;
    case "binary":
      visit(expr.left);
      visit(expr.right);
      break;
    case "paren":
      visit(expr.inner);
      break;
    default:
      break;
  }
}

/** Calls `visit` for each expression directly inside a statement, in order. */
function eachDirect(stat: Stat, visit: (inner: Expr) => void): void {
  switch (stat.kind) {
    case "local":
    case "return":
    case "forIn":
      for (const value of stat.values) visit(value);
      break;
    case "assign":
      for (const target of stat.targets) visit(target);
      for (const value of stat.values) visit(value);
      break;
    case "run":
      visit(stat.call);
      break;
    case "if":
    case "while":
    case "repeat":
      visit(stat.test);
      break;
    case "for":
      visit(stat.from);
      visit(stat.to);
      if (stat.step !== undefined) visit(stat.step);
      break;
    default:
      break;
  }
}

/** Calls `visit` for every expression, innermost first. */
export function eachExpr(stats: readonly Stat[], visit: (expr: Expr) => void): void {
  const deep = (expr: Expr): void => {
    if (expr.kind === "function") all(expr.body);
    else eachInner(expr, deep);
    visit(expr);
  };
  const all = (list: readonly Stat[]): void => {
    for (const stat of list) {
      eachDirect(stat, deep);
      eachBody(stat, all);
    }
  };
  all(stats);
}

/** Calls `visit` for every statement, outer before inner. */
export function eachStat(stats: readonly Stat[], visit: (stat: Stat) => void): void {
  const deep = (expr: Expr): void => {
    if (expr.kind === "function") all(expr.body);
    else eachInner(expr, deep);
  };
  const all = (list: readonly Stat[]): void => {
    for (const stat of list) {
      visit(stat);
      eachBody(stat, all);
      eachDirect(stat, deep);
    }
  };
  all(stats);
}

/** Calls `visit` for every expression that a statement evaluates itself: not those of inner statements, nor of functions' bodies. */
export function eachOwnExpr(stat: Stat, visit: (expr: Expr) => void): void {
  const deep = (expr: Expr): void => {
    eachInner(expr, deep);
    visit(expr);
  };
  eachDirect(stat, deep);
}

/** Replaces every list of statements, innermost first: bodies of functions, loops and branches, but not `stats` itself. */
export function rewriteBodies(stats: readonly Stat[], change: (body: Stat[], owner: Closure | undefined) => Stat[]): void {
  const replace = (list: Stat[], owner: Closure | undefined): void => {
    all(list);
    const changed = change(list, owner);
    if (changed !== list) list.splice(0, list.length, ...changed);
  };
  const deep = (expr: Expr): void => {
    if (expr.kind === "function") replace(expr.body, expr);
    else eachInner(expr, deep);
  };
  const inBlock = (body: Stat[]): void => replace(body, undefined);
  const all = (list: readonly Stat[]): void => {
    for (const stat of list) {
      eachDirect(stat, deep);
      eachBody(stat, inBlock);
    }
  };
  all(stats);
}
