/** What evaluating an expression does, as statements, when nobody wants its value. */
import { isPure } from "./shake";
import type { Expr, Stat } from "./tree";

/** The statements that do what evaluating the expression would do, and no more. */
export function effectsOf(expr: Expr, at: Stat["at"]): Stat[] {
  if (isPure(expr)) return [];
  switch (expr.kind) {
    case "call":
    case "method":
      return [{ kind: "run", call: expr, at }];
    case "paren":
      return effectsOf(expr.inner, at);
    case "unary":
      return effectsOf(expr.operand, at);
    case "index":
      return [...effectsOf(expr.table, at), ...effectsOf(expr.key, at)];
    case "table":
      return expr.fields.flatMap(({ key, value }) => [...(key === undefined ? [] : effectsOf(key, at)), ...effectsOf(value, at)]);
    case "binary": {
      const right = effectsOf(expr.right, at);
      if (expr.op !== "and" && expr.op !== "or") return [...effectsOf(expr.left, at), ...right];
      if (right.length === 0) return effectsOf(expr.left, at);
      const test: Expr = expr.op === "and" ? expr.left : { kind: "unary", op: "not", operand: expr.left, at: expr.left.at };
      return [{ kind: "if", test, then: right, otherwise: [], at }];
    }
    default:
      return [];
  }
}
