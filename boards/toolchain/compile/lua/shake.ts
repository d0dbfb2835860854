/**
 * Drops what is never used: definitions at the top of the program that nothing reachable mentions. A statement at the top
 * that does something is where reachability begins.
 */
import type { Binding, Expr, Top } from "./tree";
import { eachExpr } from "./visit";

/** The variable of the program that a statement at the top defines; undefined for one that acts. */
export function definedBy({ stat }: Top): Binding | undefined {
  if (stat.kind === "local" && stat.names.length === 1) return stat.names[0];
  if (stat.kind !== "assign" || stat.targets.length !== 1) return undefined;
  const [target] = stat.targets;
  return target!.kind === "name" ? target!.binding : undefined;
}

/** The value that a statement at the top gives to the variable that it defines. */
export function valueOf({ stat }: Top): Expr | undefined {
  return stat.kind === "local" || stat.kind === "assign" ? stat.values[0] : undefined;
}

/** True when computing a value does nothing but give it. */
export function isPure(expr: Expr): boolean {
  switch (expr.kind) {
    case "call":
    case "method":
    case "paren":
      return false;
    case "index":
      return isPure(expr.table) && isPure(expr.key);
    case "table":
      return expr.fields.every(({ key, value }) => (key === undefined || isPure(key)) && isPure(value));
    case "unary":
      return isPure(expr.operand);
    case "binary":
      return isPure(expr.left) && isPure(expr.right);
    default:
      return true;
  }
}

/** The variables of the program that a statement mentions, but for the one that it defines. */
function mentions(top: Top): Set<Binding> {
  const own = definedBy(top);
  const found = new Set<Binding>();
  eachExpr([top.stat], (expr) => {
    if (expr.kind === "name" && expr.binding.top !== undefined && expr.binding !== own) found.add(expr.binding);
  });
  return found;
}

/** The program without what nothing reaches. */
export function shake(tops: readonly Top[]): Top[] {
  const definitions = new Map<Binding, Top[]>();
  const waiting: Top[] = [];
  for (const top of tops) {
    const binding = definedBy(top);
    const value = valueOf(top);
    if (binding !== undefined && (value === undefined || isPure(value))) definitions.set(binding, [...(definitions.get(binding) ?? []), top]);
    else waiting.push(top);
  }
  const alive = new Set<Top>();
  for (let top = waiting.pop(); top !== undefined; top = waiting.pop()) {
    if (alive.has(top)) continue;
    alive.add(top);
    for (const binding of mentions(top)) waiting.push(...(definitions.get(binding) ?? []));
    const own = definedBy(top);
    if (own !== undefined) waiting.push(...(definitions.get(own) ?? []));
  }
  return tops.filter((top) => alive.has(top));
}
