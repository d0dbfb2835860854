/** Gives private fields short names, the most used ones the shortest. What is private is said by the types. */
import type { FieldRules } from "./field-rules";
import { freeName } from "./names";
import type { Binding, Expr, Top } from "./tree";
import { eachExpr, eachStat } from "./visit";

/** True for what hangs on a global of the engine, as the code that typescript-to-lua makes does: its names are the engine's. */
function isForeign(expr: Expr): boolean {
  if (expr.kind === "index") return isForeign(expr.table);
  return expr.kind === "global";
}

type Text = Expr & { kind: "string" };

/** Variables that hold the name of a field: `o.n++` as a value becomes `local place = "n"`, and `o[place]` twice. */
function heldNames(tops: readonly Top[]): Map<Binding, Text> {
  const held = new Map<Binding, Text>();
  eachStat(tops.map(({ stat }) => stat), (stat) => {
    if (stat.kind !== "local") return;
    stat.names.forEach((name, i) => {
      const value = stat.values[i];
      if (value?.kind === "string") held.set(name, value);
    });
  });
  return held;
}

interface Mentioned {
  /** Every literal that names a private field, by name. */
  readonly own: ReadonlyMap<string, readonly Text[]>;
  /** Names of fields that stay as they are. */
  readonly kept: ReadonlySet<string>;
}

function mentioned(tops: readonly Top[], rules: FieldRules): Mentioned {
  const own = new Map<string, Text[]>();
  const kept = new Set<string>();
  const held = heldNames(tops);
  const note = (given: Expr | undefined): void => {
    const key = given?.kind === "name" ? held.get(given.binding) : given;
    if (key?.kind !== "string") return;
    if (rules.isPrivate(key.value)) own.set(key.value, [...(own.get(key.value) ?? []), key]);
    else kept.add(key.value);
  };
  eachExpr(
    tops.map(({ stat }) => stat),
    (expr) => {
      if (expr.kind === "index" && expr.foreign !== true && !isForeign(expr.table)) note(expr.key);
      if (expr.kind === "table") for (const { key } of expr.fields) note(key);
    },
  );
  return { own, kept };
}

/** Renames private fields throughout the program. */
export function shortenFields(tops: readonly Top[], rules: FieldRules): void {
  const given: { readonly name: string; readonly short: string }[] = [];
  const { own, kept } = mentioned(tops, rules);
  const byUse = [...own].sort((a, b) => b[1].length - a[1].length);
  for (const [name, keys] of byUse) {
    const neighbours = new Set(given.filter((each) => rules.meet(each.name, name)).map(({ short }) => short));
    const short = freeName((candidate) => neighbours.has(candidate) || kept.has(candidate));
    given.push({ name, short });
    for (const key of keys) key.value = short;
  }
}
