/** Tests said shorter, where only their truth counts: `x ~= nil` of what is never false is `x`. */
import { isLiteral, rewriteExprs } from "./tree";
import type { BinaryOp, Expr, Stat } from "./tree";
import { rewriteBodies } from "./visit";

const opposites: Readonly<Record<string, BinaryOp>> = { "==": "~=", "~=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<" };

/** True for a value that counts as true. */
export function isSolid(expr: Expr): boolean {
  if (isLiteral(expr)) return expr.kind !== "nil" && expr.kind !== "false";
  return expr.kind === "table" || expr.kind === "function" || expr.solid === true;
}

/** The opposite of a test. A comparison is turned round when its sides are whole numbers, of which none is "not a number". */
export function negated(test: Expr): Expr {
  if (test.kind === "unary" && test.op === "not") return test.operand;
  if (test.kind === "true" || test.kind === "false") return { ...test, kind: test.kind === "true" ? "false" : "true" };
  if (test.kind === "binary") {
    const opposite = opposites[test.op];
    const isEquality = test.op === "==" || test.op === "~=";
    const isWhole = !/^firmware\/(drivers|apps)\/|^entry/.test(test.at?.module ?? "");
    if (opposite !== undefined && (isEquality || isWhole)) return { ...test, op: opposite };
    if (test.op === "and" || test.op === "or") {
      const left = negated(test.left);
      const right = negated(test.right);
      if (cost(left) + cost(right) <= cost(test.left) + cost(test.right) + 4) return { ...test, op: test.op === "and" ? "or" : "and", left, right };
    }
  }
  return { kind: "unary", op: "not", operand: test, at: test.at, known: "boolean" };
}

/** What a `not` costs on top. */
const cost = (test: Expr): number => (test.kind === "unary" && test.op === "not" ? 4 : 0);

/** A test of which only the truth counts. */
export function asTest(test: Expr): Expr {
  if (test.kind === "binary" && (test.op === "and" || test.op === "or")) {
    test.left = asTest(test.left);
    test.right = asTest(test.right);
    return test;
  }
  if (test.kind === "unary" && test.op === "not") return negated(asTest(test.operand));
  if (test.kind !== "binary" || (test.op !== "~=" && test.op !== "==") || test.right.kind !== "nil" || test.left.sound !== true) return test;
  return test.op === "~=" ? test.left : { kind: "unary", op: "not", operand: test.left, at: test.at, known: "boolean" };
}

/** True for what is true or false and nothing else: `not not x` is not `x` where its value counts. */
function isTruth(expr: Expr): boolean {
  if (expr.kind === "binary" && (expr.op === "and" || expr.op === "or")) return isTruth(expr.left) && isTruth(expr.right);
  const isComparison = expr.kind === "binary" && ["==", "~=", "<", ">", "<=", ">="].includes(expr.op);
  return isComparison || expr.known === "boolean" || expr.kind === "true" || expr.kind === "false" || (expr.kind === "unary" && expr.op === "not");
}

/** Shortens the tests of statements, and those inside values: `a ~= nil and b or c`, `not (a == nil)`. */
export function shortenTests(stats: Stat[]): void {
  const inStat = (stat: Stat): void => {
    if (stat.kind === "if" || stat.kind === "while" || stat.kind === "repeat") stat.test = asTest(stat.test);
  };
  stats.forEach(inStat);
  rewriteBodies(stats, (body) => {
    body.forEach(inStat);
    return body;
  });
  rewriteExprs(stats, (expr) => {
    if (expr.kind === "binary" && expr.op === "or" && expr.left.kind === "binary" && expr.left.op === "and" && isSolid(expr.left.right)) expr.left.left = asTest(expr.left.left);
    if (expr.kind !== "unary" || expr.op !== "not") return expr;
    const opposite = negated(asTest(expr.operand));
    return isTruth(opposite) ? opposite : expr;
  });
}
