/** Lua's own functions by a short name, where they are called often enough to pay for it. A call is quicker then, too. */
import { rewriteExprs } from "./tree";
import type { Binding, Expr, Top } from "./tree";
import { eachExpr } from "./visit";

const libraries = new Set(["string", "table", "math", "bit"]);
const functions = new Set(["ipairs", "pcall", "tostring", "type", "print"]);
/** Bytes of a short name, and of a definition besides its two names. */
const SHORT = 2;
const DEFINITION = 2;

/** "string.byte" for what reads it; undefined for anything that is not Lua's own. */
function pathOf(expr: Expr): string | undefined {
  if (expr.kind === "global") return functions.has(expr.name) ? expr.name : undefined;
  if (expr.kind !== "index" || expr.table.kind !== "global" || expr.key.kind !== "string") return undefined;
  return libraries.has(expr.table.name) ? `${expr.table.name}.${expr.key.value}` : undefined;
}

/** Gives Lua's own functions names of the program's, in place; gives the statements at its top. */
export function aliasLibraries(tops: readonly Top[]): Top[] {
  const stats = tops.map(({ stat }) => stat);
  const counts = new Map<string, { count: number; first: Expr; readonly binding: Binding }>();
  eachExpr(stats, (expr) => {
    const path = pathOf(expr);
    if (path === undefined) return;
    const found = counts.get(path) ?? { count: 0, first: { ...expr, at: undefined }, binding: { name: path, top: "lua" } };
    found.count += 1;
    counts.set(path, found);
  });
  const pays = (path: string): boolean => (counts.get(path)?.count ?? 0) * (path.length - SHORT) > path.length + SHORT + DEFINITION;
  rewriteExprs(stats, (expr) => {
    const path = pathOf(expr);
    return path !== undefined && pays(path) ? { kind: "name", binding: counts.get(path)!.binding, at: expr.at } : expr;
  });
  const definitions = [...counts].filter(([path]) => pays(path)).map(([, { first, binding }]): Top => ({ module: "(lua)", stat: { kind: "assign", targets: [{ kind: "name", binding }], values: [first] } }));
  return [...definitions, ...tops];
}
