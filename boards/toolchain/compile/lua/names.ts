/**
 * Short names for variables. Those of the whole program are globals of the image: a main chunk of Lua holds 200 locals at
 * most and a function of Lua 5.1 reaches 60 of them, which a device exceeds; globals have no such limit and cost fewer
 * bytes of source. A local takes any name that nothing outside it is called by where it is in sight.
 */
import { bodiesOf } from "./tree";
import type { Binding, Expr, Stat, Top } from "./tree";
import { eachOwnExpr } from "./visit";

const FIRST = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
const REST = `${FIRST}0123456789`;
const keywords = new Set(["do", "if", "in", "or", "and", "end", "for", "nil", "not"]);

/** The short names in order of length: 53 of one character, 3,300 of two. */
export function shortName(index: number): string {
  if (index < FIRST.length) return FIRST[index]!;
  const rest = index - FIRST.length;
  return shortName(Math.floor(rest / REST.length)) + REST[rest % REST.length]!;
}

/** The first short name that `isTaken` does not refuse. */
export function freeName(isTaken: (name: string) => boolean): string {
  for (let index = 0; ; index += 1) {
    const name = shortName(index);
    if (!keywords.has(name) && !isTaken(name)) return name;
  }
}

/** A block with the variables that it declares and the ones that it, or anything in it, mentions. */
interface Block {
  readonly declared: Binding[];
  readonly mentioned: Set<Binding>;
  readonly inner: Block[];
}

function blockOf(declared: readonly Binding[], stats: readonly Stat[], extra: readonly Expr[] = []): Block {
  const block: Block = { declared: [...declared], mentioned: new Set(), inner: [] };
  const enclose = (inner: Block): void => {
    block.inner.push(inner);
    for (const binding of inner.mentioned) block.mentioned.add(binding);
  };
  const look = (expr: Expr): void => {
    if (expr.kind === "name") block.mentioned.add(expr.binding);
    else if (expr.kind === "function") enclose(blockOf(expr.params, expr.body));
  };
  const lookAt = (stat: Stat): void => eachOwnExpr(stat, look);
  for (const stat of stats) {
    lookAt(stat);
    if (stat.kind === "local") block.declared.push(...stat.names.filter(({ top }) => top === undefined));
    if (stat.kind === "for") enclose(blockOf([stat.name], stat.body));
    else if (stat.kind === "forIn") enclose(blockOf(stat.names, stat.body));
    // What a repeat loop declares is in sight of its condition.
    else if (stat.kind === "repeat") enclose(blockOf([], stat.body, [stat.test]));
    else for (const body of bodiesOf(stat)) enclose(blockOf([], body));
  }
  for (const expr of extra) lookAt({ kind: "return", values: [expr] });
  return block;
}

/** How often each variable of the program is mentioned. */
function countTops(tops: readonly Top[]): Map<Binding, number> {
  const counts = new Map<Binding, number>();
  const count = (binding: Binding): void => {
    if (binding.top !== undefined) counts.set(binding, (counts.get(binding) ?? 0) + 1);
  };
  const visit = (stats: readonly Stat[]): void => {
    for (const stat of stats) {
      if (stat.kind === "local") stat.names.forEach(count);
      eachOwnExpr(stat, (expr) => {
        if (expr.kind === "name") count(expr.binding);
        else if (expr.kind === "function") visit(expr.body);
      });
      for (const body of bodiesOf(stat)) visit(body);
    }
  };
  visit(tops.map(({ stat }) => stat));
  return counts;
}

/** Names for all variables. `isReserved`: the names that the engine itself knows. */
export function nameAll(tops: readonly Top[], isReserved: (name: string) => boolean): (binding: Binding) => string {
  const names = new Map<Binding, string>();
  const used = new Set<string>();
  const byUse = [...countTops(tops)].sort((a, b) => b[1] - a[1]);
  for (const [binding] of byUse) {
    const name = freeName((candidate) => used.has(candidate) || isReserved(candidate));
    used.add(name);
    names.set(binding, name);
  }
  const visit = (block: Block): void => {
    const taken = new Set<string>();
    const own = new Set(block.declared);
    for (const binding of block.mentioned) if (!own.has(binding) && names.has(binding)) taken.add(names.get(binding)!);
    for (const binding of block.declared) {
      const name = freeName((candidate) => taken.has(candidate) || isReserved(candidate));
      taken.add(name);
      names.set(binding, name);
    }
    block.inner.forEach(visit);
  };
  visit(blockOf([], tops.map(({ stat }) => stat)));
  return (binding) => {
    const name = names.get(binding);
    if (name === undefined) throw new Error(`"${binding.name}" is used where it is not declared: this is a fault of the build, please report it.`);
    return name;
  };
}
