/** Gives private fields short names, the most used ones the shortest. What is private is said by the types. */
import type { FieldRules } from "./field-rules";
import { freeName } from "./names";
import { eachExpr } from "./tree";
import type { Expr, Top } from "./tree";

/** True for what hangs on a global of the engine, as the code that typescript-to-lua makes does: its names are the engine's. */
function isForeign(expr: Expr): boolean {
  if (expr.kind === "index") return isForeign(expr.table);
  return expr.kind === "global";
}

/** Every literal that names a private field, by name. */
function mentioned(tops: readonly Top[], rules: FieldRules): Map<string, (Expr & { kind: "string" })[]> {
  const found = new Map<string, (Expr & { kind: "string" })[]>();
  const note = (key: Expr | undefined): void => {
    if (key?.kind === "string" && rules.isPrivate(key.value)) found.set(key.value, [...(found.get(key.value) ?? []), key]);
  };
  eachExpr(
    tops.map(({ stat }) => stat),
    (expr) => {
      if (expr.kind === "index" && expr.foreign !== true && !isForeign(expr.table)) note(expr.key);
      if (expr.kind === "table") for (const { key } of expr.fields) note(key);
    },
  );
  return found;
}

/** Renames private fields throughout the program. `taken`: names of fields that stay as they are. */
export function shortenFields(tops: readonly Top[], rules: FieldRules, taken: (name: string) => boolean): void {
  const given: { readonly name: string; readonly short: string }[] = [];
  const byUse = [...mentioned(tops, rules)].sort((a, b) => b[1].length - a[1].length);
  for (const [name, keys] of byUse) {
    const neighbours = new Set(given.filter((each) => rules.meet(each.name, name)).map(({ short }) => short));
    const short = freeName((candidate) => neighbours.has(candidate) || taken(candidate));
    given.push({ name, short });
    for (const key of keys) key.value = short;
  }
}
